// The network between browser and relay, which these tests can break: a relay of bytes over TCP and one of datagrams.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { HOST, freePort } from './ports.mjs';

/** Carries TCP connections to the relay, until told otherwise. */
export class TcpLink {
  #pairs = new Set();
  #frozen = false;

  /** @param {import('./scope.mjs').Scope} scope @param {number} target port on the loopback address */
  static async open(scope, target) {
    const link = new TcpLink();
    link.port = await freePort();
    link.server = createServer((near) => link.#carry(near, target));
    link.server.listen(link.port, HOST);
    await once(link.server, 'listening');
    scope.onClose(() => link.close());
    return link;
  }

  /** Loses every byte both ways, as a dead network does: connections stay open and silent, new ones too. */
  freeze() {
    this.#frozen = true;
  }

  /** Carries again. Connections that lost bytes are broken: TCP would have repaired or reset them. */
  heal() {
    this.#frozen = false;
    this.breakConnections();
  }

  /** Resets every connection. */
  breakConnections() {
    for (const [near, far] of this.#pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
    this.#pairs.clear();
  }

  close() {
    this.breakConnections();
    this.server.close();
  }

  #carry(near, target) {
    const far = connect({ host: HOST, port: target });
    const pair = [near, far];
    this.#pairs.add(pair);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      from.setNoDelay(true);
      from.on('data', (data) => {
        if (!this.#frozen) to.write(data);
      });
      from.on('end', () => {
        if (!this.#frozen) to.end();
      });
      from.on('error', () => to.destroy());
      from.on('close', () => this.#pairs.delete(pair));
    }
  }
}

/** The address that browsers send media to when a `UdpLink` stands between. All of 127/8 is this machine. */
export const FAR_HOST = '127.0.0.2';

/** Carries datagrams from `FAR_HOST` to the same port of the loopback address, until told otherwise. */
export class UdpLink {
  #paths = new Map();
  #blocked = false;
  /** How many datagrams went through. */
  carried = 0;

  /** @param {import('./scope.mjs').Scope} scope @param {number} port */
  static async open(scope, port) {
    const link = new UdpLink();
    link.port = port;
    link.socket = createSocket('udp4');
    link.socket.on('message', (data, from) => link.#forward(data, from));
    link.socket.bind(port, FAR_HOST);
    await once(link.socket, 'listening');
    scope.onClose(() => link.close());
    return link;
  }

  /** Loses every datagram both ways. */
  block() {
    this.#blocked = true;
  }

  pass() {
    this.#blocked = false;
  }

  /** Carries on from another port, as when an address translator has forgotten the old one. */
  rebind() {
    for (const socket of this.#paths.values()) socket.close();
    this.#paths.clear();
  }

  close() {
    this.rebind();
    this.socket.close();
  }

  #forward(data, from) {
    if (this.#blocked) return;
    const key = `${from.address}:${from.port}`;
    let path = this.#paths.get(key);
    if (!path) {
      path = createSocket('udp4');
      path.bind(0, HOST);
      path.on('message', (answer) => {
        if (this.#blocked) return;
        this.carried += 1;
        this.socket.send(answer, from.port, from.address);
      });
      path.on('error', () => {});
      this.#paths.set(key, path);
    }
    this.carried += 1;
    path.send(data, this.port, HOST);
  }
}
