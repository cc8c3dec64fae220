// A WebSocket client that can also misbehave: it sends any frame, well-formed or not (RFC 6455 §5.2).

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { parted } from './ports.mjs';
import { within } from './wait.mjs';

const TEXT = 0x1;
const BINARY = 0x2;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;

/** A WebSocket over TLS, any certificate accepted. */
export class WebSocketClient {
  /** What came and was not yet taken: texts. */
  #messages = [];
  #waiting = [];
  #received = Buffer.alloc(0);

  /**
   * @param {string} host `address:port`
   * @param {string} path
   * @param {{origin?: string}} [options]
   */
  static async connect(host, path, { origin = `https://${host}` } = {}) {
    const client = new WebSocketClient();
    client.socket = connect({ ...parted(host), rejectUnauthorized: false });
    /** Resolves with `{code, reason}` when the connection is over; the code is 1006 where no close frame came. */
    client.closed = new Promise((resolve) => {
      client.socket.once('close', () => {
        client.over ??= { code: 1006, reason: '' };
        for (const waiting of client.#waiting.splice(0))
          waiting.reject(new Error(`the connection was closed (${client.over.code} ${client.over.reason})`));
        resolve(client.over);
      });
    });
    // Told by `closed`, which follows.
    client.socket.on('error', () => {});
    await within(`a TLS connection to ${host}`, once(client.socket, 'secureConnect'), 5_000);
    const key = randomBytes(16).toString('base64');
    client.socket.write(
      [
        `GET ${path} HTTP/1.1`,
        `Host: ${host}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${key}`,
        `Origin: ${origin}`,
        '',
        '',
      ].join('\r\n'),
    );
    const head = await within('the answer to the upgrade', client.#upgraded(), 5_000);
    client.status = Number(head.match(/^HTTP\/1\.1 (\d{3})/)?.[1]);
    if (client.status !== 101) {
      client.socket.destroy();
      throw Object.assign(new Error(`the upgrade was refused: ${head.split('\r\n')[0]}`), { status: client.status });
    }
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    if (head.match(/^sec-websocket-accept: *(\S+)/im)?.[1] !== accept)
      throw new Error('the upgrade was answered with a wrong key');
    client.socket.on('data', (data) => {
      client.#received = Buffer.concat([client.#received, data]);
      client.#read();
    });
    client.#read();
    return client;
  }

  /** Sends a text frame. */
  text(text) {
    this.frame(TEXT, Buffer.from(text));
  }

  /** Sends a binary frame. */
  binary(bytes) {
    this.frame(BINARY, bytes);
  }

  /** Sends a frame of any kind, masked unless said otherwise. */
  frame(opcode, payload, { masked = true, final = true } = {}) {
    const head = [(final ? 0x80 : 0) | opcode];
    const mask = masked ? 0x80 : 0;
    if (payload.length < 126) head.push(mask | payload.length);
    else if (payload.length < 65_536) head.push(mask | 126, payload.length >> 8, payload.length & 0xff);
    else {
      const length = Buffer.alloc(8);
      length.writeBigUInt64BE(BigInt(payload.length));
      head.push(mask | 127, ...length);
    }
    if (!masked) return this.socket.write(Buffer.concat([Buffer.from(head), payload]));
    const key = randomBytes(4);
    const body = Buffer.from(payload);
    for (let i = 0; i < body.length; i += 1) body[i] ^= key[i & 3];
    this.socket.write(Buffer.concat([Buffer.from(head), key, body]));
  }

  /** The next text message. */
  async next(timeout = 5_000) {
    const ready = this.#messages.shift();
    if (ready !== undefined) return ready;
    if (this.over) throw new Error(`the connection was closed (${this.over.code} ${this.over.reason})`);
    return await within(
      'a message from the relay',
      new Promise((resolve, reject) => this.#waiting.push({ resolve, reject })),
      timeout,
    );
  }

  /** Says goodbye and waits for the end. */
  async close() {
    if (!this.socket.destroyed) this.frame(CLOSE, Buffer.from([0x03, 0xe8]));
    await within('the end of the connection', this.closed, 5_000).finally(() => this.socket.destroy());
  }

  /** Breaks the connection without a word. */
  destroy() {
    this.socket.destroy();
  }

  /** The head of the answer; what follows it is kept. */
  #upgraded() {
    return new Promise((resolve, reject) => {
      const collect = (data) => {
        this.#received = Buffer.concat([this.#received, data]);
        const end = this.#received.indexOf('\r\n\r\n');
        if (end < 0) return;
        this.socket.off('data', collect);
        const head = this.#received.toString('latin1', 0, end);
        this.#received = this.#received.subarray(end + 4);
        resolve(head);
      };
      this.socket.on('data', collect);
      this.socket.once('close', () => reject(new Error('the connection was closed instead of upgraded')));
    });
  }

  #read() {
    for (;;) {
      if (this.#received.length < 2) return;
      const opcode = this.#received[0] & 0x0f;
      let length = this.#received[1] & 0x7f;
      let at = 2;
      if (length === 126) {
        if (this.#received.length < 4) return;
        length = this.#received.readUInt16BE(2);
        at = 4;
      } else if (length === 127) {
        if (this.#received.length < 10) return;
        length = Number(this.#received.readBigUInt64BE(2));
        at = 10;
      }
      if (this.#received.length < at + length) return;
      const payload = Buffer.from(this.#received.subarray(at, at + length));
      this.#received = this.#received.subarray(at + length);
      if (opcode === TEXT) this.#deliver(payload.toString('utf8'));
      else if (opcode === PING) this.frame(PONG, payload);
      else if (opcode === CLOSE) {
        this.over = { code: payload.length >= 2 ? payload.readUInt16BE(0) : 1005, reason: payload.toString('utf8', 2) };
        if (!this.socket.destroyed) this.frame(CLOSE, payload.subarray(0, 2));
        this.socket.end();
      }
    }
  }

  #deliver(text) {
    const waiting = this.#waiting.shift();
    if (waiting) waiting.resolve(text);
    else this.#messages.push(text);
  }
}
