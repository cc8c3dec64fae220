// What Cisco Unified Communications Manager tells of mailboxes and other telephones, and how it treats a third-party phone
// that registers.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Browser } from './lib/browser.mjs';
import { CucmLine } from './lib/cucm-line.mjs';
import { answerRequest, mailbox, tellWatched, watched } from './lib/cucm-steps.mjs';
import { OF_ANOTHER, OF_THE_BROWSER, extension, portOf, trunkTo } from './lib/cucm-trunk.mjs';
import { HOST, freePort } from './lib/ports.mjs';
import { Relay, secretOf, userOf } from './lib/relay.mjs';
import { RtpTelephone } from './lib/rtp-telephone.mjs';
import { Scope } from './lib/scope.mjs';
import { Sipp } from './lib/sipp.mjs';
import { prompted, request, response } from './lib/sipp-steps.mjs';
import { pulsedTone } from './lib/tone.mjs';
import { eventually } from './lib/wait.mjs';

const NUMBER = '1002';
/** The user is not the number: CUCM knows the phone by it. */
const DIGEST = { user: 'robin.phone', password: 'let-me-in' };

let scope;
let browser;

before(async () => {
  scope = await Scope.open('cucm-line');
  browser = await Browser.start(scope, { tone: pulsedTone(OF_THE_BROWSER) });
});
after(() => scope.close());

/** A user whose phone registers at a CUCM. */
const phoneAt = (line) => ({
  name: userOf(NUMBER),
  password: secretOf(NUMBER),
  extension: NUMBER,
  sip: {
    address_of_record: `sip:${NUMBER}@${HOST}`,
    registrar: `sip:${HOST}:${line.port}`,
    auth_user: DIGEST.user,
    password: DIGEST.password,
  },
});

test('an extension of a trunk is told of its mailbox and of a colleague', async () => {
  const port = await freePort();
  const notifier = await Sipp.called(
    scope,
    [
      watched(),
      tellWatched(1, 'early'),
      prompted(),
      tellWatched(2, 'confirmed'),
      prompted(),
      tellWatched(3),
      // The last word, when the user signs out.
      request('SUBSCRIBE'),
      answerRequest(200, 'OK', { headers: ['Expires: 0'] }),
    ].flat(),
    { port },
  );
  const user = extension('1003', { watch: [{ number: '2055', name: 'Kim Muster' }] });
  const other = await Relay.start(scope, { trunk: [trunkTo(port)], user: [user] });
  const desk = (await browser.phone()).mustStayWell();
  await desk.signIn(other.url, '1003');
  const kim = desk.colleague('Kim Muster');
  for (const word of ['Ringing', 'In a call', 'Free']) {
    await kim.filter({ hasText: word }).waitFor();
    if (word !== 'Free') await notifier.prompt();
  }
  const summary = 'Messages-Waiting: yes\nVoice-Message: 3/7 (0/0)\n';
  const party = await Sipp.caller(scope, [mailbox(summary), response(200)], {
    proxy: `${HOST}:${other.config.sip.udp_port}`,
    number: '1003',
  });
  await party.done();
  await desk.page.getByText('Voicemail: 3 new').waitFor();
  await desk.press('Sign out');
  await notifier.done();
});

describe('a line of a third-party phone', () => {
  let line;
  let desk;

  before(async () => {
    const far = await RtpTelephone.open(scope, OF_ANOTHER, { host: '127.0.0.14' });
    line = await CucmLine.start(scope, { ...DIGEST, telephone: far });
    const user = { ...phoneAt(line), watch: [{ number: '2055', name: 'Kim Muster' }] };
    const profile = [{ name: 'default', voicemail_number: '5000' }];
    const other = await Relay.start(scope, { user: [user], profile });
    desk = (await browser.phone()).mustStayWell();
    await desk.signIn(other.url, NUMBER);
  });

  test('registers, calls, holds and resumes with one and the same Contact', async () => {
    await desk.dial('2055');
    await desk.shows('Connected');
    await line.telephone.hears(OF_THE_BROWSER);
    line.telephone.talkTo(portOf(line.accepted('INVITE')[0].text));
    await desk.hears(OF_ANOTHER);
    await desk.press('Hold');
    await desk.shows('On hold');
    await desk.press('Resume');
    await desk.shows('Connected');
    await Promise.all([desk.hears(OF_ANOTHER), line.telephone.hears(OF_THE_BROWSER)]);
    await desk.press('Hang up');
    await desk.idle();
    line.telephone.hush();

    const [registered] = line.accepted('REGISTER');
    const invites = line.accepted('INVITE');
    assert.equal(invites.length, 3);
    assert.match(invites[1].text, /^a=sendonly\r?$/m);
    for (const invite of invites) assert.equal(invite.contact, registered.contact);
    assert.equal(line.strangers, 0);
    assert.match(registered.text, /^Authorization: Digest (?!.*qop).*realm="ccmsipline"/m);
    assert.match(invites[0].text, /^Authorization: Digest (?!.*qop).*username="robin.phone"/m);
  });

  test('shows the messages that wait in its mailbox, without having asked', async () => {
    await line.tellMailbox('Messages-Waiting: yes\r\nVoice-Message: 3/7 (0/0)\r\n');
    await desk.button('Voicemail: 3 new').waitFor();
    await line.tellMailbox('Messages-Waiting: no\r\nVoice-Message: 0/10 (0/0)\r\n');
    await desk.button('Call voicemail').waitFor();
  });

  test('shows what the telephone of a colleague does', async () => {
    const kim = desk.colleague('Kim Muster');
    await eventually('the colleague is watched', () => line.accepted('SUBSCRIBE').length === 1);
    for (const [state, word] of [
      [undefined, 'Free'],
      ['early', 'Ringing'],
      ['confirmed', 'In a call'],
      [undefined, 'Free'],
    ]) {
      await line.tellWatched('2055', state);
      await kim.filter({ hasText: word }).waitFor();
    }
    assert.equal(line.strangers, 0);
  });
});

test('a phone that CUCM knows by another Contact is refused with words, and let in once that one has run out', async () => {
  const far = await RtpTelephone.open(scope, OF_ANOTHER, { host: '127.0.0.15' });
  const line = await CucmLine.start(scope, { ...DIGEST, telephone: far, binding: `sip:${DIGEST.user}@${HOST}:9` });
  const relay = await Relay.start(scope, { user: [phoneAt(line)] });
  const desk = (await browser.phone()).mustStayWell();
  await desk.open(relay.url);
  await desk.enter(userOf(NUMBER), secretOf(NUMBER));
  await desk.status('Line unavailable');
  await desk.status('The telephone system cannot take calls right now; try again in a minute.');
  assert.ok(line.strangers > 0);
  assert.equal(line.accepted('REGISTER').length, 0);
  line.forgetBinding();
  await desk.ready();
  await desk.dial('2055');
  await desk.shows('Connected');
  await desk.press('Hang up');
  await desk.idle();
});
