// The phone is used without a mouse and without sight.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser } from './lib/browser.mjs';
import { Pbx } from './lib/pbx.mjs';
import { Relay, lineOn, secretOf, userOf } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { pulsedTone } from './lib/tone.mjs';

const OF_THE_BROWSER = 1_100;

let scope;
let relay;
let phone;

before(async () => {
  scope = await Scope.open('keyboard');
  const pbx = await Pbx.start(scope);
  relay = await Relay.start(scope, { user: [lineOn(pbx, '1001')] });
  const browser = await Browser.start(scope, { tone: pulsedTone(OF_THE_BROWSER) });
  phone = (await browser.phone()).mustStayWell();
  await phone.open(relay.url);
});
after(() => scope.close());

/** Moves on by the Tab key until the control has the focus; where that never happens, it is out of reach. */
async function tabTo(control) {
  await control.waitFor();
  for (let i = 0; i < 60; i += 1) {
    if (await control.evaluate((element) => element === document.activeElement)) return;
    await phone.page.keyboard.press('Tab');
  }
  assert.fail(`${control} cannot be reached by the Tab key`);
}

/** What is wrong with the controls on the screen. */
async function faults() {
  return await phone.page.evaluate(() => {
    const found = [];
    if (!document.documentElement.lang) found.push('the page names no language');
    if (!document.title) found.push('the page has no title');
    for (const control of document.querySelectorAll('button, input, select, a[href], [role=button]')) {
      const box = control.getBoundingClientRect();
      if (box.width === 0 || box.height === 0) continue;
      const label =
        control.getAttribute('aria-label') ??
        (control.labels?.[0]?.innerText ||
          control.innerText ||
          document.getElementById(control.getAttribute('aria-labelledby'))?.innerText);
      const name = label?.trim() || control.outerHTML;
      if (!label?.trim()) found.push(`no name: ${control.outerHTML}`);
      // WCAG 2.2, 2.5.8.
      if (box.width < 24 || box.height < 24) found.push(`${name} is smaller than 24 by 24 pixels`);
      if (box.right > document.documentElement.clientWidth + 1) found.push(`${name} is cut off at the right`);
      if (control.tabIndex > 0) found.push(`${name} jumps the queue of the Tab key`);
    }
    const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
    if (new Set(ids).size !== ids.length) found.push('an id is used twice');
    return found;
  });
}

/** Whether the element with the focus looks different from how it looks without. */
async function focusIsVisible() {
  return await phone.page.evaluate(() => {
    const element = document.activeElement;
    const look = () => {
      const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor } =
        getComputedStyle(element);
      return [outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor].join();
    };
    const focused = look();
    element.blur();
    const plain = look();
    element.focus({ focusVisible: true });
    return focused !== plain;
  });
}

test('signing in, calling, pressing keys and hanging up need no mouse', async () => {
  assert.deepEqual(await faults(), []);
  await tabTo(phone.page.getByRole('textbox', { name: 'User name' }));
  await phone.page.keyboard.type(userOf('1001'));
  await tabTo(phone.page.getByLabel('Password', { exact: true }));
  await phone.page.keyboard.type(secretOf('1001'));
  await phone.page.keyboard.press('Enter');
  await phone.ready();
  assert.deepEqual(await faults(), []);

  await tabTo(phone.page.getByRole('textbox', { name: 'Number to call' }));
  assert.ok(await focusIsVisible(), 'the focus cannot be seen');
  await phone.page.keyboard.type('602');
  await phone.page.keyboard.press('Enter');
  await phone.shows('Connected');
  assert.deepEqual(await faults(), []);

  await tabTo(phone.button('Keypad'));
  await phone.page.keyboard.press('Enter');
  assert.deepEqual(await faults(), []);
  await phone.page.keyboard.type('7');
  await phone.hearsKeys('7', 10_000);

  await tabTo(phone.button('Mute'));
  await phone.page.keyboard.press('Space');
  await phone.button('Unmute').waitFor();
  await tabTo(phone.button('Hang up'));
  await phone.page.keyboard.press('Enter');
  await phone.idle();
});

test('a number is typed wherever the focus is', async () => {
  await phone.page.evaluate(() => document.activeElement?.blur());
  await phone.page.keyboard.type('60x5');
  const field = phone.page.getByRole('textbox', { name: 'Number to call' });
  assert.equal(await field.inputValue(), '60x5');
  await phone.page.keyboard.press('Escape');
  assert.equal(await field.inputValue(), '');
});

test('an incoming call is announced once, and the timer is not announced at all', async () => {
  await phone.page.evaluate(() => {
    globalThis.announcements = [];
    new MutationObserver((changes) => {
      for (const change of changes) {
        const node = change.target.nodeType === Node.TEXT_NODE ? change.target.parentElement : change.target;
        const region = node?.closest('[aria-live], [role=alert], [role=status], [role=timer]');
        const live =
          region?.getAttribute('aria-live') ??
          { alert: 'assertive', status: 'polite' }[region?.getAttribute('role')] ??
          'off';
        const text = region?.innerText.trim();
        if (region && live !== 'off' && text && globalThis.announcements.at(-1) !== text)
          globalThis.announcements.push(text);
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  await phone.dial('603');
  await phone.shows('Incoming call', 15_000);
  await phone.press('Answer');
  await phone.shows('Connected');
  const timer = phone.page.getByRole('timer').first();
  const shown = await timer.innerText();
  await timer.filter({ hasNotText: shown }).waitFor();
  const announced = await phone.page.evaluate(() => globalThis.announcements);
  assert.equal(announced.filter((text) => /^Call from /.test(text)).length, 1, JSON.stringify(announced));
  assert.ok(!announced.some((text) => /\d:\d\d/.test(text)), JSON.stringify(announced));
  await phone.press('Hang up');
  await phone.idle();
});

test('motion is reduced for those who ask for it', async () => {
  await phone.page.emulateMedia({ reducedMotion: 'reduce' });
  await phone.dial('606');
  await phone.shows('Ringing…');
  const moving = await phone.page.evaluate(
    () =>
      document
        .getAnimations()
        .filter(
          (animation) =>
            animation.playState === 'running' && animation.effect.getComputedTiming().iterations === Infinity,
        ).length,
  );
  assert.equal(moving, 0);
  await phone.press('Hang up');
  await phone.idle();
});

test('nothing is cut off in a narrow pane', async () => {
  await phone.page.setViewportSize({ width: 320, height: 480 });
  assert.deepEqual(await faults(), []);
  await phone.screenshot('narrow');
  await phone.page.setViewportSize({ width: 420, height: 640 });
});
