// The switch of the demo's PBX, as a contact centre tells it what to do and hears what happens.

import { Finesse } from './finesse.mjs';
import { HOST, freePort, freePorts } from './ports.mjs';
import { Pbx } from './pbx.mjs';
import { eventually } from './wait.mjs';

/** What is heard besides people, in Hz. */
export const MUSIC = { hold: 550, queue: 350, ringback: 450, busy: 250 };

/** The voice of somebody whom the switch plays, in Hz. */
export const voiceOf = (number) => 800 + 10 * Number(number.slice(-2));

/** In so many of 31 stretches of 64 ms somebody is heard who speaks in pulses. */
const CLEARLY = 6;

/** A PBX whose calls are controlled. */
export class Switch {
  #events = [];
  #next = 0;
  #call = 0;

  /**
   * @param {import('./scope.mjs').Scope} scope
   * @param {{extensions?: string[]}} [options]
   */
  static async start(scope, options = {}) {
    const controlled = new Switch();
    const port = await freePort();
    controlled.url = `http://${HOST}:${port}`;
    controlled.pbx = await Pbx.start(scope, { ...options, control: `${HOST}:${port}` });
    return controlled;
  }

  /**
   * Starts the simulated Finesse with such a PBX as its switch.
   *
   * @param {import('./scope.mjs').Scope} scope
   * @param {object} [options] of `Finesse.start()`
   * @returns {Promise<{finesse: Finesse, centre: Switch}>}
   */
  static async withFinesse(scope, options = {}) {
    const [port, sip, rtp] = [await freePort(), await freePort(), await freePorts(100)];
    const telephones = ['--pbx', `${HOST}:${sip}`, '--rtp-ports', `${rtp}-${rtp + 99}`];
    const finesse = await Finesse.start(scope, {
      ...options,
      telephones: [...telephones, '--pbx-control', `${HOST}:${port}`],
    });
    const centre = new Switch();
    centre.url = `http://${HOST}:${port}`;
    centre.pbx = Pbx.at(sip);
    return { finesse, centre };
  }

  /** Has something done with a new call, and gives its number. */
  async begin(what, details) {
    this.#call += 1;
    await this.command(what, { call: this.#call, ...details });
    return this.#call;
  }

  /** Has something done; what comes of it is in the events. */
  async command(what, details) {
    const answer = await fetch(`${this.url}/command`, { method: 'POST', body: JSON.stringify({ do: what, ...details }) });
    if (answer.status !== 204) throw new Error(`${what}: ${answer.status} ${await answer.text()}`);
  }

  /** A number for a call that a command begins beside the one it is about. */
  newCall() {
    this.#call += 1;
    return this.#call;
  }

  /**
   * Waits for the next event like this, and takes all before it as seen.
   *
   * @param {Record<string, unknown>} wanted the members that count
   */
  async event(wanted, timeout = 10_000) {
    return await eventually(
      `the switch reports ${JSON.stringify(wanted)}`,
      async () => {
        await this.#read();
        const unseen = this.#events.slice(this.#next);
        const index = unseen.findIndex((event) => Object.entries(wanted).every(([name, value]) => event[name] === value));
        if (index < 0) throw new Error(`reported since: ${JSON.stringify(unseen)}`);
        this.#next += index + 1;
        return unseen[index];
      },
      { timeout },
    );
  }

  /** Whether such an event has ever been. */
  async seen(wanted) {
    await this.#read();
    return this.#events.some((event) => Object.entries(wanted).every(([name, value]) => event[name] === value));
  }

  /** Takes all events so far as seen. */
  async forget() {
    await this.#read();
    this.#next = this.#events.length;
  }

  /** The calls there are. */
  async calls() {
    return await (await fetch(`${this.url}/calls`)).json();
  }

  /** Waits until no call is left. */
  async idle() {
    await eventually('no call is left', async () => (await this.calls()).length === 0);
  }

  /**
   * Waits until somebody who is played hears exactly these of some tones, clearly, and none of the others.
   *
   * @param {string} number
   * @param {string[]} heard names out of `tones`
   * @param {Record<string, number>} tones
   */
  async hearsOnly(number, heard, tones, timeout = 10_000) {
    const names = Object.keys(tones);
    await eventually(
      `${number} hears ${heard.join(' and ') || 'nobody'}`,
      async () => {
        const answer = await fetch(`${this.url}/heard/${encodeURIComponent(number)}?hz=${Object.values(tones)}`);
        if (answer.status !== 200) throw new Error(await answer.text());
        const counts = (await answer.json()).tones.map(([, count]) => count);
        const right = names.every((name, i) => (heard.includes(name) ? counts[i] >= CLEARLY : counts[i] === 0));
        if (!right) throw new Error(`heard, in stretches of 64 ms: ${JSON.stringify(Object.fromEntries(names.map((name, i) => [name, counts[i]])))}`);
        return true;
      },
      { timeout },
    );
  }

  async #read() {
    const { events } = await (await fetch(`${this.url}/events?after=${this.#events.length}`)).json();
    this.#events.push(...events);
  }
}
