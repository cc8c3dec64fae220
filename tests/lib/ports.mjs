// Free ports on the loopback address.

import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { eventually } from './wait.mjs';

export const HOST = '127.0.0.1';

// Below the range the kernel gives to outgoing connections (32768 and up), so that no connection made
// in the meantime takes a port that was found free here.
const FIRST = 12_000;
const LAST = 31_000;
let next = FIRST + Math.floor(((process.pid * 7919) % (LAST - FIRST)) / 10) * 10;

/** A port that is free for both TCP and UDP. */
export async function freePort() {
  return await freePorts(1);
}

/** The first of `count` consecutive ports, even, each free for both TCP and UDP. */
export async function freePorts(count) {
  for (;;) {
    if (next + count > LAST) next = FIRST;
    const first = next;
    next += count + (count % 2);
    const free = await Promise.all(Array.from({ length: count }, (_, i) => isFree(first + i)));
    if (free.every(Boolean)) return first;
  }
}

async function isFree(port) {
  return (await bindsTcp(port)) && (await bindsUdp(port));
}

function bindsTcp(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: HOST, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function bindsUdp(port) {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind({ port, address: HOST, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}

/** Waits until some process has bound the UDP port. */
export async function udpBound(port, timeout = 10_000) {
  await eventually(`UDP port ${port} is bound`, () => listed('/proc/net/udp', port), { timeout });
}

/** Waits until some process listens on the TCP port. */
export async function tcpListening(port, timeout = 10_000) {
  await eventually(`TCP port ${port} is listened on`, () => listed('/proc/net/tcp', port, '0A'), { timeout });
}

/** Whether the kernel's table has the local port, in the given state where one is named. */
async function listed(table, port, state) {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  const rows = (await readFile(table, 'utf8')).trim().split('\n').slice(1);
  return rows.some((row) => {
    const [, local, , rowState] = row.trim().split(/\s+/);
    return local.endsWith(`:${wanted}`) && (!state || rowState === state);
  });
}
