// Every way a call can go, with SIPp as the other party, which follows its script to the letter.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { Browser } from './lib/browser.mjs';
import { toMuLaw } from './lib/g711.mjs';
import { Kamailio, passwordOf } from './lib/kamailio.mjs';
import { Relay, lineOn } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { Sipp } from './lib/sipp.mjs';
import {
  FOREIGN_CODECS,
  KEPT,
  acknowledge,
  acknowledgeRefusal,
  bye,
  byeAsCalled,
  cancel,
  cancelled,
  challenge,
  invite,
  maybe,
  options,
  pause,
  play,
  reply,
  request,
  requestKept,
  response,
} from './lib/sipp-steps.mjs';
import { pulsedTone } from './lib/tone.mjs';
import { eventually } from './lib/wait.mjs';

const OF_THE_BROWSER = 1_100;
const OF_THE_NETWORK = 700;
const NUMBER = '1001';

let scope;
let kamailio;
let relay;
let phone;

before(async () => {
  scope = await Scope.open('sipp');
  kamailio = await Kamailio.start(scope);
  relay = await Relay.start(scope, {
    user: [lineOn(kamailio, NUMBER, { codecs: ['pcmu', 'pcma'] }), lineOn(kamailio, '1002')],
    profile: [{ name: 'default', call_waiting: false }],
  });
  const browser = await Browser.start(scope, { tone: pulsedTone(OF_THE_BROWSER) });
  phone = (await browser.phone()).mustStayWell();
  await phone.signIn(relay.url, NUMBER);
});
after(() => scope.close());

/** Whatever happened, the next call has to be possible and the microphone off. */
afterEach(async () => {
  await phone.idle();
  await phone.ready();
  await eventually('the microphone is off', async () => (await phone.liveMicrophones()) === 0);
});

const called = (steps, options) => Sipp.called(scope, steps, options);
const caller = (steps, options = {}) =>
  Sipp.caller(scope, steps, { proxy: kamailio.domain, number: NUMBER, ...options });

describe('the browser calls, and the other side refuses', () => {
  const refusals = [
    [486, 'Busy Here', 'The number is busy; try again later.'],
    [600, 'Busy Everywhere', 'The number is busy; try again later.'],
    [480, 'Temporarily Unavailable', 'Nobody answered; try again later.'],
    [408, 'Request Timeout', 'Nobody answered; try again later.'],
    [603, 'Decline', 'The call was declined.'],
    [404, 'Not Found', 'Nobody has that number; check it and dial again.'],
    [410, 'Gone', 'The number has changed or is no longer in use; look up the new one.'],
    [403, 'Forbidden', 'Your line may not call that number; ask your administrator.'],
    [488, 'Not Acceptable Here', 'The two phones have no audio format in common; tell your administrator.'],
    [503, 'Service Unavailable', 'The telephone system cannot take calls right now; try again in a minute.'],
    [420, 'Bad Extension', 'The call could not be made; try again.'],
  ];
  for (const [status, reason, sentence] of refusals) {
    test(`${status} reads: ${sentence}`, async () => {
      const party = await called([
        request('INVITE'),
        reply(100, 'Trying'),
        reply(180, 'Ringing'),
        reply(status, reason),
        request('ACK'),
      ]);
      await phone.dial(party.number);
      await phone.shows(sentence);
      await party.done();
    });
  }

  test('a number that nobody has, at Kamailio itself', async () => {
    await phone.dial('7777');
    await phone.shows('Nobody has that number; check it and dial again.');
  });
});

describe('the browser calls', () => {
  test('an answer without 100 or 180 before it connects', async () => {
    const party = await called([
      request('INVITE'),
      reply(200, 'OK', { sdp: true }),
      request('ACK'),
      request('BYE'),
      reply(200, 'OK', { tagged: true }),
    ]);
    await phone.dial(party.number);
    await phone.shows('Connected');
    await phone.press('Hang up');
    await party.done();
  });

  test('ringing, then the caller thinks better of it', async () => {
    const party = await called([
      request('INVITE'),
      reply(180, 'Ringing'),
      request('CANCEL'),
      reply(200, 'OK'),
      cancelled(),
      request('ACK'),
    ]);
    await phone.dial(party.number);
    await phone.shows('Ringing…');
    await phone.press('Hang up');
    await party.done();
  });

  test('the caller thinks better of it before anything came back: CANCEL waits for the first answer', async () => {
    // RFC 3261 §9.1: no CANCEL before a provisional response.
    const party = await called([
      request('INVITE'),
      pause(700),
      reply(180, 'Ringing'),
      request('CANCEL'),
      reply(200, 'OK'),
      cancelled(),
      request('ACK'),
    ]);
    await phone.dial(party.number);
    await phone.shows('Calling…');
    await phone.press('Hang up');
    await party.done();
  });

  test('an answer that crosses the CANCEL is hung up at once', async () => {
    const party = await called([
      requestKept(),
      reply(180, 'Ringing'),
      request('CANCEL'),
      reply(200, 'OK'),
      reply(200, 'OK', { sdp: true, to: KEPT }),
      request('ACK'),
      request('BYE'),
      reply(200, 'OK', { tagged: true }),
    ]);
    await phone.dial(party.number);
    await phone.shows('Ringing…');
    await phone.press('Hang up');
    await party.done();
  });

  test('an answer that is sent again, since the ACK was lost, is acknowledged again', async () => {
    const party = await called([
      requestKept(),
      reply(200, 'OK', { sdp: true, repeated: true }),
      request('ACK'),
      byeAsCalled(),
      response(200),
    ]);
    await phone.dial(party.lossyNumber);
    await party.done();
    const answers = (await party.messages()).filter((m) => m.direction === 'sent' && m.text.startsWith('SIP/2.0 200'));
    assert.equal(answers.length, 2);
  });

  test('the other side hangs up', async () => {
    const party = await called([
      requestKept(),
      reply(180, 'Ringing'),
      reply(200, 'OK', { sdp: true }),
      request('ACK'),
      pause(500),
      byeAsCalled(),
      response(200),
    ]);
    await phone.dial(party.number);
    await phone.shows('Connected');
    await party.done();
  });

  test('early media is heard while it rings, and the answer keeps it', async () => {
    const file = join(scope.directory, 'announcement.ulaw');
    await writeFile(file, Uint8Array.from(pulsedTone(OF_THE_NETWORK, { rate: 8_000, seconds: 4 }).samples, toMuLaw));
    const party = await called([
      requestKept(),
      reply(183, 'Session Progress', { sdp: 'played' }),
      play(file),
      pause(4_000),
      reply(200, 'OK', { sdp: 'played' }),
      request('ACK'),
      request('BYE'),
      reply(200, 'OK', { tagged: true }),
    ]);
    await phone.dial(party.number);
    await phone.hears(OF_THE_NETWORK);
    await phone.shows('Ringing…', 1_000);
    await phone.shows('Connected');
    await phone.hears(OF_THE_NETWORK);
    await phone.press('Hang up');
    await party.done();
  });

  test('a party that echoes sends the own tone back', async () => {
    const party = await called(
      [
        request('INVITE'),
        reply(200, 'OK', { sdp: true }),
        request('ACK'),
        request('BYE'),
        reply(200, 'OK', { tagged: true }),
      ],
      { echo: true },
    );
    await phone.dial(party.number);
    await phone.hears(OF_THE_BROWSER);
    await phone.press('Hang up');
    await party.done();
  });

  test('a party that asks for a password gets it', async () => {
    const party = await called([
      request('INVITE'),
      challenge(),
      request('ACK'),
      request('INVITE'),
      reply(486, 'Busy Here'),
      request('ACK'),
    ]);
    await phone.dial(party.number);
    await phone.shows('The number is busy; try again later.');
    await party.done();
    const invites = (await party.messages()).filter((m) => m.text.startsWith('INVITE'));
    const header = invites[1].text.match(/^Authorization: Digest (.*realm="script".*)$/im)[1];
    const given = Object.fromEntries(
      [...header.matchAll(/(\w+)="?([^",\s]+)"?/g)].map(([, key, value]) => [key, value]),
    );
    const md5 = (text) => createHash('md5').update(text).digest('hex');
    // RFC 2617 §3.2.2.1 with qop=auth.
    const expected = md5(
      `${md5(`${NUMBER}:script:${passwordOf(NUMBER)}`)}:5ad3c1f0:${given.nc}:${given.cnonce}:auth:${md5(`INVITE:${given.uri}`)}`,
    );
    assert.equal(given.username, NUMBER);
    assert.equal(given.response, expected);
  });
});

describe('somebody calls the browser', () => {
  test('it is answered, and the caller hangs up', async () => {
    const party = await caller([
      invite(),
      maybe(100),
      response(180),
      response(200),
      acknowledge(),
      pause(500),
      bye(),
      response(200),
    ]);
    await phone.shows('Incoming call');
    await phone.press('Answer');
    await phone.shows('Connected');
    await party.done();
  });

  test('it is answered, and the browser hangs up', async () => {
    const party = await caller([
      invite(),
      maybe(100),
      response(180),
      response(200),
      acknowledge(),
      request('BYE'),
      reply(200, 'OK', { tagged: true }),
    ]);
    await phone.press('Answer');
    await phone.shows('Connected');
    await phone.press('Hang up');
    await party.done();
  });

  test('the caller gives up while it rings', async () => {
    const party = await caller([
      invite(),
      maybe(100),
      response(180),
      pause(500),
      cancel(),
      response(200),
      response(487),
      acknowledgeRefusal(),
    ]);
    await phone.shows('Incoming call');
    await party.done();
  });

  test('it is rejected, and the caller hears busy', async () => {
    const party = await caller([invite(), maybe(100), response(180), response(486), acknowledgeRefusal()]);
    await phone.press('Reject');
    await party.done();
  });

  test('an INVITE that is sent again rings once', async () => {
    const party = await caller([
      invite({ repeated: true }),
      maybe(100),
      response(180),
      pause(300),
      cancel(),
      response(200),
      response(487),
      acknowledgeRefusal(),
    ]);
    await phone.shows('Incoming call');
    assert.equal(await phone.calls().count(), 1);
    await party.done();
  });

  test('an answer whose ACK is late is sent again until it comes', async () => {
    // RFC 3261 §13.3.1.4: again after T1, then twice that, and so on: at 0.5 and 1.5 s.
    const party = await caller([
      invite(),
      maybe(100),
      response(180),
      response(200),
      pause(2_200),
      acknowledge(),
      request('BYE'),
      reply(200, 'OK', { tagged: true }),
    ]);
    await phone.press('Answer');
    await eventually('the answer was sent three times', async () => (await party.received('SIP/2.0 200')) >= 3);
    await phone.shows('Connected');
    await phone.press('Hang up');
    await party.done();
  });

  test('an INVITE without an offer gets one in the answer', async () => {
    const party = await caller(
      [
        invite({ offer: false }),
        maybe(100),
        response(180),
        response(200),
        acknowledge({ answer: true }),
        request('BYE'),
        reply(200, 'OK', { tagged: true }),
      ],
      { echo: true },
    );
    await phone.press('Answer');
    await phone.shows('Connected');
    await phone.hears(OF_THE_BROWSER);
    await phone.press('Hang up');
    await party.done();
    const answer = (await party.messages()).find(
      (m) => m.text.startsWith('SIP/2.0 200') && m.text.includes('CSeq: 1 INVITE'),
    );
    assert.match(answer.text, /^m=audio \d+ RTP\/AVP .*\b0\b/m);
  });

  test('without call waiting a second caller hears busy, and the first call goes on', async () => {
    const first = await caller(
      [
        invite(),
        maybe(100),
        response(180),
        response(200),
        acknowledge(),
        request('BYE'),
        reply(200, 'OK', { tagged: true }),
      ],
      { echo: true },
    );
    await phone.press('Answer');
    await phone.hears(OF_THE_BROWSER);
    const second = await caller([invite(), maybe(100, 180), response(486), acknowledgeRefusal()]);
    await second.done();
    await phone.hears(OF_THE_BROWSER);
    await phone.press('Hang up');
    await first.done();
  });

  test('the line of a user who is not signed in is not registered', async () => {
    const party = await caller([invite(), response(404), acknowledgeRefusal()], { number: '1002' });
    await party.done();
  });

  test('no codec in common is refused as such', async () => {
    const party = await caller([
      invite({ codecs: FOREIGN_CODECS }),
      maybe(100, 180),
      response(488),
      acknowledgeRefusal(),
    ]);
    await party.done();
  });
});

describe('OPTIONS', () => {
  for (const forwards of [70, 0]) {
    test(`is answered with Max-Forwards: ${forwards}`, async () => {
      // Straight to the relay, since a proxy refuses to pass on a request with 0 (RFC 3261 §16.3).
      const party = await caller([options(forwards), response(200)], {
        proxy: `127.0.0.1:${relay.config.sip.udp_port}`,
      });
      await party.done();
      const [answer] = (await party.messages()).filter((m) => m.direction === 'received');
      assert.match(answer.text, /^Allow:.*INVITE/im);
    });
  }
});
