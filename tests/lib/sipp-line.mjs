// A browser whose line is registered at Kamailio, and SIPp as whoever it talks to.

import { after, afterEach, before } from 'node:test';
import { Browser } from './browser.mjs';
import { Kamailio } from './kamailio.mjs';
import { Relay, lineOn } from './relay.mjs';
import { Scope } from './scope.mjs';
import { Sipp } from './sipp.mjs';
import { pulsedTone } from './tone.mjs';
import { eventually } from './wait.mjs';

export const OF_THE_BROWSER = 1_100;
/** For whoever is called, and for what is heard before the answer. */
export const OF_THE_NETWORK = 700;
/** The user's number. */
export const NUMBER = '1001';
/** The number of a user who is not signed in. */
export const ABSENT = '1002';

/** What all tests of a file share. Every test finds the phone without a call. */
export class Line {
  /**
   * Sets everything up before the tests of this file, and looks after each that the next call is possible.
   *
   * @param {string} name of the file's scope
   */
  static forTests(name) {
    const line = new Line();
    before(() => line.#open(name));
    after(() => line.scope.close());
    afterEach(async () => {
      await line.phone.idle();
      await line.phone.ready();
      await eventually('the microphone is off', async () => (await line.phone.liveMicrophones()) === 0);
    });
    return line;
  }

  async #open(name) {
    this.scope = await Scope.open(name);
    this.kamailio = await Kamailio.start(this.scope);
    this.relay = await Relay.start(this.scope, {
      user: [lineOn(this.kamailio, NUMBER, { codecs: ['pcmu', 'pcma'] }), lineOn(this.kamailio, ABSENT)],
      profile: [{ name: 'default', call_waiting: false }],
    });
    const browser = await Browser.start(this.scope, { tone: pulsedTone(OF_THE_BROWSER) });
    this.phone = (await browser.phone()).mustStayWell();
    await this.phone.signIn(this.relay.url, NUMBER);
  }

  /** Whom the browser calls, by `number` of what is given. */
  async called(steps, options) {
    return await Sipp.called(this.scope, steps, options);
  }

  /** Who calls the browser. */
  async caller(steps, options = {}) {
    return await Sipp.caller(this.scope, steps, { proxy: this.kamailio.domain, number: NUMBER, ...options });
  }
}
