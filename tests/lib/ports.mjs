// Free ports on the loopback address.

import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { eventually } from './wait.mjs';

export const HOST = '127.0.0.1';
/** The same over IPv6. */
export const HOST6 = '::1';

/** Address and port as they stand in URLs and configurations: IPv6 addresses in brackets. */
export const at = (host, port) => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** The two parts of what `at()` writes. */
export function parted(address) {
  const [, host, port] = address.match(/^\[?(.*?)\]?:(\d+)$/);
  return { host, port: Number(port) };
}

/** An address that no other process of tests has, so that a well-known port is free there. */
export const OWN_HOST = `127.1.${(process.pid >> 8) & 0xff}.${process.pid & 0xff}`;

// Below the range the kernel gives to outgoing connections (32768 and up), so that no connection made
// in the meantime takes a port that was found free here.
const FIRST = 12_000;
const LAST = 32_000;
/** Ports are taken in shares, each by one process alone: a port for RTP is not bound before there is a call. */
const SHARE = 2_500;

/** What is left of the share that is handed out now. */
let own = { next: LAST, last: LAST };
/** The sockets that say which shares are taken; each until this process ends. */
const claims = [];

/** Takes the first share that nobody has. */
async function nextShare() {
  for (let first = FIRST; first < LAST; first += SHARE) {
    const claim = createServer().unref();
    const taken = await new Promise((resolve) => {
      claim.once('error', () => resolve(false));
      claim.listen({ port: first, host: HOST, exclusive: true }, () => resolve(true));
    });
    if (taken) {
      claims.push(claim);
      return { next: first + 2, last: first + SHARE };
    }
  }
  throw new Error(`all ports from ${FIRST} to ${LAST} are taken by tests`);
}

/** A port that is free for both TCP and UDP. */
export async function freePort() {
  return await freePorts(1);
}

/** The first of `count` consecutive ports, even, each free for both TCP and UDP. */
export async function freePorts(count) {
  const turn = queue.then(() => take(count));
  queue = turn.catch(() => {});
  return await turn;
}

/** One request after the other. */
let queue = Promise.resolve();

async function take(count) {
  for (;;) {
    if (own.next + count > own.last) own = await nextShare();
    const first = own.next;
    own.next += count + (count % 2);
    const free = await Promise.all(Array.from({ length: count }, (_, i) => isFree(first + i)));
    if (free.every(Boolean)) return first;
  }
}

async function isFree(port) {
  for (const host of [HOST, HOST6]) {
    if (!(await bindsTcp(port, host)) || !(await bindsUdp(port, host))) return false;
  }
  return true;
}

/** Where the machine has no such address, nobody can be in the way. */
const isInTheWay = ({ code }) => code !== 'EADDRNOTAVAIL' && code !== 'EAFNOSUPPORT';

function bindsTcp(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(!isInTheWay(error)));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function bindsUdp(port, host) {
  return new Promise((resolve) => {
    const socket = createSocket(host === HOST6 ? 'udp6' : 'udp4');
    socket.once('error', (error) => resolve(!isInTheWay(error)));
    socket.bind({ port, address: host, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}

/** Waits until some process has bound the UDP port. */
export async function udpBound(port, timeout = 10_000) {
  await eventually(`UDP port ${port} is bound`, () => listed('udp', port), { timeout });
}

/** Waits until some process listens on the TCP port. */
export async function tcpListening(port, timeout = 10_000) {
  await eventually(`TCP port ${port} is listened on`, () => listed('tcp', port, '0A'), { timeout });
}

/** Whether the kernel's tables have the local port, in the given state where one is named. */
async function listed(protocol, port, state) {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  const tables = await Promise.all(
    // A machine without IPv6 has no such table.
    [protocol, `${protocol}6`].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const rows = tables.flatMap((table) => table.trim().split('\n').slice(1));
  return rows.some((row) => {
    const [, local, , rowState] = row.trim().split(/\s+/);
    return local.endsWith(`:${wanted}`) && (!state || rowState === state);
  });
}
