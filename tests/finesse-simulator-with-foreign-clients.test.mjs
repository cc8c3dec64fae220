// The simulated Finesse serves clients that are not ours: slixmpp over TCP, Strophe over WebSocket and BOSH.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { DOMParser } from '@xmldom/xmldom';
import { $iq, $pres, Strophe } from 'strophe.js';
import { WebSocket } from 'ws';
import { Finesse } from './lib/finesse.mjs';
import { HOST } from './lib/ports.mjs';
import { Process } from './lib/process.mjs';
import { Scope } from './lib/scope.mjs';
import { eventually, within } from './lib/wait.mjs';
import { XMLHttpRequest } from './lib/xml-http-request.mjs';

let scope;
let finesse;
let python;

before(async () => {
  scope = await Scope.open('finesse');
  python = await slixmpp();
  finesse = await Finesse.start(scope);
});
after(() => scope.close());

/** Python with slixmpp, installed into the cache once. */
async function slixmpp() {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'sidetone', 'slixmpp-1.17.0');
  const interpreter = join(folder, 'bin', 'python');
  const run = promisify(execFile);
  if (!existsSync(join(folder, 'complete'))) {
    await mkdir(folder, { recursive: true });
    await run('python3', ['-m', 'venv', folder]);
    await run(interpreter, ['-m', 'pip', 'install', '--quiet', 'slixmpp==1.17.0']);
    await mkdir(join(folder, 'complete'));
  }
  return interpreter;
}

/** A notification as it is read by whoever has it as text. */
function read(text) {
  const update = new DOMParser().parseFromString(text, 'text/xml').documentElement;
  const first = (name) => update.getElementsByTagName(name)[0]?.textContent;
  return { event: first('event'), source: first('source'), request: first('requestId'), first };
}

test('slixmpp signs in, asks what it asks of any server, and has what it subscribed to', async () => {
  const client = new Process(scope, {
    name: 'slixmpp',
    command: python,
    args: [
      join(import.meta.dirname, 'lib', 'slixmpp-client.py'),
      HOST,
      `${finesse.xmppPort}`,
      finesse.domain,
      '1003',
      finesse.passwordOf('1003'),
      '/finesse/api/Team/1/Users',
      '/finesse/api/Queue/1',
    ],
    typed: true,
  });
  const happened = () => client.lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  const one = (event, more = () => true) =>
    eventually(`slixmpp tells of ${event}`, () => happened().find((it) => it.event === event && more(it)));

  assert.deepEqual((await one('subscribed')).nodes, ['/finesse/api/Queue/1', '/finesse/api/Team/1/Users']);
  assert.equal((await one('refused')).condition, 'item-not-found');
  assert.ok((await one('features')).features.includes('urn:xmpp:ping'));
  assert.deepEqual((await one('node')).identities, [['pubsub', 'leaf']]);
  await one('ping');
  await one('presence', (it) => it.who === `finesse@${finesse.domain}` && it.type === 'available');

  await finesse.signIn('1002');
  const member = await one('notification', (it) => it.node === '/finesse/api/Team/1/Users');
  const told = read(member.text);
  assert.equal(told.source, '/finesse/api/User/1002');
  assert.equal(told.first('state'), 'NOT_READY');
  const queue = await eventually(
    'the figures of the queue are told',
    () => happened().find((it) => it.node === '/finesse/api/Queue/1'),
    { timeout: 25_000 },
  );
  assert.ok(read(queue.text).first('agentsNotReady'));

  client.type('leave');
  await one('unsubscribed');
  assert.equal((await within('slixmpp ends', client.ended, 10_000)).code, 0);
  await eventually('the connection is gone', async () => {
    const { nodes } = await finesse.state();
    return nodes[0].connections.every(([jid]) => !jid.startsWith('1003@'));
  });
});

for (const transport of ['WebSocket', 'BOSH']) {
  test(`Strophe over ${transport} follows an agent through a call from a queue`, async () => {
    // Strophe takes the one that a browser has, which would not take a certificate that nobody vouched for.
    globalThis.WebSocket = class extends WebSocket {
      constructor(address, protocols) {
        super(address, protocols, { rejectUnauthorized: false });
      }
    };
    globalThis.XMLHttpRequest = XMLHttpRequest;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    const [scheme, path] = transport === 'BOSH' ? ['https', 'http-bind/'] : ['wss', 'ws/'];
    const connection = new Strophe.Connection(`${scheme}://${HOST}:${finesse.port}/${path}`);
    const told = [];
    connection.addHandler(
      (message) => {
        const notification = message.getElementsByTagName('notification')[0];
        if (notification) told.push(read(notification.textContent));
        return true;
      },
      null,
      'message',
    );
    const user = transport === 'BOSH' ? '1002' : '1001';
    const signedIn = new Promise((resolve, reject) => {
      connection.connect(`${user}@${finesse.domain}/${user}`, finesse.passwordOf(user), (status) => {
        if (status === Strophe.Status.CONNECTED) resolve();
        if (status === Strophe.Status.AUTHFAIL || status === Strophe.Status.CONNFAIL) reject(new Error(`${status}`));
      });
    });
    await within('Strophe connects', signedIn, 10_000);
    connection.send($pres());
    const ping = $iq({ type: 'get', to: finesse.domain }).c('ping', { xmlns: 'urn:xmpp:ping' });
    await within('the ping is answered', new Promise((yes, no) => connection.sendIQ(ping, yes, no)), 5_000);

    const next = (what, fits) => eventually(`${user} is told ${what}`, () => told.find(fits));
    assert.equal((await finesse.signIn(user)).status, 202);
    await next('of the sign-in', (it) => it.first('state') === 'NOT_READY' && it.source.endsWith(user));
    const answer = await finesse.become(user, 'READY', 'request-7');
    assert.equal(answer.status, 202);
    assert.equal(answer.body, '');
    assert.equal(answer.headers.requestid, 'request-7');
    await next('that it is ready', (it) => it.request === 'request-7' && it.first('state') === 'READY');

    await finesse.drive('customer', { from: '0301777', to: '5001' });
    const rings = await next('of the call', (it) => it.event === 'POST' && it.first('dialogs'));
    assert.equal(rings.first('queueName'), 'Orders');
    const dialog = rings.first('id');
    const act = (action) =>
      finesse.ask(
        user,
        'PUT',
        `Dialog/${dialog}`,
        `<Dialog><targetMediaAddress>${user}</targetMediaAddress><requestedAction>${action}</requestedAction></Dialog>`,
      );
    assert.equal((await act('ANSWER')).status, 202);
    await next('that it talks', (it) => it.first('user') && it.first('state') === 'TALKING');
    await act('HOLD');
    await next('that it holds', (it) => it.first('user') && it.first('state') === 'HOLD');
    await act('DROP');
    await next('of wrap-up', (it) => it.first('user') && it.first('state') === 'WORK_READY');
    await finesse.become(user, 'NOT_READY');
    await next('that the call is gone', (it) => it.event === 'DELETE' && it.source.endsWith('/Dialogs'));
    assert.equal((await finesse.become(user, 'LOGOUT')).status, 202);
    await next('of the sign-out', (it) => it.first('user') && it.first('state') === 'LOGOUT');
    connection.disconnect();
    await eventually('the connection is gone', async () => {
      const { nodes } = await finesse.state();
      return nodes[0].connections.every(([jid]) => !jid.startsWith(`${user}@`));
    });
  });
}

test('wrong credentials are refused by API and notification service alike', async () => {
  const connection = new Strophe.Connection(`wss://${HOST}:${finesse.port}/ws/`);
  const refused = new Promise((resolve) => {
    connection.connect(`1001@${finesse.domain}/x`, 'wrong', (status) => {
      if (status === Strophe.Status.AUTHFAIL) resolve();
    });
  });
  await within('Strophe is refused', refused, 10_000);
  connection.disconnect();
  assert.equal((await finesse.ask('1001', 'GET', 'User/1002')).status, 401);
  assert.equal((await finesse.ask('nobody', 'GET', 'User/nobody')).status, 401);
  assert.match((await finesse.ask('1001', 'POST', 'User/1001')).headers.allow, /PUT/);
});
