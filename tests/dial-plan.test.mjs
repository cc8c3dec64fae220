// A person types numbers as they please; the page says what is dialled, and that is what the telephone system gets.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Browser } from './lib/browser.mjs';
import { HOST, freePort } from './lib/ports.mjs';
import { Relay, secretOf, userOf } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { Sipp } from './lib/sipp.mjs';
import { acknowledgeRefusal, invite, maybe, reply, request, response } from './lib/sipp-steps.mjs';
import { pulsedTone } from './lib/tone.mjs';

const NUMBER = '1001';
const WHY = 'Premium numbers cannot be called from here.';
const HINT = 'Enter calls. Escape clears.';

/** The site in New Jersey of docs/dial-plan.md. */
const NEW_JERSEY = {
  name: 'new-jersey',
  site: {
    country_code: '1',
    trunk_prefix: '1',
    trunk_prefix_optional: true,
    international_prefix: '011',
    outside_prefix: '9',
    national_numbers: ['NXXNXXXXXX'],
    internal: ['1000-1999'],
    emergency: [{ number: '911' }],
    display: ['(NXX) NXX-XXXX'],
  },
  rule: [
    { name: 'premium', match: { destination: '+1900' }, actions: [{ block: WHY }] },
    { name: 'local', match: { kind: 'other', pattern: 'NXXXXXX' }, actions: [{ prefix: '201' }, { prefix: '91' }] },
    { name: 'outside', match: { kind: ['national', 'international'] }, actions: ['to_dialable'] },
  ],
};

let scope;
let relay;
let phone;
/** Where the telephone system is, which SIPp plays. */
let port;

before(async () => {
  scope = await Scope.open('dial-plan');
  port = await freePort();
  const trunk = { name: 'hq', domain: 'relay.test', ping_s: 0, peer: [{ host: HOST, port }] };
  const sip = { kind: 'trunk', trunk: 'hq', number: NUMBER };
  const user = { name: userOf(NUMBER), password: secretOf(NUMBER), profile: NEW_JERSEY.name, sip };
  relay = await Relay.start(scope, { trunk: [trunk], profile: [NEW_JERSEY], user: [user] });
  const browser = await Browser.start(scope, { tone: pulsedTone(1_100) });
  phone = (await browser.phone()).mustStayWell();
  await phone.signIn(relay.url, NUMBER);
});
after(() => scope.close());

afterEach(async () => {
  await phone.idle();
  await field().fill('');
});

const field = () => phone.page.getByRole('textbox', { name: 'Number to call' });
const form = () => phone.page.getByRole('form', { name: 'Dial' });

/** What screen readers add to the name of the field, once it reads so. */
async function description(text) {
  await form().getByText(text, { exact: true }).waitFor({ timeout: 5_000 });
  return await field().evaluate((input) =>
    input
      .getAttribute('aria-describedby')
      .split(' ')
      .map((id) => document.getElementById(id).innerText)
      .join(' ')
      .trim(),
  );
}

/** Types key by key, and waits until the page says this of the number. */
async function reads(typed, text) {
  await field().fill('');
  await field().pressSequentially(typed);
  assert.equal(await description(text), text);
}

/** Presses Enter; the telephone system is asked for exactly this number, and is busy. */
async function dials(number) {
  const system = await Sipp.called(scope, [request('INVITE'), reply(486, 'Busy Here'), request('ACK')], { port });
  await field().press('Enter');
  await phone.shows('The number is busy; try again later.');
  await system.done();
  const [first] = await system.messages();
  const uri = first.text.match(/^INVITE sip:([^@]*)@/);
  assert.equal(decodeURIComponent(uri[1]), number);
}

describe('what the page says is dialled', () => {
  for (const [typed, line, dialled] of [
    ['+49 30 1234567', 'Dials 9 011 49 301 234 567 · International', '901149301234567'],
    ['(201) 555-0123', 'Dials 9 1 (201) 555-0123 · National', '912015550123'],
    ['555-0123', 'Dials 9 1 (201) 555-0123 · National', '912015550123'],
    ['1002', 'Dials 1002 · Internal', '1002'],
    ['*21*1002#', 'Dials *21*1002# · Feature code', '*21*1002#'],
    ['9-911', 'Emergency number. Dials 911', '911'],
  ]) {
    test(`${typed}: ${line}`, async () => {
      await reads(typed, line);
      // What is said is in the digits that are sent.
      assert.ok(line.replace(/[^0-9*#]/g, '').includes(dialled.replace(/[^0-9*#]/g, '')), line);
      await dials(dialled);
    });
  }
});

describe('a number that the company blocks', () => {
  test('is not called, by no key and no button, and the page says why', async () => {
    await reads('1-900-555-0123', `Cannot be called: ${WHY}`);
    await phone.screenshot('blocked-number');
    assert.ok(await phone.button('Call').isDisabled());
    await field().press('Enter');
    assert.equal(await field().inputValue(), '1-900-555-0123');
    assert.equal(await phone.calls().count(), 0);
    assert.equal(await phone.liveMicrophones(), 0);
  });

  test('can be corrected', async () => {
    await reads('1-900-555-0123', `Cannot be called: ${WHY}`);
    await reads('1-908-555-0123', 'Dials 9 1 (908) 555-0123 · National');
    assert.ok(await phone.button('Call').isEnabled());
  });
});

test('nothing is said of a number that is not whole yet', async () => {
  await field().pressSequentially('201');
  assert.equal(await description(HINT), HINT);
});

test('the line is told to screen readers when they pause', async () => {
  await field().pressSequentially('1002');
  const line = form().getByText('Dials 1002 · Internal', { exact: true });
  assert.equal(await line.getAttribute('aria-live'), 'polite');
});

test('a caller is shown as people of the country write numbers', async () => {
  const steps = [invite({ from: '2015550123' }), maybe(100, 180), response(486), acknowledgeRefusal()];
  const proxy = `${HOST}:${relay.config.sip.udp_port}`;
  const caller = await Sipp.caller(scope, steps, { proxy, number: NUMBER, port });
  await phone.callReads('(201) 555-0123', 'Incoming call');
  await phone.screenshot('caller-by-the-plan');
  await phone.press('Reject');
  await caller.done();
});
