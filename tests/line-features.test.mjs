// What a person sets for their line: do not disturb, and where calls go instead; what the line can do: parking,
// voicemail. It holds after the relay was restarted.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Kamailio } from './lib/kamailio.mjs';
import { Relay, lineOn, secretOf, userOf } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { pulsedTone } from './lib/tone.mjs';
import { eventually } from './lib/wait.mjs';
import { hearEachOther } from './lib/who-hears-whom.mjs';

const TONES = { browser: 1_100, anna: 700, bert: 1_700 };
const ANNA = '2001';
const BERT = '2002';
/** Where the telephone system of this test parks calls: a telephone that answers. */
const PARK = BERT;

let scope;
let relay;
let phone;
let anna;
let bert;

before(async () => {
  scope = await Scope.open('line-features');
  const kamailio = await Kamailio.start(scope);
  relay = await Relay.start(scope, {
    user: [lineOn(kamailio, '1001')],
    profile: [{ name: 'default', park_code: PARK, voicemail_number: BERT }],
  });
  const browser = await Browser.start(scope, { tone: pulsedTone(TONES.browser) });
  const telephone = (user, hertz) => Baresip.start(scope, { exchange: kamailio, user, tone: pulsedTone(hertz) });
  anna = await telephone(ANNA, TONES.anna);
  bert = await telephone(BERT, TONES.bert);
  phone = await browser.phone();
  await phone.signIn(relay.url, '1001');
});
after(() => scope.close());

const forget = () => Promise.all([anna.forget(), bert.forget()]);
const reads = (text) => phone.page.getByText(text, { exact: true }).first().waitFor({ timeout: 5_000 });
const settings = () => phone.page.getByRole('region', { name: 'Settings' });

async function openSettings() {
  await phone.press('Settings');
  await settings().waitFor();
}

/** Fills the form for forwarding; what is not named is left empty. */
async function forward({ always = '', busy = '', noAnswer = '', seconds = '' }) {
  await openSettings();
  const form = settings().getByRole('form', { name: 'Forwarding' });
  for (const [label, value] of [
    ['All calls to', always],
    ['When busy to', busy],
    ['When not answered to', noAnswer],
    ['After seconds of ringing', seconds],
  ]) {
    await form.getByRole('textbox', { name: label }).fill(value);
  }
  await form.getByRole('button', { name: 'Save forwarding' }).click();
  await settings().getByRole('button', { name: 'Close', exact: true }).click();
}

/** Anna calls the browser's number and comes to Bert. */
async function annaComesToBert() {
  await anna.dial('1001');
  await hearEachOther({ anna, bert }, TONES);
  anna.hangUp();
  await bert.event('CALL_CLOSED');
}

describe('do not disturb', () => {
  test('callers hear busy, and it does not ring', async () => {
    await forget();
    await openSettings();
    await phone.press('Do not disturb');
    await phone.screenshot('settings');
    await settings().getByRole('button', { name: 'Close', exact: true }).click();
    await reads('Do not disturb is on');
    await phone.screenshot('do-not-disturb');
    const from = anna.process.lines.length;
    await anna.dial('1001');
    await anna.process.line(/486 Busy Here/, { from });
    assert.equal(await phone.calls().filter({ hasText: 'Incoming call' }).count(), 0);
  });

  test('is on still after the relay was restarted, until it is turned off on the page', async () => {
    await relay.process.stop();
    relay = await Relay.start(scope, relay.config);
    await eventually(
      'the page is ready again, or asks to sign in',
      async () => {
        if (await phone.button('Sign in').isVisible()) await phone.enter(userOf('1001'), secretOf('1001'));
        await phone.ready(1_000);
        return true;
      },
      { timeout: 20_000 },
    );
    await reads('Do not disturb is on');
    await forget();
    const from = anna.process.lines.length;
    await anna.dial('1001');
    await anna.process.line(/486 Busy Here/, { from });
    await phone.press('Turn off do not disturb');
    await anna.dial('1001');
    await phone.shows('Incoming call');
    await phone.press('Reject');
    await phone.idle();
  });
});

describe('forwarding', () => {
  test('of all calls: the caller is connected there', async () => {
    await forget();
    await forward({ always: BERT });
    await reads(`All calls go to ${BERT}`);
    await annaComesToBert();
    await phone.press('Turn off forwarding');
  });

  test('of calls that nobody answers', async () => {
    await forget();
    await forward({ noAnswer: BERT, seconds: '2' });
    await anna.dial('1001');
    await phone.shows('Incoming call');
    await hearEachOther({ anna, bert }, TONES);
    await phone.shows('The call went to another phone.');
    anna.hangUp();
    await bert.event('CALL_CLOSED');
    await phone.idle();
  });

  test('of calls to a busy phone, as it is while it is not to be disturbed', async () => {
    await forget();
    await forward({ busy: BERT });
    await openSettings();
    await phone.press('Do not disturb');
    await settings().getByRole('button', { name: 'Close', exact: true }).click();
    await reads('Do not disturb is on');
    await annaComesToBert();
    assert.equal(await phone.calls().count(), 0);
    await phone.press('Turn off do not disturb');
    await forward({});
  });
});

describe('rejecting', () => {
  test('sends the caller to where calls to a busy phone go', async () => {
    await forget();
    await forward({ busy: BERT });
    await anna.dial('1001');
    await phone.shows('Incoming call');
    await phone.press('Reject');
    await hearEachOther({ anna, bert }, TONES);
    await phone.idle();
    anna.hangUp();
    await bert.event('CALL_CLOSED');
    await forward({});
  });
});

describe('the codes of the telephone system', () => {
  test('a call is parked: it is transferred to where calls are parked', async () => {
    await forget();
    await phone.dial(ANNA);
    await phone.callReads(ANNA, 'Connected');
    await phone.press('Park');
    await hearEachOther({ anna, bert }, TONES);
    await phone.idle();
    anna.hangUp();
    await bert.event('CALL_CLOSED');
  });

  test('the voicemail box is called', async () => {
    await forget();
    await phone.press('Call voicemail');
    await phone.callReads(BERT, 'Connected');
    await hearEachOther({ browser: phone, bert }, TONES);
    await phone.press('Hang up');
    await phone.idle();
  });
});
