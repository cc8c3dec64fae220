// Colleagues with telephones that are not ours: what their telephones do is seen (RFC 4235, told by Kamailio), and what
// rings there is picked up.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Kamailio } from './lib/kamailio.mjs';
import { PICKUP_CODE } from './lib/kamailio-watching.mjs';
import { Relay, lineOn } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { pulsedTone } from './lib/tone.mjs';
import { hearsOnly } from './lib/who-hears-whom.mjs';

const TONES = { browser: 1_100, anna: 700, bert: 1_700, caller: 2_600 };
const ANNA = '2001';
const BERT = '2002';

let scope;
let relay;
let phone;
let anna;
let bert;

before(async () => {
  scope = await Scope.open('colleagues');
  const kamailio = await Kamailio.start(scope, { watched: true });
  const watcher = { ...lineOn(kamailio, '1001'), watch: [{ number: ANNA, name: 'Anna' }] };
  relay = await Relay.start(scope, {
    user: [watcher, lineOn(kamailio, '1002')],
    profile: [{ name: 'default', pickup_code: PICKUP_CODE }],
  });
  const browser = await Browser.start(scope, { tone: pulsedTone(TONES.browser) });
  const telephone = (user, hertz, answers) =>
    Baresip.start(scope, { exchange: kamailio, user, tone: pulsedTone(hertz), answers });
  anna = await telephone(ANNA, TONES.anna, false);
  bert = await telephone(BERT, TONES.bert, true);
  phone = (await browser.phone()).mustStayWell();
  await phone.signIn(relay.url, '1001');
});
after(() => scope.close());

const lampReads = (word) => phone.colleague('Anna').filter({ hasText: word }).waitFor({ timeout: 10_000 });

test('it is seen when a colleague is free, is called, and talks, whoever has called', async () => {
  await lampReads('Free');
  await Promise.all([anna.forget(), bert.forget()]);
  await bert.dial(ANNA);
  await lampReads('Ringing');
  await phone.screenshot('colleague-rings');
  anna.answer();
  await lampReads('In a call');
  bert.hangUp();
  await lampReads('Free');
  await anna.dial(BERT);
  await lampReads('In a call');
  anna.hangUp();
  await lampReads('Free');
});

test('a call that rings at a colleague is picked up, and the telephone there falls silent', async () => {
  await anna.forget();
  const elsewhere = await Browser.start(scope, { tone: pulsedTone(TONES.caller) });
  const caller = (await elsewhere.phone()).mustStayWell();
  await caller.signIn(relay.url, '1002');
  await caller.dial(ANNA);
  await lampReads('Ringing');
  await phone.press('Pick up Anna');
  await Promise.all([phone.shows('Connected'), caller.shows('Connected')]);
  await anna.event('CALL_CLOSED');
  await Promise.all([hearsOnly(phone, ['caller'], TONES), hearsOnly(caller, ['browser'], TONES)]);
  await lampReads('Free');
  assert.equal(await phone.calls().count(), 1);
  await phone.press('Hang up');
  await Promise.all([phone.idle(), caller.idle()]);
});

test('where nobody calls there is nothing to pick up, with words', async () => {
  await phone.press('Pick up group call');
  await phone.shows('Nobody has that number; check it and dial again.');
  await phone.idle();
});
