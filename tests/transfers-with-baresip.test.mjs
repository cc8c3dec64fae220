// Telephones that are not ours are transferred, and transfer: afterwards the right two hear each other, and whoever is
// out is out.

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

const TONES = { browser: 1_100, anna: 700, bert: 1_700, olga: 2_600 };
const ANNA = '2001';
const BERT = '2002';
const NOBODY = '2999';

let scope;
let relay;
let browser;
let phone;
let anna;
let bert;

before(async () => {
  scope = await Scope.open('transfers');
  const kamailio = await Kamailio.start(scope);
  relay = await Relay.start(scope, { user: ['1001', '1002', '1003'].map((number) => lineOn(kamailio, number)) });
  browser = await Browser.start(scope, { tone: pulsedTone(TONES.browser) });
  const telephone = (user, hertz) => Baresip.start(scope, { exchange: kamailio, user, tone: pulsedTone(hertz) });
  anna = await telephone(ANNA, TONES.anna);
  bert = await telephone(BERT, TONES.bert);
  phone = (await browser.phone()).mustStayWell();
  await phone.signIn(relay.url, '1001');
});
after(() => scope.close());

afterEach(async () => {
  for (const telephone of [anna, bert]) telephone.hangUp();
  await phone.idle();
  await eventually('the microphone is off', async () => (await phone.liveMicrophones()) === 0);
});

async function callAnna() {
  await Promise.all([anna.forget(), bert.forget()]);
  await phone.dial(ANNA);
  await phone.callReads(ANNA, 'Connected');
}

/** Opens the transfer of the call with Anna and writes to whom. */
async function transferTo(number) {
  await phone.press('Transfer…');
  await phone.page.getByRole('combobox', { name: 'Transfer to' }).fill(number);
}

/** Bert is asked, and Anna waits. */
async function askBert() {
  await callAnna();
  await transferTo(BERT);
  await phone.press('Ask first');
  await phone.callReads(BERT, `Asking before ${ANNA} is transferred`);
  await phone.callReads(BERT, 'Connected');
  await phone.holds(ANNA);
  await Promise.all([hearEachOther({ browser: phone, bert }, TONES), hearsOnly(anna, [], TONES)]);
}

/** Anna and Bert talk, without the browser. */
async function annaHasBert() {
  await hearEachOther({ anna, bert }, TONES);
  assert.equal(await phone.calls().filter({ hasText: 'Connected' }).count(), 0);
  assert.equal((await relay.figures()).calls ?? 0, 0);
}

describe('without asking', () => {
  test('the other party is handed over, and the browser is out', async () => {
    await callAnna();
    await transferTo(BERT);
    await phone.screenshot('transfer-panel');
    await phone.press('Transfer');
    await phone.callReads(ANNA, 'You transferred the call.');
    await annaHasBert();
  });

  test('to a number that does not exist: the call stays on hold, with words, and is resumed', async () => {
    await callAnna();
    await transferTo(NOBODY);
    await phone.press('Transfer');
    await phone.callReads(ANNA, `Not transferred to ${NOBODY}.`);
    await hearsOnly(anna, [], TONES);
    await phone.screenshot('transfer-failed');
    await phone.press('Resume');
    await phone.callReads(ANNA, 'Connected');
    await hearEachOther({ browser: phone, anna }, TONES);
  });
});

describe('after asking', () => {
  test('both are connected, and the browser is out', async () => {
    await askBert();
    await phone.screenshot('consultation');
    await phone.press('Transfer now');
    await phone.callReads(ANNA, 'You transferred the call.');
    await annaHasBert();
  });

  test('the asked one is left again, and the first party is back', async () => {
    await askBert();
    await phone.press('Back');
    await bert.event('CALL_CLOSED');
    await phone.callReads(ANNA, 'Connected');
    await hearEachOther({ browser: phone, anna }, TONES);
  });

  test('the parties of two calls are connected with each other', async () => {
    await callAnna();
    await phone.dialAnother(BERT);
    await phone.callReads(BERT, 'Connected');
    await phone.holds(ANNA);
    await phone.pressIn(BERT, 'Transfer…');
    await phone.screenshot('transfer-to-a-call');
    await phone.press(`To ${ANNA} (on hold)`);
    await phone.callReads(BERT, 'You transferred the call.');
    await annaHasBert();
  });
});

describe('by the other party', () => {
  test('the browser is handed over, and goes on with somebody else', async () => {
    await callAnna();
    anna.transfer(BERT);
    await phone.callReads(BERT, 'Connected');
    await anna.event('CALL_CLOSED');
    await hearEachOther({ browser: phone, bert }, TONES);
    await phone.press('Hang up');
    await bert.event('CALL_CLOSED');
  });

  test('to a number that does not exist: the other party is told so', async () => {
    await callAnna();
    anna.transfer(NOBODY);
    await anna.event('TRANSFER_FAILED');
    await anna.process.line(/transfer failed: 404 Not Found/);
    // baresip hangs up then; others come back to the call.
    await phone.shows('The other party ended the call.');
  });
});

test('between users of the relay the asked one takes the call over in place of the one who asked', async () => {
  const elsewhere = await Browser.start(scope, { tone: pulsedTone(TONES.olga) });
  const nina = await browser.phone();
  const olga = await elsewhere.phone();
  await Promise.all([nina.signIn(relay.url, '1002'), olga.signIn(relay.url, '1003')]);
  await phone.dial('1002');
  await nina.press('Answer');
  await phone.callReads('1002', 'Connected');
  await phone.dialAnother('1003');
  await olga.press('Answer');
  await phone.callReads('1003', 'Connected');
  await phone.pressIn('1003', 'Transfer…');
  await phone.press('To 1002 (on hold)');
  await phone.callReads('1003', 'You transferred the call.');
  await Promise.all([nina.callReads('User 1003', 'Connected'), olga.callReads('1002', 'Connected')]);
  // Nina's microphone is that of the first browser.
  await Promise.all([hearsOnly(nina, ['olga'], TONES), hearsOnly(olga, ['browser'], TONES)]);
  await nina.press('Hang up');
  await olga.idle();
});
