// A conference with telephones that are not ours, each with a codec of its own: everybody hears all the others and not
// themselves.

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

const TONES = { browser: 1_100, anna: 700, bert: 1_700, cleo: 2_600 };
const ANNA = '2001';
const BERT = '2002';
const CLEO = '2003';

let scope;
let phone;
let anna;
let bert;
let cleo;

before(async () => {
  scope = await Scope.open('conference');
  const kamailio = await Kamailio.start(scope);
  const relay = await Relay.start(scope, { user: [lineOn(kamailio, '1001')] });
  const browser = await Browser.start(scope, { tone: pulsedTone(TONES.browser) });
  const telephone = (user, hertz, codecs) =>
    Baresip.start(scope, { exchange: kamailio, user, tone: pulsedTone(hertz), codecs });
  anna = await telephone(ANNA, TONES.anna, ['pcmu']);
  bert = await telephone(BERT, TONES.bert, ['opus']);
  cleo = await telephone(CLEO, TONES.cleo, ['g722']);
  phone = (await browser.phone()).mustStayWell();
  await phone.signIn(relay.url, '1001');
});
after(() => scope.close());

afterEach(async () => {
  await phone.idle();
  await eventually('the microphone is off', async () => (await phone.liveMicrophones()) === 0);
});

const conference = (...parties) =>
  phone.page.getByRole('group', { name: `Conference with ${parties.join(', ')}`, exact: true });

/** The browser, Anna (PCMU) and Bert (Opus) are in a conference. */
async function withAnnaAndBert() {
  await Promise.all([anna, bert, cleo].map((telephone) => telephone.forget()));
  await phone.dial(ANNA);
  await phone.callReads(ANNA, 'Connected');
  await phone.dialAnother(BERT);
  await phone.callReads(BERT, 'Connected');
  await phone.holds(ANNA);
  await phone.pressIn(ANNA, 'Join');
  await conference(ANNA, BERT).waitFor();
  await hearEachOther({ browser: phone, anna, bert }, TONES);
}

describe('a conference', () => {
  test('of three: all hear the others; one is taken out, and comes back; all are hung up', async () => {
    await withAnnaAndBert();
    await phone.screenshot('conference');
    await phone.press(`Remove ${BERT}`);
    await phone.holds(BERT);
    await Promise.all([hearEachOther({ browser: phone, anna }, TONES), hearsOnly(bert, [], TONES)]);
    await phone.pressIn(BERT, 'Join');
    await conference(ANNA, BERT).waitFor();
    await hearEachOther({ browser: phone, anna, bert }, TONES);
    await phone.press('Hang up all');
    await Promise.all([anna.event('CALL_CLOSED'), bert.event('CALL_CLOSED')]);
  });

  test('of four, in three codecs: all hear the others; one hangs up, and the rest go on', async () => {
    await withAnnaAndBert();
    await phone.dialAnother(CLEO);
    await phone.callReads(CLEO, 'Connected');
    // Without the browser the others go on talking.
    await hearEachOther({ anna, bert }, TONES);
    await hearEachOther({ browser: phone, cleo }, TONES);
    await phone.screenshot('conference-on-hold');
    await conference(ANNA, BERT).getByRole('button', { name: 'Join', exact: true }).click();
    await conference(ANNA, BERT, CLEO).waitFor();
    await hearEachOther({ browser: phone, anna, bert, cleo }, TONES);
    await phone.screenshot('conference-of-four');
    bert.hangUp();
    await conference(ANNA, CLEO).waitFor();
    await hearEachOther({ browser: phone, anna, cleo }, TONES);
    await phone.press(`Hang up ${ANNA}`);
    await anna.event('CALL_CLOSED');
    await phone.callReads(CLEO, 'Connected');
    await hearEachOther({ browser: phone, cleo }, TONES);
    await phone.press('Hang up');
  });

  test('is left for a while, is muted, and survives a reload', async () => {
    await withAnnaAndBert();
    await phone.press('Hold');
    await Promise.all([hearEachOther({ anna, bert }, TONES), hearsOnly(phone, [], TONES)]);
    await phone.press('Resume');
    await hearEachOther({ browser: phone, anna, bert }, TONES);
    await phone.press('Mute');
    await Promise.all([hearEachOther({ anna, bert }, TONES), hearsOnly(phone, ['anna', 'bert'], TONES)]);
    await phone.press('Unmute');
    await phone.page.reload();
    await conference(ANNA, BERT).waitFor();
    await hearEachOther({ browser: phone, anna, bert }, TONES);
    assert.equal(anna.count('CALL_CLOSED') + bert.count('CALL_CLOSED'), 0);
    await phone.press('Hang up all');
  });

  test('is made of a consultation', async () => {
    await Promise.all([anna.forget(), bert.forget()]);
    await anna.dial('1001');
    await phone.press('Answer');
    await phone.callReads(ANNA, 'Connected');
    await phone.press('Transfer…');
    await phone.page.getByRole('combobox', { name: 'Transfer to' }).fill(BERT);
    await phone.press('Ask first');
    await phone.callReads(BERT, 'Connected');
    await phone.press('Conference');
    await conference(ANNA, BERT).waitFor();
    await hearEachOther({ browser: phone, anna, bert }, TONES);
    await phone.press('Hang up all');
    await Promise.all([anna.event('CALL_CLOSED'), bert.event('CALL_CLOSED')]);
  });
});
