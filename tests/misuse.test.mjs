// What operators, users and strangers do wrong gets a clear answer and hurts nobody else.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Kamailio } from './lib/kamailio.mjs';
import { HOST } from './lib/ports.mjs';
import { Relay, configuration, lineOn, secretOf, serve, userOf } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { MAX_FRAME_BYTES, PATH, Signalling, read, written } from './lib/signalling.mjs';
import { toToml } from './lib/toml.mjs';
import { pulsedTone } from './lib/tone.mjs';
import { within } from './lib/wait.mjs';
import { WebSocketClient } from './lib/websocket.mjs';

const OF_THE_BROWSER = 1_100;
const OF_THE_TELEPHONE = 700;

let scope;
let kamailio;
let relay;
let browser;

before(async () => {
  scope = await Scope.open('misuse');
  kamailio = await Kamailio.start(scope);
  relay = await Relay.start(scope, {
    user: [
      lineOn(kamailio, '1001'),
      lineOn(kamailio, '1002'),
      lineOn(kamailio, '1003', { password: 'not-the-password' }),
      lineOn(kamailio, '1004'),
    ],
  });
  browser = await Browser.start(scope, { tone: pulsedTone(OF_THE_BROWSER) });
});
after(() => scope.close());

describe('the operator', () => {
  /** Starts a relay that must refuse to run, and gives what it said. */
  async function refusal(config, env) {
    const process = await serve(scope, typeof config === 'string' ? config : toToml(config), env);
    const how = await within('the relay refuses to start', process.ended, 5_000);
    assert.notEqual(how.code, 0, process.output);
    assert.equal(how.signal, null, `the relay crashed:\n${process.output}`);
    assert.doesNotMatch(process.output, /panicked/);
    return { text: process.output, file: process.configFile };
  }

  const mistakes = [
    ['an unknown key', (config) => (config.http.listen_on = '127.0.0.1:1'), 'http.listen_on', /listen.*certificate/],
    ['an unknown section', (config) => (config.htpp = { listen: '127.0.0.1:1' }), 'htpp', /http/],
    ['a value of the wrong kind', (config) => (config.media.workers = 'many'), 'media.workers', /integer|number|u16/],
    ['an address that is none', (config) => (config.http.listen = 'everywhere'), 'http.listen', /socket address/],
    ['a port range that is none', (config) => (config.media.rtp_ports = '9-3'), 'media.rtp_ports', /1024 to 65535/],
    [
      'an unknown codec',
      (config) => (config.user[0].sip.codecs = ['pcmu', 'g729']),
      'user[0].sip.codecs[1]',
      /opus.*g722.*pcmu.*pcma/,
    ],
    ['an unknown transport', (config) => (config.user[0].sip.transport = 'sctp'), 'user[0].sip.transport', /udp.*tcp/],
    ['a user without a password', (config) => delete config.user[0].password, 'user[0].password_hash', /hash-password/],
    [
      'a certificate without its key',
      (config) => (config.http.certificate = 'certificate.pem'),
      'http.key',
      /private key/,
    ],
  ];
  for (const [what, make, key, allowed] of mistakes) {
    test(`${what}: file, key and what is allowed are named`, async () => {
      const config = await configuration(scope, { user: [lineOn(kamailio, '1001')] });
      make(config);
      const { text, file } = await refusal(config);
      assert.ok(text.includes(file), text);
      assert.ok(text.includes(key), text);
      assert.match(text, allowed);
    });
  }

  test('a file that is not TOML: the line is named', async () => {
    const { text, file } = await refusal('[http]\nlisten = \n');
    assert.ok(text.includes(file), text);
    assert.match(text, /line 2/);
  });

  test('a file that is not there is named', async () => {
    const config = await configuration(scope);
    const { text } = await refusal({
      ...config,
      http: { ...config.http, certificate: join(scope.directory, 'none.pem'), key: join(scope.directory, 'none.key') },
    });
    assert.match(text, /none\.pem/);
  });

  test('a certificate that is none is named', async () => {
    const certificate = join(scope.directory, 'garbage.pem');
    const key = join(scope.directory, 'garbage.key');
    await Promise.all([writeFile(certificate, randomBytes(200)), writeFile(key, randomBytes(200))]);
    const config = await configuration(scope);
    const { text } = await refusal({ ...config, http: { ...config.http, certificate, key } });
    assert.match(text, /garbage\.(pem|key)/);
  });

  test('a data folder that cannot be written is named', async () => {
    const config = await configuration(scope);
    const { text } = await refusal({ ...config, data_dir: '/proc/none' });
    assert.match(text, /\/proc\/none/);
    assert.match(text, /data_dir/);
  });

  for (const [what, key, portOf] of [
    ['the HTTPS port', 'http.listen', (config) => Number(config.http.listen.split(':')[1])],
    ['the SIP port', 'sip.tcp_port', (config) => config.sip.tcp_port],
  ]) {
    test(`${what} in use is named with the key to change`, async () => {
      const config = await configuration(scope);
      const taken = createServer();
      await new Promise((resolve) => taken.listen(portOf(config), HOST, resolve));
      try {
        const { text } = await refusal(config);
        assert.ok(text.includes(`${portOf(config)}`), text);
        assert.ok(text.includes(key), text);
      } finally {
        taken.close();
      }
    });
  }

  test('the environment overrides the file, and its mistakes are named too', async () => {
    const config = await configuration(scope);
    const { text } = await refusal(config, { SIDETONE__HTTP__LISTEN: 'nowhere' });
    assert.match(text, /http\.listen/);
    assert.match(text, /socket address/);
  });

  test('the certificate that the relay makes is kept for the next start', async () => {
    await mkdir(join(scope.directory, 'kept'));
    const config = await configuration(scope, { data_dir: join(scope.directory, 'kept') });
    const fingerprints = [];
    for (let i = 0; i < 2; i += 1) {
      const started = await Relay.start(scope, config);
      const socket = await WebSocketClient.connect(started.host, PATH);
      fingerprints.push(socket.socket.getPeerCertificate().fingerprint256);
      socket.destroy();
      await started.process.stop();
    }
    assert.equal(fingerprints[0], fingerprints[1]);
  });
});

describe('the user', () => {
  test('a wrong password is refused in words, the right one then works', async () => {
    const phone = await browser.phone();
    await phone.open(relay.url);
    await phone.enter(userOf('1001'), 'guess');
    await phone.page.getByText('User name or password is wrong; try again.').waitFor();
    await phone.screenshot('wrong-password');
    await phone.enter(userOf('1001'), secretOf('1001'));
    await phone.ready();
    await phone.page.context().close();
  });

  test('an unknown name is refused in the same words: names cannot be tried out', async () => {
    const phone = await browser.phone();
    await phone.open(relay.url);
    await phone.enter('nobody', 'guess');
    await phone.page.getByText('User name or password is wrong; try again.').waitFor();
    await phone.page.context().close();
  });

  test('guessing on and on is slowed down, for that name only', async () => {
    const signalling = await Signalling.connect(relay.host);
    await signalling.hello();
    const codes = [];
    for (let i = 0; i < 8; i += 1) {
      signalling.send('sign_in', { user: userOf('1004'), password: `guess-${i}` });
      codes.push((await signalling.next('failed')).failure.code);
    }
    assert.equal(codes[0], 'sign_in_rejected');
    assert.equal(codes.at(-1), 'sign_in_throttled');
    await signalling.close();
    const other = await Signalling.signedIn(relay.host, userOf('1002'), secretOf('1002'));
    await other.signalling.close();
  });

  test('a line whose password the telephone system refuses says so', async () => {
    const phone = await browser.phone();
    await phone.open(relay.url);
    await phone.enter(userOf('1003'), secretOf('1003'));
    await phone.status("The telephone system refused your line's password; tell your administrator.");
    await phone.screenshot('line-rejected');
    await phone.page.context().close();
  });

  test('what cannot be dialled is refused in words', async () => {
    const phone = await browser.phone();
    await phone.signIn(relay.url, '1001');
    await phone.dial('12+3');
    await phone.page.getByText('That cannot be dialled; check the number.').waitFor();
    await phone.page.context().close();
  });

  for (const [error, sentence] of [
    ['NotAllowedError', "The microphone is blocked; allow it for this page in the browser's address bar."],
    ['NotFoundError', 'No microphone was found; plug one in and try again.'],
    ['NotReadableError', 'The microphone is used by another program; close that and try again.'],
  ]) {
    test(`a microphone that fails with ${error} is explained, and the phone stays usable`, async () => {
      const phone = await browser.phone();
      await phone.signIn(relay.url, '1001');
      await phone.refuseMicrophone(error);
      await phone.dial('7777');
      await phone.page.getByText(sentence).first().waitFor();
      await phone.screenshot(`microphone-${error}`);
      await phone.refuseMicrophone('');
      await phone.idle();
      await phone.dial('7777');
      await phone.shows('Nobody has that number; check it and dial again.');
      await phone.page.context().close();
    });
  }
});

describe('a crowd that signs in at the same time', () => {
  test('is checked a few at a time: whoever is too many is asked to try again, and then gets in', async () => {
    const own = await Relay.start(scope, { user: [lineOn(kamailio, '1002')] });
    // As many as one address may try, which is more than may wait.
    const crowd = await Promise.all(
      Array.from({ length: 95 }, async () => {
        const signalling = await Signalling.connect(own.host);
        await signalling.hello();
        return signalling;
      }),
    );
    crowd.forEach((signalling, i) => signalling.send('sign_in', { user: `nobody-${i}`, password: 'guess' }));
    // Those who wait are told after five seconds at the latest; a check of a relay that was not optimised is slow.
    const answers = await Promise.all(crowd.map(({ socket }) => socket.next(20_000)));
    const codes = answers.map((answer) => read(answer).failure.code);
    assert.deepEqual([...new Set(codes)].sort(), ['sign_in_busy', 'sign_in_rejected']);
    for (const signalling of crowd) await signalling.close();
    const { signalling } = await Signalling.signedIn(own.host, userOf('1002'), secretOf('1002'));
    await signalling.close();
    await own.process.stop();
  });
});

describe('a stranger or a broken client', () => {
  let phone;
  let telephone;

  before(async () => {
    telephone = await Baresip.start(scope, { exchange: kamailio, user: '2001', tone: pulsedTone(OF_THE_TELEPHONE) });
    phone = (await browser.phone()).mustStayWell();
    await phone.signIn(relay.url, '1001');
    await phone.dial('2001');
    await phone.shows('Connected');
  });

  /** Nothing of it may touch the user who is in a call. */
  afterEach(async () => {
    await phone.shows('Connected', 1_000);
    await phone.hears(OF_THE_TELEPHONE);
    assert.equal((await relay.get('/healthz')).status, 200);
  });

  after(async () => {
    await phone.press('Hang up');
    await telephone.event('CALL_CLOSED');
    assert.doesNotMatch(relay.process.output, /panicked/);
  });

  /** Says something wrong on a connection that is signed in or not, and gives the failure that it got. */
  async function saying(wrong, { signedIn = true } = {}) {
    const signalling = signedIn
      ? (await Signalling.signedIn(relay.host, userOf('1002'), secretOf('1002'))).signalling
      : await Signalling.connect(relay.host);
    await wrong(signalling.socket, signalling);
    const message = await signalling.next('failed');
    await within('the relay ends the connection', signalling.socket.closed, 5_000);
    return message.failure;
  }

  for (const signedIn of [true, false]) {
    const when = signedIn ? 'from a user' : 'before the hello';
    test(`no JSON, ${when}`, async () => {
      assert.equal((await saying((socket) => socket.text('hello?'), { signedIn })).code, 'bad_message');
    });
    test(`JSON of no known shape, ${when}`, async () => {
      assert.equal((await saying((socket) => socket.text('[1, {"dial": {}}]'), { signedIn })).code, 'bad_message');
    });
    test(`a binary frame, ${when}`, async () => {
      assert.equal((await saying((socket) => socket.binary(randomBytes(100)), { signedIn })).code, 'bad_message');
    });
    test(`JSON nested deeper than any parser should go, ${when}`, async () => {
      assert.equal((await saying((socket) => socket.text('['.repeat(30_000)), { signedIn })).code, 'bad_message');
    });
  }

  test('a gap in the sequence', async () => {
    const failure = await saying((socket) => socket.text(written(99, 'sync')));
    assert.equal(failure.code, 'bad_message');
  });

  test('a request before the hello', async () => {
    const failure = await saying((socket, signalling) => signalling.send('sync'), { signedIn: false });
    assert.equal(failure.code, 'bad_message');
  });

  test('more messages than any page has to say', async () => {
    const { signalling } = await Signalling.signedIn(relay.host, userOf('1002'), secretOf('1002'));
    for (let nonce = 0; nonce < 500; nonce += 1) signalling.send('ping', { nonce });
    // The relay reads no further, so that its last words may be lost with what it has not read.
    await within('the relay ends the connection', signalling.socket.closed, 5_000);
    await relay.process.line(/bad_message.*too many messages/);
  });

  test('a client of another version', async () => {
    const failure = await saying((socket, signalling) => signalling.send('hello', { version: 999 }), {
      signedIn: false,
    });
    assert.equal(failure.code, 'version_mismatch');
  });

  test('a number that nobody could dial', async () => {
    const failure = await saying((socket, signalling) => signalling.send('dial', { request: 1, target: '12\r\n34' }));
    assert.equal(failure.code, 'bad_message');
  });

  test('a frame that is too large ends the connection', async () => {
    const signalling = await Signalling.connect(relay.host);
    await signalling.hello();
    signalling.socket.text(written(2, 'sign_in', { user: 'x'.repeat(MAX_FRAME_BYTES), password: '' }));
    await within('the relay ends the connection', signalling.socket.closed, 5_000);
  });

  test('frames that break the rules of WebSocket end the connection', async () => {
    for (const misbehave of [
      (socket) => socket.frame(0x1, Buffer.from('{}'), { masked: false }),
      (socket) => socket.frame(0x3, Buffer.from('{}')),
      (socket) => socket.frame(0x0, Buffer.from('{}')),
      (socket) => socket.frame(0x9, randomBytes(200)),
      (socket) => socket.frame(0x1, Buffer.from([0xff, 0xfe, 0xfd])),
    ]) {
      const socket = await WebSocketClient.connect(relay.host, PATH);
      misbehave(socket);
      await within('the relay ends the connection', socket.closed, 5_000);
    }
  });

  test('an answer to a call that is not the own', async () => {
    const own = phone.signals.findLast((message) => message.event?.event === 'call_changed').event.call.id;
    const { signalling } = await Signalling.signedIn(relay.host, userOf('1002'), secretOf('1002'));
    for (const call of [own, own + 1_000_000]) {
      signalling.send('hang_up', { request: call, call });
      const { failure } = await signalling.next('failed');
      assert.equal(failure.code, 'no_such_call');
    }
    await signalling.close();
  });

  test('a session token that was never given', async () => {
    const signalling = await Signalling.connect(relay.host);
    await signalling.hello();
    signalling.send('resume', { token: 'A'.repeat(43) });
    assert.equal((await signalling.next('failed')).failure.code, 'session_expired');
    await signalling.close();
  });

  test('an offer that is no session description', async () => {
    const { signalling } = await Signalling.signedIn(relay.host, userOf('1002'), secretOf('1002'));
    for (const [generation, sdp] of [
      [1, 'v=0'],
      [2, ''],
      [3, '\u0000'.repeat(1_000)],
      [4, `v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF ${'0 '.repeat(10_000)}\r\n`],
    ]) {
      signalling.send('media_offer', { generation, sdp, take_over: false });
      const answer = await signalling.next('media_lost', 'failed');
      assert.equal(answer.failure.code, 'media_rejected');
    }
    await signalling.close();
  });

  test('a page of another origin', async () => {
    await assert.rejects(WebSocketClient.connect(relay.host, PATH, { origin: 'https://evil.example' }), {
      status: 403,
    });
  });

  test('paths that lead out of the page', async () => {
    for (const path of [
      '/../../../etc/passwd',
      '/assets/../../../etc/passwd',
      '/assets/%2e%2e/%2e%2e/etc/passwd',
      '//etc/passwd',
    ]) {
      const { body } = await relay.get(path);
      assert.doesNotMatch(body, /root:/, path);
    }
    assert.equal((await relay.get('/assets/nothing-here.js')).status, 404);
  });

  test('what is not even HTTP, and connections that say nothing', async () => {
    const [address, port] = relay.host.split(':');
    const idle = Array.from({ length: 50 }, () => connect({ host: address, port: Number(port) }));
    for (const socket of idle) socket.on('error', () => {});
    idle[0].write(randomBytes(2_000));
    await phone.hears(OF_THE_TELEPHONE);
    for (const socket of idle) socket.destroy();
  });
});
