// Everything over IPv6: the page, its media, SIP and RTP; and browsers over either version of IP.

import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { after, afterEach, before, describe, test } from 'node:test';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Kamailio } from './lib/kamailio.mjs';
import { HOST, HOST6, at, freePort } from './lib/ports.mjs';
import { Relay, lineOn, secretOf, userOf } from './lib/relay.mjs';
import { RtpTelephone } from './lib/rtp-telephone.mjs';
import { Scope } from './lib/scope.mjs';
import { Signalling } from './lib/signalling.mjs';
import { Sipp } from './lib/sipp.mjs';
import { acknowledge, acknowledgeRefusal, bye, byeAsCalled, invite, maybe, pause, reply, request, requestKept, response } from './lib/sipp-steps.mjs';
import { pulsedTone } from './lib/tone.mjs';
import { eventually } from './lib/wait.mjs';
import { hearEachOther } from './lib/who-hears-whom.mjs';

const TONES = { browser: 1_100, baresip: 700 };
const OF_THE_TELEPHONE = 900;
const NUMBER = '1001';
/** Numbers of baresip: each run of it has its own. */
const BARESIPS = { udp: '2001', tcp: '2002', ipv4: '2003' };

/** The kernel may have been started without IPv6; then there is nothing here to be shown, and the note says so. */
const here = Object.values(networkInterfaces())
  .flat()
  .some(({ address }) => address === HOST6);

test('this machine has an IPv6 loopback address', (t) => {
  if (!here) t.diagnostic('It has none (::1): nothing of what follows in this file was shown.');
});

/** A relay that is reached over IPv6 alone, from both sides. */
const overIpv6 = async (config) => ({
  http: { listen: at(HOST6, await freePort()) },
  media: { listen_ip: HOST6 },
  sip: { listen_ip: HOST6, udp_port: await freePort(), tcp_port: await freePort() },
  ...config,
});

/** The candidates of the relay's last answer to the page: `[address]`. */
function candidates(phone) {
  const { sdp } = phone.signals.findLast((message) => message.type === 'media_answer');
  return [...sdp.matchAll(/^a=candidate:\S+ 1 udp \d+ (\S+) /gm)].map(([, address]) => address);
}

if (here) {
  let scope;
  let browser;
  before(async () => {
    scope = await Scope.open('ipv6');
    browser = await Browser.start(scope, { tone: pulsedTone(TONES.browser) });
  });
  after(() => scope.close());

  for (const transport of ['udp', 'tcp']) {
    describe(`a line at a registrar with an IPv6 address, over ${transport}`, () => {
      let phone;
      let baresip;
      const number = BARESIPS[transport];

      before(async () => {
        const kamailio = await Kamailio.start(scope, { host: HOST6 });
        const user = [lineOn(kamailio, NUMBER, { transport })];
        const relay = await Relay.start(scope, await overIpv6({ user }));
        baresip = await Baresip.start(scope, {
          exchange: kamailio,
          user: number,
          transport,
          tone: pulsedTone(TONES.baresip),
        });
        phone = (await browser.phone()).mustStayWell();
        await phone.signIn(relay.url, NUMBER);
        assert.equal(kamailio.registrations(NUMBER), 1);
      });
      afterEach(() => phone.idle());
      after(async () => {
        await baresip.process.stop();
        await phone.page.context().close();
      });

      test('calls, and both are heard; the browser has come by an IPv6 candidate', async () => {
        await phone.dial(number);
        await hearEachOther({ browser: phone, baresip }, TONES);
        assert.deepEqual(candidates(phone), [HOST6]);
        await phone.press('Hang up');
        await baresip.event('CALL_CLOSED');
      });

      test('is called, and both are heard', async () => {
        await baresip.forget();
        await baresip.dial(NUMBER);
        await phone.shows('Incoming call');
        await phone.press('Answer');
        await hearEachOther({ browser: phone, baresip }, TONES);
        baresip.hangUp();
        await baresip.event('CALL_CLOSED');
      });
    });
  }

  describe('a trunk to a peer with an IPv6 address', () => {
    let relay;
    let phone;
    let peer;
    let telephone;
    const sip = { kind: 'trunk', trunk: 'hq', number: NUMBER };

    before(async () => {
      peer = await freePort();
      const trunk = [{ name: 'hq', domain: 'relay.test', ping_s: 0, peer: [{ host: HOST6, port: peer }] }];
      const user = [{ name: userOf(NUMBER), password: secretOf(NUMBER), sip }];
      relay = await Relay.start(scope, await overIpv6({ trunk, user }));
      telephone = await RtpTelephone.open(scope, OF_THE_TELEPHONE, { host: HOST6 });
      phone = (await browser.phone()).mustStayWell();
      await phone.signIn(relay.url, NUMBER);
    });
    afterEach(async () => {
      telephone.hush();
      await phone.idle();
    });

    /** Waits for a message that the party received; what it says of addresses has to be of IPv6. */
    async function received(party, start) {
      const text = await eventually(`${party.name} received ${start}`, async () =>
        (await party.messages()).find((m) => m.direction === 'received' && m.text.startsWith(start))?.text,
      );
      assert.match(text, /^o=.* IN IP6 ::1\r?$/m);
      assert.match(text, /^c=IN IP6 ::1\r?$/m);
      const contact = new RegExp(`^Contact: <sip:[^@]+@\\[::1\\]:${relay.config.sip.udp_port}[;>]`, 'm');
      assert.match(text, contact);
      return text;
    }

    const portOf = (message) => Number(message.match(/^m=audio (\d+) /m)[1]);

    async function bothAreHeard(message) {
      telephone.talkTo(portOf(message));
      await Promise.all([phone.hears(OF_THE_TELEPHONE), telephone.hears(TONES.browser)]);
    }

    test('its call rings, and both are heard', async () => {
      const party = await Sipp.caller(
        scope,
        [invite({ media: telephone }), maybe(100, 180), response(200), acknowledge(), pause(4_000), bye(), response(200)],
        { proxy: at(HOST6, relay.config.sip.udp_port), number: NUMBER, host: HOST6, port: peer },
      );
      await phone.shows('Incoming call');
      await phone.press('Answer');
      await bothAreHeard(await received(party, 'SIP/2.0 200'));
      await party.done();
    });

    test('is called, and both are heard', async () => {
      const party = await Sipp.called(
        scope,
        [requestKept(), reply(200, 'OK', { sdp: telephone }), request('ACK'), pause(4_000), byeAsCalled(), response(200)],
        { host: HOST6, port: peer },
      );
      await phone.dial('2001');
      const text = await received(party, 'INVITE');
      assert.match(text, new RegExp(`^Via: SIP/2.0/UDP \\[::1\\]:${relay.config.sip.udp_port};`, 'm'));
      await bothAreHeard(text);
      await party.done();
    });
  });

  describe('a caller whose audio is of the other version of IP', () => {
    test('is refused at once, instead of a call that nobody hears', async () => {
      const peer = await freePort();
      const trunk = [{ name: 'hq', domain: 'relay.test', ping_s: 0, peer: [{ host: HOST6, port: peer }] }];
      const sip = { kind: 'trunk', trunk: 'hq', number: NUMBER };
      const user = [{ name: userOf(NUMBER), password: secretOf(NUMBER), sip }];
      const relay = await Relay.start(scope, await overIpv6({ trunk, user }));
      const { signalling } = await Signalling.signedIn(relay.host, userOf(NUMBER), secretOf(NUMBER));
      const media = { host: HOST, port: await freePort() };
      const party = await Sipp.caller(
        scope,
        [invite({ media }), maybe(100), response(488), acknowledgeRefusal()],
        { proxy: at(HOST6, relay.config.sip.udp_port), number: NUMBER, host: HOST6, port: peer },
      );
      await party.done();
      await signalling.close();
    });
  });

  describe('browsers of both kinds', () => {
    test('are told both addresses, and come by either, while SIP goes over IPv4', async () => {
      const kamailio = await Kamailio.start(scope);
      const port = await freePort();
      const relay = await Relay.start(scope, {
        user: [lineOn(kamailio, NUMBER)],
        http: { listen: `[::]:${port}` },
        media: { listen_ip: '::', advertised_ips: [HOST, HOST6] },
      });
      const baresip = await Baresip.start(scope, {
        exchange: kamailio,
        user: BARESIPS.ipv4,
        tone: pulsedTone(TONES.baresip),
      });
      for (const host of [HOST, HOST6]) {
        const phone = await browser.phone();
        await phone.signIn(`https://${at(host, port)}/`, NUMBER);
        assert.deepEqual(candidates(phone), [HOST, HOST6]);
        await baresip.forget();
        await phone.dial(BARESIPS.ipv4);
        await hearEachOther({ browser: phone, baresip }, TONES);
        await phone.press('Hang up');
        await baresip.event('CALL_CLOSED');
        await phone.idle();
        await phone.page.context().close();
      }
      await relay.process.stop();
    });
  });
}
