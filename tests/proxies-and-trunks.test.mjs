// Lines behind a proxy, extensions behind a trunk, and SIP over TLS.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connect, createServer } from 'node:tls';
import { certificateFor } from './lib/certificate.mjs';
import { Kamailio } from './lib/kamailio.mjs';
import { HOST, freePort } from './lib/ports.mjs';
import { Relay, lineOn, secretOf, userOf } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { Signalling } from './lib/signalling.mjs';
import { Sipp } from './lib/sipp.mjs';
import { acknowledgeRefusal, invite, maybe, request, response } from './lib/sipp-steps.mjs';
import { eventually, within } from './lib/wait.mjs';

let scope;

before(async () => {
  scope = await Scope.open('proxies-and-trunks');
});
after(() => scope.close());

async function signIn(relay, number) {
  const { signalling, session } = await Signalling.signedIn(relay.host, userOf(number), secretOf(number));
  let { line } = session.snapshot;
  while (line.state !== 'ready') {
    const { event } = await signalling.next('event');
    if (event.event === 'line_changed') line = event.line;
  }
  return signalling;
}

async function rejectNextCall(signalling) {
  for (;;) {
    const { event } = await signalling.next('event');
    if (event.event === 'call_changed' && event.call.state === 'ringing') {
      signalling.send('reject', { request: 1, call: event.call.id });
      return;
    }
  }
}

const refused = (status) => [invite(), maybe(100, 180), response(status), acknowledgeRefusal()];

describe('behind a proxy', () => {
  for (const transport of ['udp', 'tcp']) {
    test(`a line registers through it over ${transport}, and is called through it`, async () => {
      const kamailio = await Kamailio.start(scope);
      const user = lineOn(kamailio, '1001', { transport });
      // Another name for the same host, so that the proxy is not the registrar and has to be a route.
      user.sip.registrar = `sip:localhost:${kamailio.port}`;
      user.sip.outbound_proxy = `sip:${kamailio.domain}`;
      const relay = await Relay.start(scope, { user: [user] });
      const signalling = await signIn(relay, '1001');
      assert.equal(kamailio.registrations('1001'), 1);
      const caller = await Sipp.caller(scope, refused(486), { proxy: kamailio.domain, number: '1001' });
      await rejectNextCall(signalling);
      await caller.done();
    });
  }
});

const extension = (number) => ({
  name: userOf(number),
  password: secretOf(number),
  sip: { kind: 'trunk', trunk: 'hq', number },
});

const trunk = (peer) => ({ name: 'hq', domain: 'relay.test', ping_s: 5, peer });

const atPort = (port) => [{ host: HOST, port }];

describe('behind a trunk', () => {
  test('whoever is signed in is called by number, everybody else is not found', async () => {
    const relay = await Relay.start(scope, { trunk: [trunk(atPort(await freePort()))], user: [extension('1001')] });
    const proxy = `${HOST}:${relay.config.sip.udp_port}`;
    const absent = await Sipp.caller(scope, refused(404), { proxy, number: '1001' });
    await absent.done();
    const { signalling } = await Signalling.signedIn(relay.host, userOf('1001'), secretOf('1001'));
    const caller = await Sipp.caller(scope, refused(486), { proxy, number: '1001' });
    await rejectNextCall(signalling);
    await caller.done();
    const unknown = await Sipp.caller(scope, refused(404), { proxy, number: '1999' });
    await unknown.done();
  });

  test('an address that is no peer is refused, whether the number exists or not', async () => {
    const elsewhere = [{ host: '127.0.0.2', port: await freePort() }];
    const relay = await Relay.start(scope, { trunk: [trunk(elsewhere)], user: [extension('1001')] });
    await Signalling.signedIn(relay.host, userOf('1001'), secretOf('1001'));
    const proxy = `${HOST}:${relay.config.sip.udp_port}`;
    for (const number of ['1001', '1999']) {
      const stranger = await Sipp.caller(scope, refused(403), { proxy, number });
      await stranger.done();
    }
  });

  test('a peer is asked whether it is there', async () => {
    const answer = `  <send><![CDATA[

      SIP/2.0 200 OK
      [last_Via:]
      [last_From:]
      [last_To:];tag=[pid]
      [last_Call-ID:]
      [last_CSeq:]
      Content-Length: 0

  ]]></send>`;
    const peer = await Sipp.called(scope, [request('OPTIONS'), answer], { calls: 2 });
    await Relay.start(scope, { trunk: [trunk(atPort(peer.port))], user: [extension('1001')] });
    await peer.done();
  });
});

describe('over TLS', () => {
  let identity;

  before(async () => {
    identity = await certificateFor(scope, 'sip');
  });

  test('who connects is answered', async () => {
    const port = await freePort();
    const { certificate, key, pem } = identity;
    await Relay.start(scope, { sip: { tls_port: port, certificate, key } });
    const socket = connect({ host: HOST, port, ca: pem.cert, servername: 'localhost' });
    const answered = new Promise((resolve, reject) => socket.once('data', resolve).once('error', reject));
    socket.write(
      `OPTIONS sip:${HOST} SIP/2.0\r\nVia: SIP/2.0/TLS ${HOST};branch=z9hG4bK1\r\nMax-Forwards: 0\r\n` +
        `From: <sip:a@${HOST}>;tag=1\r\nTo: <sip:${HOST}>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`,
    );
    assert.match(String(await within('an answer over TLS', answered, 5_000)), /^SIP\/2\.0 200 /);
    socket.destroy();
  });

  test('a line registers at a server whose certificate is trusted', async () => {
    const registers = [];
    const server = createServer(identity.pem, (socket) => {
      socket.on('data', (bytes) => {
        const text = String(bytes);
        registers.push(text);
        const kept = text.match(/^(Via|From|To|Call-ID|CSeq|Contact|Expires): .*\r\n/gm).join('');
        socket.write(`SIP/2.0 200 OK\r\n${kept}Content-Length: 0\r\n\r\n`);
      });
      // The relay may be ended with its connection open.
      socket.on('error', () => {});
    });
    await new Promise((resolve) => server.listen(0, HOST, resolve));
    const { port } = server.address();
    const sip = {
      address_of_record: `sip:1001@${HOST}`,
      registrar: `sip:localhost:${port}`,
      transport: 'tls',
    };
    const user = { name: userOf('1001'), password: secretOf('1001'), sip };
    const relay = await Relay.start(scope, { sip: { ca: identity.certificate }, user: [user] });
    const signalling = await signIn(relay, '1001');
    assert.match(registers[0], /^REGISTER .*\r\nVia: SIP\/2\.0\/TLS /);
    signalling.send('sign_out');
    await eventually('the registration is removed', () => registers.some((text) => text.includes('Expires: 0')));
    server.close();
  });
});
