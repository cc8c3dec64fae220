// One person in several calls with telephones that are not ours: who is on hold hears nothing, who is talked to hears
// the person and nobody else.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Kamailio } from './lib/kamailio.mjs';
import { Relay, lineOn } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { pulsedTone } from './lib/tone.mjs';
import { eventually } from './lib/wait.mjs';
import { hearEachOther, hearsOnly } from './lib/who-hears-whom.mjs';

const TONES = { browser: 1_100, anna: 700, bert: 1_700 };
const ANNA = '2001';
const BERT = '2002';
/** How long the relay puts up with a telephone that sends nothing, in this test. */
const RTP_TIMEOUT_S = 2;

let scope;
let relay;
let phone;
let anna;
let bert;

before(async () => {
  scope = await Scope.open('several-calls');
  const kamailio = await Kamailio.start(scope);
  relay = await Relay.start(scope, { user: [lineOn(kamailio, '1001')], media: { rtp_timeout_s: RTP_TIMEOUT_S } });
  const browser = await Browser.start(scope, { tone: pulsedTone(TONES.browser) });
  const telephone = (user, hertz, codecs) =>
    Baresip.start(scope, { exchange: kamailio, user, tone: pulsedTone(hertz), codecs });
  anna = await telephone(ANNA, TONES.anna, ['opus']);
  bert = await telephone(BERT, TONES.bert, ['pcmu']);
  phone = (await browser.phone()).mustStayWell();
  await phone.signIn(relay.url, '1001');
});
after(() => scope.close());

afterEach(async () => {
  await phone.idle();
  await eventually('the microphone is off', async () => (await phone.liveMicrophones()) === 0);
});

async function callAnna() {
  await Promise.all([anna.forget(), bert.forget()]);
  await phone.dial(ANNA);
  await phone.callReads(ANNA, 'Connected');
}

/** Anna is on hold, and Bert is talked to. */
async function annaWaitsBertTalks() {
  await callAnna();
  await phone.dialAnother(BERT);
  await phone.callReads(BERT, 'Connected');
  await phone.holds(ANNA);
  await Promise.all([hearEachOther({ browser: phone, bert }, TONES), hearsOnly(anna, [], TONES)]);
}

describe('hold', () => {
  test('whom the browser holds hears nothing, and is heard again after it', async () => {
    await callAnna();
    await hearEachOther({ browser: phone, anna }, TONES);
    await phone.press('Hold');
    await phone.callReads(ANNA, 'On hold');
    await Promise.all([hearsOnly(anna, [], TONES), hearsOnly(phone, [], TONES)]);
    await phone.screenshot('on-hold');
    await phone.press('Resume');
    await phone.callReads(ANNA, 'Connected');
    await hearEachOther({ browser: phone, anna }, TONES);
    await phone.press('Hang up');
    await anna.event('CALL_CLOSED');
  });

  test('who holds the browser may be silent for as long as they like, and comes back', async () => {
    await callAnna();
    anna.hold();
    await phone.callReads(ANNA, 'On hold by the other party');
    const { samples } = await phone.listen((RTP_TIMEOUT_S + 1) * 1_000);
    assert.ok(samples.slice(-samples.length / 2).every((sample) => Math.abs(sample) < 0.01), 'music on hold was heard');
    await phone.screenshot('held-by-the-other-party');
    await phone.callReads(ANNA, 'On hold by the other party');
    anna.resume();
    await phone.callReads(ANNA, 'Connected');
    await hearEachOther({ browser: phone, anna }, TONES);
    await phone.press('Hang up');
    await anna.event('CALL_CLOSED');
  });

  test('both hold, and each comes back by themselves', async () => {
    await callAnna();
    await phone.press('Hold');
    await phone.callReads(ANNA, 'On hold');
    anna.hold();
    await phone.press('Resume');
    await phone.callReads(ANNA, 'On hold by the other party');
    anna.resume();
    await phone.callReads(ANNA, 'Connected');
    await hearEachOther({ browser: phone, anna }, TONES);
    anna.hangUp();
    await phone.shows('The other party ended the call.');
  });
});

describe('a second call', () => {
  test('knocks, is answered with the first on hold; both are talked to in turn; one ends, the other stays', async () => {
    await callAnna();
    await bert.dial('1001');
    await phone.callReads(BERT, 'Incoming call');
    await hearEachOther({ browser: phone, anna }, TONES);
    // The end of an earlier call can be reported late; what counts is this one.
    const endedBefore = anna.count('CALL_CLOSED');
    await phone.screenshot('call-waiting');
    await phone.press('Hold & answer');
    await phone.callReads(BERT, 'Connected');
    await phone.holds(ANNA);
    await Promise.all([hearEachOther({ browser: phone, bert }, TONES), hearsOnly(anna, [], TONES)]);
    await phone.screenshot('one-held-one-active');
    for (const [to, from] of [
      [{ number: ANNA, name: 'anna', telephone: anna }, { number: BERT, telephone: bert }],
      [{ number: BERT, name: 'bert', telephone: bert }, { number: ANNA, telephone: anna }],
    ]) {
      await phone.pressIn(to.number, 'Resume');
      await phone.holds(from.number);
      await Promise.all([
        hearEachOther({ browser: phone, [to.name]: to.telephone }, TONES),
        hearsOnly(from.telephone, [], TONES),
      ]);
    }
    await phone.pressIn(BERT, 'Hang up');
    await bert.event('CALL_CLOSED');
    await phone.callReads(ANNA, 'On hold');
    assert.equal(anna.count('CALL_CLOSED'), endedBefore);
    await phone.pressIn(ANNA, 'Resume');
    await hearEachOther({ browser: phone, anna }, TONES);
    await phone.pressIn(ANNA, 'Hang up');
    await anna.event('CALL_CLOSED');
  });

  test('is rejected, and the first goes on', async () => {
    await callAnna();
    await bert.dial('1001');
    await phone.callReads(BERT, 'Incoming call');
    await phone.press('Reject');
    await bert.process.line(/486 Busy Here/);
    await hearEachOther({ browser: phone, anna }, TONES);
    await phone.pressIn(ANNA, 'Hang up');
  });

  test('is made by the browser; who is on hold hangs up, and the talk goes on', async () => {
    await annaWaitsBertTalks();
    anna.hangUp();
    await phone.holds();
    await hearEachOther({ browser: phone, bert }, TONES);
    await phone.pressIn(BERT, 'Hang up');
    await bert.event('CALL_CLOSED');
  });

  test('a reload brings both back as they were', async () => {
    await annaWaitsBertTalks();
    await phone.page.reload();
    await phone.callReads(BERT, 'Connected');
    await phone.holds(ANNA);
    await Promise.all([hearEachOther({ browser: phone, bert }, TONES), hearsOnly(anna, [], TONES)]);
    await phone.pressIn(ANNA, 'Resume');
    await Promise.all([hearEachOther({ browser: phone, anna }, TONES), hearsOnly(bert, [], TONES)]);
    await phone.pressIn(BERT, 'Hang up');
    await phone.pressIn(ANNA, 'Hang up');
  });
});
