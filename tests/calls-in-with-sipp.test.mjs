// Every way a call in can go, with SIPp as the other party, which follows its script to the letter.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ABSENT, Line, OF_THE_BROWSER } from './lib/sipp-line.mjs';
import {
  FOREIGN_CODECS,
  acknowledge,
  acknowledgeRefusal,
  acknowledgeRinging,
  answered,
  bye,
  cancel,
  invite,
  maybe,
  options,
  pause,
  prompted,
  reliableRinging,
  reply,
  request,
  response,
} from './lib/sipp-steps.mjs';
import { eventually } from './lib/wait.mjs';

const line = Line.forTests('calls-in');

describe('somebody calls the browser', () => {
  test('it is answered, and the caller hangs up', async () => {
    const { phone } = line;
    const party = await line.caller([
      invite(),
      maybe(100),
      response(180),
      answered(),
      acknowledge(),
      prompted(),
      bye({ kept: true }),
      response(200),
    ]);
    await phone.shows('Incoming call');
    await phone.press('Answer');
    await phone.shows('Connected');
    await party.prompt('SIP/2.0 200');
    await phone.shows('The other party ended the call.');
    await party.done();
  });

  test('it is answered, and the browser hangs up', async () => {
    const { phone } = line;
    const party = await line.caller([
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
    const { phone } = line;
    const party = await line.caller([
      invite(),
      maybe(100),
      response(180),
      prompted(),
      cancel(),
      response(200),
      response(487),
      acknowledgeRefusal(),
    ]);
    await phone.shows('Incoming call');
    await party.prompt('SIP/2.0 180');
    await party.done();
  });

  test('it is rejected, and the caller hears busy', async () => {
    const { phone } = line;
    const party = await line.caller([invite(), maybe(100), response(180), response(486), acknowledgeRefusal()]);
    await phone.press('Reject');
    await party.done();
  });

  test('an INVITE that is sent again rings once', async () => {
    const { phone } = line;
    const party = await line.caller([
      invite({ repeated: true }),
      maybe(100),
      response(180),
      prompted(),
      cancel(),
      response(200),
      response(487),
      acknowledgeRefusal(),
    ]);
    await phone.shows('Incoming call');
    await party.prompt('SIP/2.0 180');
    assert.equal(await phone.calls().count(), 1);
    await party.done();
  });

  test('an answer whose ACK is late is sent again until it comes', async () => {
    const { phone } = line;
    // RFC 3261 §13.3.1.4: again after T1, then twice that, and so on: at 0.5 and 1.5 s.
    const party = await line.caller([
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

  test('a caller who insists on it acknowledges the ringing, which is repeated until then, and is answered', async () => {
    const { phone } = line;
    const party = await line.caller(
      [
        invite({ headers: ['Require: 100rel'] }),
        maybe(100),
        reliableRinging(),
        prompted(),
        acknowledgeRinging(),
        response(200),
        response(200),
        acknowledge(),
        request('BYE'),
        reply(200, 'OK', { tagged: true }),
      ],
      { echo: true },
    );
    await phone.shows('Incoming call');
    await eventually('it rang twice', async () => (await party.received('SIP/2.0 180')) === 2);
    await party.prompt();
    await eventually('the acknowledgement was taken', async () => (await party.received('SIP/2.0 200')) === 1);
    const rung = await party.received('SIP/2.0 180');
    await phone.press('Answer');
    await phone.hears(OF_THE_BROWSER);
    assert.equal(await party.received('SIP/2.0 180'), rung, 'it was repeated although it was acknowledged');
    await phone.press('Hang up');
    await party.done();
  });

  test('an INVITE without an offer gets one in the answer', async () => {
    const { phone } = line;
    const party = await line.caller(
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
    const { phone } = line;
    const first = await line.caller(
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
    const second = await line.caller([invite(), maybe(100, 180), response(486), acknowledgeRefusal()]);
    await second.done();
    await phone.hears(OF_THE_BROWSER);
    await phone.press('Hang up');
    await first.done();
  });

  test('the line of a user who is not signed in is not registered', async () => {
    const party = await line.caller([invite(), response(404), acknowledgeRefusal()], { number: ABSENT });
    await party.done();
  });

  test('no codec in common is refused as such', async () => {
    const party = await line.caller([
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
      const party = await line.caller([options(forwards), response(200)], {
        proxy: `127.0.0.1:${line.relay.config.sip.udp_port}`,
      });
      await party.done();
      const [answer] = (await party.messages()).filter((m) => m.direction === 'received');
      assert.match(answer.text, /^Allow:.*INVITE/im);
    });
  }
});
