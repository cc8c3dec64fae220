// The peers work with each other; where they do not, no other failure says anything about the relay.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Baresip } from './lib/baresip.mjs';
import { toMuLaw } from './lib/g711.mjs';
import { Kamailio } from './lib/kamailio.mjs';
import { Sipp } from './lib/sipp.mjs';
import {
  acknowledge,
  acknowledgeRefusal,
  byeAsCalled,
  cancel,
  cancelled,
  invite,
  play,
  pause,
  reply,
  request,
  requestKept,
  response,
} from './lib/sipp-steps.mjs';
import { Scope } from './lib/scope.mjs';
import { listen, pulsedTone } from './lib/tone.mjs';
import { eventually } from './lib/wait.mjs';

let scope;
before(async () => {
  scope = await Scope.open('peers');
});
after(() => scope.close());

test('two baresips hear each other through Kamailio, in every codec', async () => {
  const kamailio = await Kamailio.start(scope);
  const called = await Baresip.start(scope, { exchange: kamailio, user: '2001', tone: pulsedTone(700) });
  for (const [codec, transport] of [
    ['pcmu', 'udp'],
    ['pcma', 'tcp'],
    ['g722', 'udp'],
    ['opus', 'udp'],
  ]) {
    const caller = await Baresip.start(scope, {
      exchange: kamailio,
      user: `21-${codec}`,
      tone: pulsedTone(1_100),
      codecs: [codec],
      transport,
    });
    await called.forget();
    await caller.dial('2001');
    await caller.event('CALL_ESTABLISHED');
    await eventually(
      `the caller hears 700 Hz in ${codec}`,
      async () => listen(await caller.heard(), [700]).tones.get(700) > 10,
    );
    await eventually(
      `the called party hears 1100 Hz in ${codec}`,
      async () => listen(await called.heard(), [1_100]).tones.get(1_100) > 10,
    );
    assert.equal(listen(await caller.heard(), [1_100]).tones.get(1_100), 0);
    caller.hangUp();
    await called.event('CALL_CLOSED');
    await caller.process.stop();
  }
});

test('SIPp calls a SIPp through Kamailio as if nothing were between them, and either hangs up', async () => {
  const kamailio = await Kamailio.start(scope);
  const called = await Sipp.called(scope, [
    requestKept(),
    reply(180, 'Ringing'),
    reply(200, 'OK', { sdp: true }),
    request('ACK'),
    byeAsCalled(),
    response(200),
  ]);
  const caller = await Sipp.caller(
    scope,
    [invite(), response(180), response(200), acknowledge(), request('BYE'), reply(200, 'OK', { tagged: true })],
    { proxy: kamailio.domain, number: called.number },
  );
  await Promise.all([called.done(), caller.done()]);
  assert.equal(await called.received('INVITE'), 1);
  assert.equal(await caller.received('SIP/2.0 100'), 0);
});

test('SIPp repeats an INVITE whose answers Kamailio loses, and cancels it', async () => {
  const kamailio = await Kamailio.start(scope);
  const called = await Sipp.called(scope, [
    request('INVITE'),
    reply(180, 'Ringing'),
    request('CANCEL'),
    reply(200, 'OK'),
    cancelled(),
    request('ACK'),
  ]);
  const caller = await Sipp.caller(
    scope,
    [invite({ repeated: true }), response(180), cancel(), response(200), response(487), acknowledgeRefusal()],
    { proxy: kamailio.domain, number: called.number },
  );
  await Promise.all([called.done(), caller.done()]);
  assert.equal(await called.received('INVITE'), 2);
});

test('SIPp follows its script or fails: a call that is refused where an answer was expected is an error', async () => {
  const kamailio = await Kamailio.start(scope);
  const called = await Sipp.called(scope, [request('INVITE'), reply(486, 'Busy Here'), request('ACK')]);
  const caller = await Sipp.caller(scope, [invite(), response(200), acknowledge()], {
    proxy: kamailio.domain,
    number: called.number,
  });
  await assert.rejects(caller.done(), /did not come to the end[^]*486/);
  await called.process.stop();
});

test('baresip hears what SIPp plays before its answer, which is repeated after a lost ACK', async () => {
  const kamailio = await Kamailio.start(scope);
  const file = join(scope.directory, 'tone.ulaw');
  await writeFile(file, Uint8Array.from(pulsedTone(700, { rate: 8_000 }).samples, toMuLaw));
  const telephone = await Baresip.start(scope, { exchange: kamailio, user: '2005', tone: pulsedTone(1_100) });
  const party = await Sipp.called(scope, [
    request('INVITE'),
    reply(183, 'Session Progress', { sdp: 'played' }),
    play(file),
    pause(1_500),
    reply(200, 'OK', { sdp: 'played', repeated: true }),
    request('ACK'),
    request('BYE'),
    reply(200, 'OK', { tagged: true }),
  ]);
  await telephone.dial(party.lossyNumber);
  await telephone.hears(700);
  assert.equal(telephone.count('CALL_ESTABLISHED'), 0);
  await telephone.event('CALL_ESTABLISHED');
  await eventually(
    'the answer was sent again',
    async () =>
      (await party.messages()).filter((m) => m.direction === 'sent' && m.text.startsWith('SIP/2.0 200')).length === 2,
  );
  telephone.hangUp();
  await party.done();
});
