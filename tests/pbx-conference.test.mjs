// The telephone system's own conference (RFC 4579), with telephones that are not ours: the relay has the demo's PBX make
// one and sends the parties there, so that it is the PBX that mixes.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Pbx } from './lib/pbx.mjs';
import { Relay, lineOn } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { Sipp } from './lib/sipp.mjs';
import { reply, request } from './lib/sipp-steps.mjs';
import { pulsedTone } from './lib/tone.mjs';
import { eventually } from './lib/wait.mjs';
import { hearEachOther, hearsOnly } from './lib/who-hears-whom.mjs';

const TONES = { browser: 1_100, anna: 700, bert: 1_700, cleo: 2_600 };
const ANNA = '2001';
const BERT = '2002';
const CLEO = '2003';
const SCRIPT = '2009';
/** Users whose conferences are made elsewhere, where none is made. */
const OF_BUSY = '1605';
const OF_NOBODY = '1606';
const OF_A_TONE = '1601';

let scope;
let exchange;
let relay;
let browser;
let phone;
let anna;
let bert;
let cleo;

before(async () => {
  scope = await Scope.open('pbx-conference');
  const users = ['1001', '1002', OF_BUSY, OF_NOBODY, OF_A_TONE];
  exchange = await Pbx.start(scope, { extensions: [...users, ANNA, BERT, CLEO, SCRIPT] });
  const madeAt = (factory) => ({ conference: 'pbx', conference_factory: factory });
  relay = await Relay.start(scope, {
    profile: [{ name: 'default', ...madeAt(`sip:608@${exchange.domain}`) }],
    user: [
      lineOn(exchange, '1001'),
      { ...lineOn(exchange, '1002'), conference: 'relay' },
      { ...lineOn(exchange, OF_BUSY), conference_factory: '605' },
      { ...lineOn(exchange, OF_NOBODY), conference_factory: '606' },
      { ...lineOn(exchange, OF_A_TONE), conference_factory: '601' },
    ],
  });
  browser = await Browser.start(scope, { tone: pulsedTone(TONES.browser) });
  const telephone = (user, hertz) => Baresip.start(scope, { exchange, user, tone: pulsedTone(hertz) });
  anna = await telephone(ANNA, TONES.anna);
  bert = await telephone(BERT, TONES.bert);
  cleo = await telephone(CLEO, TONES.cleo);
  phone = await signedIn('1001');
});
after(() => scope.close());

afterEach(async () => {
  await phone.idle();
  for (const telephone of [anna, bert, cleo]) telephone.hangUp();
  await nothingIsLeft();
});

async function signedIn(number) {
  const another = (await browser.phone()).mustStayWell();
  await another.signIn(relay.url, number);
  return another;
}

/** The relay carries nothing but the warm legs of its browsers. */
async function nothingIsLeft() {
  await eventually('the relay has no call', async () => {
    const { calls, far_legs, sip_dialogs } = await relay.figures();
    return calls === 0 && far_legs === 0 && sip_dialogs === 0;
  });
}

/** Anna is held and Bert, or who else, is talked to. */
async function withAnnaAnd(another, by = phone) {
  await Promise.all([anna, bert, cleo].map((telephone) => telephone.forget()));
  await by.dial(ANNA);
  await by.callReads(ANNA, 'Connected');
  await by.dialAnother(another);
  await by.callReads(another, 'Connected');
  await by.holds(ANNA);
}

const parties = (...names) => new RegExp(`Conference with (${names.join(', ')}|${names.reverse().join(', ')})`);

/** Anna and Bert are in a conference of the PBX. */
async function inConference() {
  await withAnnaAnd(BERT);
  await phone.pressIn(ANNA, 'Join');
  await phone.callReads('Conference', parties(ANNA, BERT));
  await hearEachOther({ browser: phone, anna, bert }, TONES);
}

describe('a conference of the telephone system', () => {
  test('all hear the others, and the relay has one call left', async () => {
    await inConference();
    await phone.screenshot('pbx-conference');
    assert.equal(await phone.calls().count(), 1);
    // Each telephone's first call is over, and its second is with the PBX.
    await Promise.all([anna.event('CALL_CLOSED'), bert.event('CALL_CLOSED')]);
    await eventually('the relay carries one leg', async () => {
      const { calls, far_legs, sip_dialogs } = await relay.figures();
      return calls === 1 && far_legs === 1 && sip_dialogs === 1;
    });
    await phone.press('Hang up');
    // The others go on without who made it.
    await Promise.all([hearEachOther({ anna, bert }, TONES), nothingIsLeft()]);
    await Promise.all([anna.forget(), bert.forget()]);
    anna.hangUp();
    await bert.event('CALL_CLOSED');
  });

  test('is left by a party, and ends for the user with the last', async () => {
    await inConference();
    await Promise.all([anna.event('CALL_CLOSED'), bert.event('CALL_CLOSED')]);
    anna.hangUp();
    await hearEachOther({ browser: phone, bert }, TONES);
    bert.hangUp();
    await phone.callReads('Conference', 'The other party ended the call.');
  });

  test('is put on hold, where the others talk on, and takes in a third party', async () => {
    await inConference();
    await phone.press('Hold');
    await Promise.all([hearEachOther({ anna, bert }, TONES), hearsOnly(phone, [], TONES)]);
    await phone.press('Resume');
    await hearEachOther({ browser: phone, anna, bert }, TONES);
    await phone.dialAnother(CLEO);
    await phone.callReads(CLEO, 'Connected');
    await phone.holds('Conference');
    await phone.pressIn('Conference', 'Join');
    await phone.callReads('Conference', CLEO);
    await hearEachOther({ browser: phone, anna, bert, cleo }, TONES);
    await phone.press('Hang up');
  });

  test('takes in a user of the relay, who sees that it is one', async () => {
    const other = await signedIn('1002');
    await Promise.all([anna, bert].map((telephone) => telephone.forget()));
    await phone.dial(ANNA);
    await phone.callReads(ANNA, 'Connected');
    await phone.dialAnother('1002');
    await other.press('Answer');
    await phone.callReads('1002', 'Connected');
    await phone.holds(ANNA);
    await phone.pressIn(ANNA, 'Join');
    await phone.callReads('Conference', parties(ANNA, '1002'));
    await other.callReads('Conference', 'Connected');
    await other.screenshot('taken-into-a-conference');
    await Promise.all([hearsOnly(phone, ['anna', 'browser'], TONES), hearsOnly(anna, ['browser'], TONES)]);
    await phone.press('Hang up');
    await hearEachOther({ browser: other, anna }, TONES);
    await other.press('Hang up');
    await other.idle();
  });
});

describe('where no conference comes about, the calls are as they were', () => {
  const words = 'The conference could not be made; your calls are still there.';

  /** Anna is on hold and can be talked to; Bert is talked to. */
  async function allIsAsItWas(by) {
    await by.holds(ANNA);
    await Promise.all([hearEachOther({ browser: by, bert }, TONES), hearsOnly(anna, [], TONES)]);
    await by.pressIn(ANNA, 'Resume');
    await by.callReads(ANNA, 'Connected');
    await hearEachOther({ browser: by, anna }, TONES);
    await by.pressIn(ANNA, 'Hang up');
    await by.pressIn(BERT, 'Hang up');
    await by.idle();
    await by.page.close();
  }

  for (const [number, why] of [
    [OF_BUSY, 'is busy'],
    [OF_A_TONE, 'is none'],
  ]) {
    test(`since what is called for it ${why}`, async () => {
      const by = await signedIn(number);
      await withAnnaAnd(BERT, by);
      await by.pressIn(ANNA, 'Join');
      await by.page.getByText(words).first().waitFor();
      await by.screenshot(`no-conference-${number}`);
      await allIsAsItWas(by);
    });
  }

  test('since the user gives up before it answers', async () => {
    const by = await signedIn(OF_NOBODY);
    await withAnnaAnd(BERT, by);
    await by.pressIn(ANNA, 'Join');
    await by.callReads('Conference', 'Ringing');
    await by.screenshot('conference-is-asked-for');
    await hearEachOther({ browser: by, bert }, TONES);
    await by.pressIn('Conference', 'Hang up');
    await allIsAsItWas(by);
  });
});

test('who does not let themselves be sent stays on hold, and can be talked to afterwards', async () => {
  // REFER, which baresip takes from everybody, is declined.
  const answered = { sdp: true, tagged: true };
  const script = await Sipp.called(scope, [
    request('INVITE'),
    reply(180, 'Ringing'),
    reply(200, 'OK', { sdp: true }),
    request('ACK'),
    request('INVITE'),
    reply(200, 'OK', answered),
    request('ACK'),
    request('REFER'),
    reply(603, 'Decline', { tagged: true }),
    request('INVITE'),
    reply(200, 'OK', answered),
    request('ACK'),
    request('BYE'),
    reply(200, 'OK', { tagged: true }),
  ]);
  await exchange.register(SCRIPT, script.port);
  await withAnnaAnd(SCRIPT);
  await phone.pressIn(ANNA, 'Join');
  await phone.callReads('Conference', `Conference with ${ANNA}`);
  await phone.callReads(SCRIPT, 'Not in the conference');
  await phone.screenshot('not-in-the-conference');
  await hearEachOther({ browser: phone, anna }, TONES);
  await phone.pressIn(SCRIPT, 'Resume');
  await phone.callReads(SCRIPT, 'Connected');
  await phone.pressIn(SCRIPT, 'Hang up');
  await script.done();
  await phone.pressIn('Conference', 'Hang up');
});
