// Calls with Cisco Unified Communications Manager over a trunk, with SIPp writing as CUCM writes.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { Browser } from './lib/browser.mjs';
import { CucmLine } from './lib/cucm-line.mjs';
import {
  CALLER,
  ack,
  ackRefusal,
  answerInvite,
  answerRequest,
  call,
  cancelBecause,
  change,
  delayedInvite,
  hangUp,
  hungUp,
  inDialog,
  mailbox,
  media,
  ping,
  prompted,
  reinvite,
  subscribeToKeys,
  tellWatched,
  transferNews,
  update,
  watched,
} from './lib/cucm-steps.mjs';
import { HOST, freePort } from './lib/ports.mjs';
import { Relay, secretOf, userOf } from './lib/relay.mjs';
import { RtpTelephone } from './lib/rtp-telephone.mjs';
import { Scope } from './lib/scope.mjs';
import { Sipp } from './lib/sipp.mjs';
import { maybe, pause, request, response } from './lib/sipp-steps.mjs';
import { pulsedTone } from './lib/tone.mjs';
import { eventually } from './lib/wait.mjs';

const OF_THE_BROWSER = 1_100;
const OF_THE_CALLER = 700;
const OF_ANOTHER = 900;
const OF_THE_MUSIC = 1_700;
const NUMBER = '1001';

let scope;
let relay;
let browser;
let phone;
/** Where CUCM is called. */
let peer;
/** The caller's telephone. */
let telephone;

const extension = (number, further = {}) => ({
  name: userOf(number),
  password: secretOf(number),
  extension: number,
  sip: { kind: 'trunk', trunk: 'hq', number },
  ...further,
});

const trunk = (port) => ({ name: 'hq', domain: 'relay.test', ping_s: 0, peer: [{ host: HOST, port }] });

before(async () => {
  scope = await Scope.open('cucm');
  peer = await freePort();
  relay = await Relay.start(scope, { trunk: [trunk(peer)], user: [extension(NUMBER)] });
  browser = await Browser.start(scope, { tone: pulsedTone(OF_THE_BROWSER) });
  phone = (await browser.phone()).mustStayWell();
  await phone.signIn(relay.url, NUMBER);
});
after(() => scope.close());

beforeEach(async () => {
  telephone = await RtpTelephone.open(scope, OF_THE_CALLER, { host: '127.0.0.11' });
});

/** Whatever happened, the next call has to be possible and the microphone off. */
afterEach(async () => {
  telephone.hush();
  await phone.idle();
  await phone.ready();
  await eventually('the microphone is off', async () => (await phone.liveMicrophones()) === 0);
});

/** CUCM calls, over UDP or TCP. */
const cucm = (steps, { to = relay, transport = 'udp', ...options } = {}) => {
  const port = transport === 'tcp' ? to.config.sip.tcp_port : to.config.sip.udp_port;
  return Sipp.caller(scope, steps.flat(), { proxy: `${HOST}:${port}`, number: NUMBER, transport, ...options });
};

/** The messages that a script received and that begin so, with the CSeq if one is given. */
async function got(party, start, cseq = '') {
  const messages = await party.messages();
  return messages
    .filter((m) => m.direction === 'received' && m.text.startsWith(start) && m.text.includes(`CSeq: ${cseq}`))
    .map((m) => m.text);
}

/** Waits for such a message and gives the last one. */
const awaited = (party, start, cseq) =>
  eventually(`${party.name} received ${start} ${cseq ?? ''}`, async () => (await got(party, start, cseq)).at(-1));

const portOf = (message) => Number(message.match(/^m=audio (\d+) /m)[1]);

/** Answers the call that rings, and gives the relay's port, to which the caller's telephone talks from then on. */
async function answer(party) {
  await phone.press('Answer');
  const port = portOf(await awaited(party, 'SIP/2.0 200', '101 INVITE'));
  telephone.talkTo(port);
  await phone.shows('Connected');
  return port;
}

async function bothAreHeard(party = telephone, hertz = OF_THE_CALLER, page = phone) {
  await Promise.all([page.hears(hertz), party.hears(OF_THE_BROWSER)]);
}

/** How often the page has negotiated its media with the relay. */
const negotiations = () => phone.signals.filter((message) => message.type === 'media_answer').length;

describe('a call with delayed offer', () => {
  const ends = {
    tcp: { steps: hungUp(), how: 'the user hangs up' },
    udp: { steps: [prompted(), hangUp(102)], how: 'the caller hangs up' },
  };
  for (const [transport, { steps, how }] of Object.entries(ends)) {
    test(`rings with the caller's name over ${transport}, both are heard, and ${how}`, async () => {
      const party = await cucm([call(media(telephone)), steps], { transport });
      await phone.calls(CALLER.name).filter({ hasText: 'Incoming call' }).waitFor();
      assert.match(await phone.calls(CALLER.name).innerText(), new RegExp(CALLER.number));
      await answer(party);
      await bothAreHeard();
      if (transport === 'tcp') {
        await phone.press('Hang up');
      } else {
        await party.prompt();
        await phone.shows('The other party ended the call.');
      }
      await party.done();
      const [accepted] = await got(party, 'SIP/2.0 200', '101 INVITE');
      // RFC 4028: nobody was named, so that the caller refreshes what it asked for.
      assert.match(accepted, /^Session-Expires: 1800;refresher=uac\r?$/m);
      assert.match(accepted, /^Require: timer\r?$/m);
      assert.match(accepted, /^m=audio \d+ RTP\/AVP (\d+ )*0\b.* 101\b/m);
    });
  }

  test('a call that was answered at another phone says so', async () => {
    const party = await cucm([
      delayedInvite(),
      maybe(100),
      response(180),
      prompted(),
      cancelBecause('SIP;cause=200;text="Call completed elsewhere"'),
      response(200),
      response(487),
      ackRefusal(),
    ]);
    await phone.shows('Incoming call');
    await awaited(party, 'SIP/2.0 180');
    await party.prompt();
    await phone.shows('The call went to another phone.');
    await party.done();
  });

  test('the ping with no forward left is answered, over tcp and udp', async () => {
    for (const transport of ['tcp', 'udp']) {
      const party = await cucm([ping(), response(200)], { transport });
      await party.done();
    }
  });
});

describe('hold, with music from a server of its own', () => {
  const delayed = (music) => change(103, { answer: media(music, { direction: 'sendonly', version: 3 }) });
  const learntFirst = (music) => [
    change(103, { answer: media(music, { direction: 'inactive', version: 3 }) }),
    change(104, { offer: media(music, { direction: 'sendonly', version: 4 }) }),
  ];
  const variants = [
    { name: 'a=inactive begins the hold' },
    { name: 'c=0.0.0.0 alone begins the hold', direction: 'sendrecv', blank: true },
    { name: 'the music is in another codec', codec: 'pcma' },
    { name: 'our capabilities are asked for first', begin: learntFirst },
  ];
  for (const { name, direction = 'inactive', blank, codec = 'pcmu', begin = delayed } of variants) {
    test(`the music is heard, and afterwards both are again, where ${name}`, async () => {
      const music = await RtpTelephone.open(scope, OF_THE_MUSIC, { host: '127.0.0.12', codec });
      const off = (version) => media(telephone, { direction, version, blank });
      const party = await cucm([
        call(media(telephone)),
        prompted(),
        change(102, { offer: off(2) }),
        begin(music),
        prompted(),
        change(105, { offer: off(5) }),
        change(106, { answer: media(telephone, { version: 6 }) }),
        hungUp(),
      ]);
      const port = await answer(party);
      await bothAreHeard();
      const before = negotiations();
      assert.ok(before > 0);

      telephone.hush();
      await party.prompt();
      const offer = await awaited(party, 'SIP/2.0 200', '103 INVITE');
      assert.equal(portOf(offer), port);
      assert.match(offer, /^m=audio \d+ RTP\/AVP .*\b0\b.* 101\b/m);
      assert.doesNotMatch(offer, /^a=(inactive|sendonly|recvonly)/m);
      const accepted = await awaited(party, 'SIP/2.0 200', '102 INVITE');
      if (!blank) assert.match(accepted, /^a=inactive\r?$/m);
      music.talkTo(port);
      await phone.shows('On hold by the other party');
      await phone.hears(OF_THE_MUSIC);
      assert.equal((await phone.codecs()).receives, codec);
      assert.equal(music.packets, 0);

      music.hush();
      await party.prompt();
      await awaited(party, 'SIP/2.0 200', '106 INVITE');
      telephone.talkTo(port);
      await phone.shows('Connected');
      await bothAreHeard();
      assert.equal(negotiations(), before);
      assert.equal((await phone.connections()).length, 1);
      await phone.press('Hang up');
      await party.done();
    });
  }
});

test('who is transferred sees and hears whom they are with now', async () => {
  const other = await RtpTelephone.open(scope, OF_ANOTHER, { host: '127.0.0.13' });
  const party = await cucm([
    call(media(telephone)),
    prompted(),
    change(102, { offer: media(telephone, { direction: 'inactive', version: 2 }) }),
    change(103, { offer: media(other, { version: 3 }) }),
    update(104, { party: { name: 'Kim Muster', number: '2077' } }),
    response(200),
    hungUp(),
  ]);
  const port = await answer(party);
  await bothAreHeard();
  telephone.hush();
  other.talkTo(port);
  await party.prompt();
  const now = phone.calls('Kim Muster');
  await now.waitFor();
  assert.match(await now.innerText(), /2077/);
  await phone.shows('Connected');
  await bothAreHeard(other, OF_ANOTHER);
  await phone.press('Hang up');
  await party.done();
});

test('a session is refreshed by UPDATE and by re-INVITE, and the call goes on as it was', async () => {
  const party = await cucm([
    call(media(telephone)),
    prompted(),
    update(102, { headers: ['Session-Expires:  1800;refresher=uac'] }),
    response(200),
    change(103, { offer: media(telephone) }),
    // Now the refreshing is ours to do.
    inDialog('UPDATE', 104, {
      headers: ['Supported: timer', 'Session-Expires:  90;refresher=uas', 'Min-SE:  90'],
    }),
    response(200),
    reinvite(105, media(telephone), { headers: ['Session-Expires:  60;refresher=uac'] }),
    maybe(100),
    response(422),
    ack(105),
    hungUp(),
  ]);
  await answer(party);
  await bothAreHeard();
  const before = negotiations();
  await party.prompt();
  for (const cseq of ['102 UPDATE', '103 INVITE']) {
    const accepted = await awaited(party, 'SIP/2.0 200', cseq);
    assert.match(accepted, /^Session-Expires: 1800;refresher=uac\r?$/m);
    assert.match(accepted, /^Require: timer\r?$/m);
  }
  assert.match(await awaited(party, 'SIP/2.0 200', '104 UPDATE'), /^Session-Expires: 90;refresher=uas\r?$/m);
  assert.match(await awaited(party, 'SIP/2.0 422', '105 INVITE'), /^Min-SE: 90\r?$/m);
  await bothAreHeard();
  await phone.shows('Connected');
  assert.equal(negotiations(), before);
  await phone.press('Hang up');
  await party.done();
});

test('the user transfers the caller without asking first', async () => {
  const party = await cucm([
    call(media(telephone)),
    '  <recv request="INVITE"/>',
    answerRequest(200, 'OK', { body: media(telephone, { direction: 'recvonly', version: 2 }) }),
    request('ACK'),
    request('REFER'),
    answerRequest(202, 'Accepted'),
    transferNews(102, 100, 'Trying'),
    prompted(),
    transferNews(103, 180, 'Ringing'),
    prompted(),
    transferNews(104, 200, 'OK', 'terminated;reason=noresource'),
    hungUp(),
  ]);
  await answer(party);
  await phone.press('Transfer…');
  await phone.page.getByRole('combobox', { name: 'Transfer to' }).fill('2077');
  await phone.press('Transfer');
  await phone.shows('Transferring to 2077…');
  await eventually('the first news was taken', async () => (await got(party, 'SIP/2.0 200', '102 NOTIFY')).length);
  await party.prompt();
  await phone.shows('Ringing at 2077…');
  await party.prompt();
  await phone.shows('You transferred the call.');
  const [refer] = await got(party, 'REFER');
  assert.match(refer, /^Refer-To: <sip:2077@/m);
  assert.match((await got(party, 'INVITE'))[0], /^a=sendonly\r?$/m);
  await party.done();
});

test('the user sees to whom the call was forwarded, and who has answered', async () => {
  const kim = { name: 'Kim Muster', number: '2077' };
  const lou = { name: 'Lou Sample', number: '2078' };
  const party = await Sipp.called(
    scope,
    [
      request('INVITE'),
      answerInvite(100, 'Trying'),
      answerInvite(180, 'Ringing', { party: kim }),
      // The user's own pace.
      pause(700),
      answerInvite(180, 'Ringing', { party: lou }),
      pause(700),
      answerInvite(200, 'OK', { party: lou, body: media(telephone) }),
      request('ACK'),
      hungUp(),
    ].flat(),
    { port: peer },
  );
  await phone.dial('2077');
  await phone.calls(kim.name).filter({ hasText: 'Ringing…' }).waitFor();
  await phone.calls(lou.name).filter({ hasText: 'Ringing…' }).waitFor();
  await phone.calls(lou.name).filter({ hasText: 'Connected' }).waitFor();
  telephone.talkTo(portOf((await got(party, 'INVITE'))[0]));
  await bothAreHeard();
  await phone.press('Hang up');
  await party.done();
});

describe('keys that the user presses', () => {
  async function press(digits) {
    await phone.press('Keypad');
    for (const digit of digits) await phone.press(digit);
  }

  test('go as telephone events, which the caller takes', async () => {
    const party = await cucm([call(media(telephone)), hungUp()]);
    await answer(party);
    await bothAreHeard();
    await press('15#');
    await eventually('the caller got the keys', () => telephone.digits === '15#');
    await phone.press('Hang up');
    await party.done();
  });

  test('go by INFO to who takes no telephone events', async () => {
    const info = [request('INFO'), answerRequest(200, 'OK')];
    const party = await cucm([call(media(telephone, { keys: false })), info, info, hungUp()]);
    await answer(party);
    await bothAreHeard();
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
    const told = [request('NOTIFY'), answerRequest(200, 'OK')];
    const party = await cucm([
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
    await answer(party);
    await bothAreHeard();
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
  const other = await Relay.start(scope, { trunk: [trunk(port)], user: [user] });
  const desk = (await browser.phone()).mustStayWell();
  await desk.signIn(other.url, '1003');
  const kim = desk.page.getByRole('region', { name: 'Colleagues' }).getByRole('listitem');
  for (const word of ['Ringing', 'In a call', 'Free']) {
    await kim.filter({ hasText: 'Kim Muster' }).filter({ hasText: word }).waitFor();
    if (word !== 'Free') await notifier.prompt();
  }
  const summary = 'Messages-Waiting: yes\nVoice-Message: 3/7 (0/0)\n';
  const party = await cucm([mailbox(summary), response(200)], { to: other, number: '1003' });
  await party.done();
  await desk.page.getByText('Voicemail: 3 new').waitFor();
  await desk.press('Sign out');
  await notifier.done();
});

describe('a line of a third-party phone', () => {
  // Not the number: CUCM knows the phone by it.
  const DIGEST_USER = 'robin.phone';
  let line;
  let desk;

  before(async () => {
    const far = await RtpTelephone.open(scope, OF_ANOTHER, { host: '127.0.0.14' });
    line = await CucmLine.start(scope, { user: DIGEST_USER, password: 'let-me-in', telephone: far });
    const user = {
      name: userOf('1002'),
      password: secretOf('1002'),
      extension: '1002',
      watch: [{ number: '2055', name: 'Kim Muster' }],
      sip: {
        address_of_record: `sip:1002@${HOST}`,
        registrar: `sip:${HOST}:${line.port}`,
        auth_user: DIGEST_USER,
        password: 'let-me-in',
      },
    };
    const profile = [{ name: 'default', voicemail_number: '5000' }];
    const other = await Relay.start(scope, { user: [user], profile });
    desk = (await browser.phone()).mustStayWell();
    await desk.signIn(other.url, '1002');
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
    await bothAreHeard(line.telephone, OF_ANOTHER, desk);
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
    const kim = desk.page.getByRole('region', { name: 'Colleagues' }).getByRole('listitem');
    await eventually('the colleague is watched', () => line.accepted('SUBSCRIBE').length === 1);
    for (const [state, word] of [
      [undefined, 'Free'],
      ['early', 'Ringing'],
      ['confirmed', 'In a call'],
      [undefined, 'Free'],
    ]) {
      await line.tellWatched('2055', state);
      await kim.filter({ hasText: 'Kim Muster' }).filter({ hasText: word }).waitFor();
    }
    assert.equal(line.strangers, 0);
  });
});
