// A browser behind a relay that has a trunk to Cisco Unified Communications Manager, and SIPp as that.

import { after, afterEach, before, beforeEach } from 'node:test';
import { Browser } from './browser.mjs';
import { HOST, freePort } from './ports.mjs';
import { Relay, secretOf, userOf } from './relay.mjs';
import { RtpTelephone } from './rtp-telephone.mjs';
import { Scope } from './scope.mjs';
import { Sipp } from './sipp.mjs';
import { pulsedTone } from './tone.mjs';
import { eventually } from './wait.mjs';

export const OF_THE_BROWSER = 1_100;
export const OF_THE_CALLER = 700;
/** For a party that the call comes to later. */
export const OF_ANOTHER = 900;
export const OF_THE_MUSIC = 1_700;
/** The user's number. */
export const NUMBER = '1001';

/** A user with an extension on the trunk. */
export const extension = (number, further = {}) => ({
  name: userOf(number),
  password: secretOf(number),
  extension: number,
  sip: { kind: 'trunk', trunk: 'hq', number },
  ...further,
});

/** The trunk to a CUCM at a port of this machine. */
export const trunkTo = (port) => ({ name: 'hq', domain: 'relay.test', ping_s: 0, peer: [{ host: HOST, port }] });

/** The messages that a script received and that begin so, with the CSeq if one is given. */
export async function got(party, start, cseq = '') {
  const messages = await party.messages();
  return messages
    .filter((m) => m.direction === 'received' && m.text.startsWith(start) && m.text.includes(`CSeq: ${cseq}`))
    .map((m) => m.text);
}

/** Waits for such a message and gives the last one. */
export const awaited = (party, start, cseq) =>
  eventually(`${party.name} received ${start} ${cseq ?? ''}`, async () => (await got(party, start, cseq)).at(-1));

/** The port that a message's session description names. */
export const portOf = (message) => Number(message.match(/^m=audio (\d+) /m)[1]);

/** What all tests of a file share. Every test finds the phone without a call, and a telephone that is silent. */
export class Trunk {
  /**
   * Sets everything up before the tests of this file, and looks after each that the next call is possible.
   *
   * @param {string} name of the file's scope
   */
  static forTests(name) {
    const trunk = new Trunk();
    before(() => trunk.#open(name));
    after(() => trunk.scope.close());
    beforeEach(async () => {
      trunk.telephone = await RtpTelephone.open(trunk.scope, OF_THE_CALLER, { host: '127.0.0.11' });
    });
    afterEach(async () => {
      trunk.telephone.hush();
      await trunk.phone.idle();
      await trunk.phone.ready();
      await eventually('the microphone is off', async () => (await trunk.phone.liveMicrophones()) === 0);
    });
    return trunk;
  }

  async #open(name) {
    this.scope = await Scope.open(name);
    /** Where CUCM is called. */
    this.port = await freePort();
    this.relay = await Relay.start(this.scope, { trunk: [trunkTo(this.port)], user: [extension(NUMBER)] });
    this.browser = await Browser.start(this.scope, { tone: pulsedTone(OF_THE_BROWSER) });
    this.phone = (await this.browser.phone()).mustStayWell();
    await this.phone.signIn(this.relay.url, NUMBER);
  }

  /** CUCM calls, over UDP or TCP. */
  async calls(steps, { to = this.relay, transport = 'udp', ...options } = {}) {
    const port = transport === 'tcp' ? to.config.sip.tcp_port : to.config.sip.udp_port;
    return await Sipp.caller(this.scope, steps.flat(), {
      proxy: `${HOST}:${port}`,
      number: NUMBER,
      transport,
      ...options,
    });
  }

  /** CUCM is called. */
  async isCalled(steps) {
    return await Sipp.called(this.scope, steps.flat(), { port: this.port });
  }

  /** Answers the call that rings, and gives the relay's port, to which the caller's telephone talks from then on. */
  async answer(party) {
    await this.phone.press('Answer');
    const port = portOf(await awaited(party, 'SIP/2.0 200', '101 INVITE'));
    this.telephone.talkTo(port);
    await this.phone.shows('Connected');
    return port;
  }

  /** The page and a telephone, which is the caller's unless another is named, hear each other. */
  async bothAreHeard(party = this.telephone, hertz = OF_THE_CALLER) {
    await Promise.all([this.phone.hears(hertz), party.hears(OF_THE_BROWSER)]);
  }

  /** How often the page has negotiated its media with the relay. */
  negotiations() {
    return this.phone.signals.filter((message) => message.type === 'media_answer').length;
  }
}
