// Agents in browsers: the simulated Finesse whose calls have audio, a relay in front of it, and a page for each agent.

import { Browser } from './browser.mjs';
import { Relay, lineOn } from './relay.mjs';
import { Switch } from './switch.mjs';
import { pulsedTone } from './tone.mjs';

/** Contact centre, relay and pages. */
export class Agents {
  /**
   * Starts all of it, and signs everybody in.
   *
   * @param {import('./scope.mjs').Scope} scope
   * @param {Record<string, number>} voices each agent's number, and the tone of the microphone
   * @param {{platform?: 'ucce'|'uccx'}} [options]
   */
  static async start(scope, voices, options = {}) {
    const agents = new Agents();
    ({ finesse: agents.finesse, centre: agents.centre } = await Switch.withFinesse(scope, options));
    const numbers = Object.keys(voices);
    const relay = await Relay.start(scope, {
      finesse: [agents.finesse.site()],
      profile: [{ name: 'agents', agent: {} }],
      user: numbers.map((number) => ({
        ...lineOn(agents.centre.pbx, number, { codecs: ['pcmu', 'pcma'] }),
        profile: 'agents',
        agent: { id: number, password: agents.finesse.passwordOf(number) },
      })),
    });
    const browsers = await Promise.all(
      numbers.map((number) => Browser.start(scope, { tone: pulsedTone(voices[number]) })),
    );
    /** The pages, in the order of the numbers. */
    agents.phones = await Promise.all(browsers.map((browser) => browser.phone()));
    for (const phone of agents.phones) phone.mustStayWell();
    await Promise.all(agents.phones.map((phone, i) => phone.signIn(relay.url, numbers[i])));
    for (const phone of agents.phones) {
      await state(phone, 'Not ready');
      await phone.page.getByText('Connecting to the contact centre').waitFor({ state: 'detached' });
    }
    return agents;
  }
}

/** Waits until an agent's state reads so. */
export async function state(phone, text, timeout = 10_000) {
  await phone.page.getByRole('status', { name: 'Agent state' }).filter({ hasText: text }).waitFor({ timeout });
}

/** Chooses a state that needs no reason. */
export async function choose(phone, name) {
  await phone.press('Change state');
  await phone.page.getByRole('region', { name: 'Change state' }).getByRole('button', { name, exact: true }).click();
}

/** Opens the transfer of the call on the screen, and asks a colleague first. */
export async function askFirst(phone, number) {
  await phone.press('Transfer…');
  await phone.page.getByRole('combobox', { name: 'Transfer to' }).fill(number);
  await phone.press('Ask first');
}
