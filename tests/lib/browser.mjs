// Chromium with a WAV file as its microphone, and the phone in it, used as a person uses it: by roles and names.

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { installEars } from './ears.mjs';
import { chromium as executablePath } from './environment.mjs';
import { secretOf, userOf } from './relay.mjs';
import { read } from './signalling.mjs';
import { listen } from './tone.mjs';
import { eventually } from './wait.mjs';
import { writeWav } from './wav.mjs';

let count = 0;

/** A running Chromium. Its microphone hears one tone. */
export class Browser {
  /**
   * @param {import('./scope.mjs').Scope} scope
   * @param {{tone: import('./wav.mjs').Sound}} options
   */
  static async start(scope, { tone }) {
    const browser = new Browser();
    count += 1;
    browser.name = `browser-${count}`;
    browser.scope = scope;
    const microphone = join(scope.directory, `${browser.name}-microphone.wav`);
    await writeWav(microphone, tone);
    browser.chromium = await chromium.launch({
      executablePath,
      headless: true,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        `--use-file-for-fake-audio-capture=${microphone}`,
        '--allow-loopback-in-peer-connection',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        '--disable-quic',
      ],
    });
    scope.onClose(() => browser.chromium.close());
    return browser;
  }

  /** A person with a browser profile of their own. */
  async person({ locale = 'en-GB' } = {}) {
    const context = await this.chromium.newContext({
      ignoreHTTPSErrors: true,
      locale,
      viewport: { width: 420, height: 640 },
    });
    await context.addInitScript(installEars);
    return new Person(this, context);
  }

  /** The phone in a tab of a person who has nothing else open. */
  async phone(options) {
    return await (await this.person(options)).openTab();
  }
}

/** A browser profile: its tabs share cookies and storage. */
class Person {
  #tabs = 0;

  constructor(browser, context) {
    this.browser = browser;
    this.context = context;
  }

  async openTab() {
    this.#tabs += 1;
    return new Phone(await this.context.newPage(), this.browser.scope, `${this.browser.name}-tab-${this.#tabs}`);
  }

  /** Closes every tab, as when the browser is closed. */
  async close() {
    await this.context.close();
  }
}

/** The page of the phone. */
export class Phone {
  /** What went wrong in the page: exceptions, and errors on the console. */
  errors = [];
  /** Every signalling message that the page got, as `read()` gives it. */
  signals = [];

  constructor(page, scope, name) {
    this.page = page;
    this.scope = scope;
    const log = join(scope.directory, `${name}.log`);
    page.on('console', (message) => {
      appendFileSync(log, `${message.type()}: ${message.text()}\n`);
      if (message.type() === 'error') this.errors.push(message.text());
    });
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => this.signals.push(read(payload))),
    );
    page.on('pageerror', (error) => {
      appendFileSync(log, `exception: ${error.stack}\n`);
      this.errors.push(error.message);
    });
  }

  /** From here on any exception, and any error on the console, fails the test at its end. */
  mustStayWell() {
    this.scope.onClose(() => {
      if (this.errors.length > 0) throw new Error(`the page reported errors: ${this.errors.join('; ')}`);
    });
    return this;
  }

  /** Opens the page and signs in as the user of a line, until calls can be made. */
  async signIn(url, number) {
    await this.open(url);
    await this.enter(userOf(number), secretOf(number));
    await this.ready();
  }

  async open(url) {
    await this.page.goto(url, { waitUntil: 'load' });
  }

  /** Fills in the form and presses the button. */
  async enter(user, password) {
    await this.page.getByRole('textbox', { name: 'User name' }).fill(user);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.button('Sign in').click();
  }

  /** Waits until calls can be made. */
  async ready(timeout = 10_000) {
    await this.status('Ready', timeout);
  }

  /** Waits until the phone's status reads so. */
  async status(text, timeout = 10_000) {
    await this.page.getByRole('status', { name: 'Phone status' }).filter({ hasText: text }).waitFor({ timeout });
  }

  /** Types a number and presses Call. */
  async dial(number) {
    await this.page.getByRole('textbox', { name: 'Number to call' }).fill(number);
    await this.button('Call').click();
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Presses a button; it has to be there. */
  async press(name, timeout = 5_000) {
    await this.button(name).click({ timeout });
  }

  /** The calls on the screen, or those with one party. */
  calls(party = '') {
    return this.page.getByRole('group', { name: party ? `Call with ${party}` : /^Call with / });
  }

  /** The call with exactly this party. */
  call(party) {
    return this.page.getByRole('group', { name: `Call with ${party}`, exact: true });
  }

  /** Presses a button of the call with that party. */
  async pressIn(party, name, timeout = 5_000) {
    await this.call(party).getByRole('button', { name, exact: true }).click({ timeout });
  }

  /** Waits until the call with that party reads so. */
  async callReads(party, text, timeout = 10_000) {
    try {
      await this.call(party).filter({ hasText: text }).waitFor({ timeout });
    } catch {
      const seen = await this.call(party)
        .allInnerTexts()
        .catch(() => []);
      throw new Error(`not within ${timeout} ms: the call with ${party} reads ${text}; it reads ${JSON.stringify(seen)}`);
    }
  }

  /** Waits until exactly these parties are on hold, in the list of those who wait. */
  async holds(...parties) {
    const rows = this.page.getByRole('region', { name: 'Calls on hold' }).getByRole('group');
    await eventually(`the calls on hold are those with ${parties.join(', ') || 'nobody'}`, async () => {
      const names = await rows.evaluateAll((found) => found.map((row) => row.getAttribute('aria-label')));
      if (`${names.sort()}` === `${parties.map((party) => `Call with ${party}`).sort()}`) return true;
      throw new Error(`on hold are ${names}`);
    });
  }

  /** Calls somebody while in another call. */
  async dialAnother(number) {
    await this.press('New call');
    await this.dial(number);
  }

  /** Waits until a call on the screen reads so. */
  async shows(text, timeout = 10_000) {
    try {
      await this.calls().filter({ hasText: text }).first().waitFor({ timeout });
    } catch {
      const seen = await this.calls()
        .allInnerTexts()
        .catch(() => []);
      throw new Error(`not within ${timeout} ms: a call that reads ${text}; the calls read ${JSON.stringify(seen)}`);
    }
  }

  /**
   * Waits until no call is on the screen, taking away the one that ended if it still shows why. A call that does not
   * end by itself is an error, and is then ended, so that the next test finds the phone as it should be.
   */
  async idle(timeout = 5_000) {
    const without =
      (...buttons) =>
      async () => {
        for (const name of buttons) {
          const button = this.button(name).first();
          if (await button.isVisible()) await button.click({ timeout: 1_000 });
        }
        return (await this.calls().count()) === 0;
      };
    try {
      await eventually('no call is on the screen', without('Dismiss'), { timeout });
    } catch (error) {
      await eventually('the call is cleared away', without('Hang up all', 'Hang up', 'Reject', 'Dismiss'), { timeout });
      throw error;
    }
  }

  /** What arrives in the page for some milliseconds. */
  async listen(milliseconds) {
    const { rate, samples } = await this.page.evaluate((ms) => globalThis.sidetoneEars.listen(ms), milliseconds);
    const bytes = Buffer.from(samples, 'base64');
    return { rate, samples: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)) };
  }

  /** Waits until the page clearly hears the tone, where its user would hear it too. */
  async hears(hertz, timeout = 10_000) {
    await eventually(
      `the browser hears ${hertz} Hz`,
      async () => {
        const heard = listen(await this.listen(700), [hertz]);
        return heard.tones.get(hertz) >= 4;
      },
      { timeout },
    );
    await eventually('the page plays what it hears', () => this.page.evaluate(() => globalThis.sidetoneEars.audible()));
  }

  /** Waits until the page hears nothing for most of a second. */
  async hearsSilence(timeout = 5_000) {
    await eventually(
      'the browser hears silence',
      async () => {
        const heard = listen(await this.listen(700), []);
        return heard.silent === heard.stretches;
      },
      { timeout },
    );
  }

  /** The codecs the page sends and receives. */
  async codecs() {
    return await this.page.evaluate(() => globalThis.sidetoneEars.codecs());
  }

  async liveMicrophones() {
    return await this.page.evaluate(() => globalThis.sidetoneEars.liveMicrophones());
  }

  async connections() {
    return await this.page.evaluate(() => globalThis.sidetoneEars.connections());
  }

  /** Waits until the page was told of keys that the other party pressed. */
  async hearsKeys(digits, timeout = 5_000) {
    await eventually(`the page was told of the keys ${digits}`, () => this.keysHeard().endsWith(digits), { timeout });
  }

  /** All keys that the page was ever told of. */
  keysHeard() {
    return this.signals
      .filter((message) => message.event?.event === 'dtmf_received')
      .map((message) => message.event.digits)
      .join('');
  }

  /** A watched phone in the list of colleagues. */
  colleague(name) {
    return this.page
      .getByRole('region', { name: 'Colleagues' })
      .getByRole('listitem')
      .filter({ hasText: name });
  }

  /** Makes the microphone fail as named, for example `NotAllowedError`. */
  async refuseMicrophone(name) {
    await this.page.evaluate((error) => (globalThis.sidetoneEars.refuse = error), name);
  }

  /** Saves what a person would see, for people to look at. */
  async screenshot(name) {
    await this.page.screenshot({ path: join(process.env.SIDETONE_SCREENSHOTS ?? this.scope.directory, `${name}.png`) });
  }
}
