// Keys in calls over a trunk to Cisco Unified Communications Manager, in every way in which they go and come.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answerRequest, call, hungUp, inDialog, media, subscribeToKeys } from './lib/cucm-steps.mjs';
import { Trunk, got } from './lib/cucm-trunk.mjs';
import { prompted, request, response } from './lib/sipp-steps.mjs';
import { eventually } from './lib/wait.mjs';

const trunk = Trunk.forTests('cucm-keys');

describe('keys that the user presses', () => {
  async function press(digits) {
    await trunk.phone.press('Keypad');
    for (const digit of digits) await trunk.phone.press(digit);
  }

  test('go as telephone events, which the caller takes', async () => {
    const { phone, telephone } = trunk;
    const party = await trunk.calls([call(media(telephone)), hungUp()]);
    await trunk.answer(party);
    await trunk.bothAreHeard();
    await press('15#');
    await eventually('the caller got the keys', () => telephone.digits === '15#');
    await phone.press('Hang up');
    await party.done();
  });

  test('go by INFO to who takes no telephone events', async () => {
    const { phone, telephone } = trunk;
    const info = [request('INFO'), answerRequest(200, 'OK')];
    const party = await trunk.calls([call(media(telephone, { keys: false })), info, info, hungUp()]);
    await trunk.answer(party);
    await trunk.bothAreHeard();
    await press('7*');
    await eventually('two keys came', async () => (await got(party, 'INFO')).length === 2);
    const [first, second] = await got(party, 'INFO');
    assert.match(first, /^Content-Type: application\/dtmf-relay\r?\n[^]*^Signal= ?7\r?$/m);
    assert.match(second, /^Signal= ?\*\r?$/m);
    assert.equal(telephone.events.length, 0);
    await phone.press('Hang up');
    await party.done();
  });

  test('go by NOTIFY to who has subscribed to them, and by nothing else', async () => {
    const { phone, telephone } = trunk;
    const told = [request('NOTIFY'), answerRequest(200, 'OK')];
    const party = await trunk.calls([
      call(media(telephone)),
      prompted(),
      subscribeToKeys(102),
      response(200),
      // The first one says that the subscription is in force (RFC 6665 §4.2.1.2).
      told,
      told,
      told,
      hungUp(),
    ]);
    await trunk.answer(party);
    await trunk.bothAreHeard();
    await party.prompt();
    await eventually('the subscription is in force', async () => (await got(party, 'NOTIFY')).length === 1);
    await press('4#');
    await eventually('two keys came', async () => (await got(party, 'NOTIFY')).length === 3);
    const [, first, second] = await got(party, 'NOTIFY');
    assert.match(first, /^Event: kpml\r?$/m);
    assert.match(first, /^Content-Type: application\/kpml-response\+xml\r?$/m);
    assert.match(first, /<kpml-response [^>]*code="200"[^>]*digits="4"[^>]*tag="dtmf"/);
    assert.match(second, /digits="#"/);
    assert.equal(telephone.events.length, 0);
    await phone.press('Hang up');
    await party.done();
  });
});

describe('keys that the caller presses', () => {
  /** A key by INFO, in the way of `application/dtmf-relay`. */
  const byInfo = (sequence, key) => [
    inDialog('INFO', sequence, { body: `Signal=${key}\nDuration=160`, type: 'application/dtmf-relay' }),
    response(200),
  ];
  /** A press by NOTIFY without a subscription: told when it begins, and when it has ended. */
  const byNotify = (sequence, key) =>
    [String.raw`\x12\x01\x40`, String.raw`\x92\x02\x80`].flatMap((report, i) => [
      inDialog('NOTIFY', sequence + i, {
        headers: ['Event: telephone-event;rate=1000', 'Subscription-State: active'],
        body: String.raw`\x0${key}` + report,
        type: 'audio/telephone-event',
      }),
      response(200),
    ]);

  for (const [way, keys] of [
    ['INFO', [...byInfo(102, 5), ...byInfo(103, '#')]],
    ['NOTIFY', [...byNotify(102, 5), ...byNotify(104, 'b')]],
  ]) {
    test(`come by ${way}, each once`, async () => {
      const { phone, telephone } = trunk;
      const party = await trunk.calls([call(media(telephone)), prompted(), keys, hungUp()]);
      await trunk.answer(party);
      await trunk.bothAreHeard();
      const before = phone.keysHeard();
      await party.prompt();
      await eventually('the page was told of two keys', () => phone.keysHeard().slice(before.length) === '5#');
      await phone.press('Hang up');
      await party.done();
    });
  }
});
