// A client of the relay's signalling without a page: what the protocol says, message by message.

import { WebSocketClient } from './websocket.mjs';

/** The version of the protocol that these tests speak. */
export const VERSION = 3;
export const PATH = '/api/v1/phone';
/** The largest frame the relay accepts. */
export const MAX_FRAME_BYTES = 64 * 1024;

/** One connection to the relay. */
export class Signalling {
  #sent = 0;
  #received = 0;

  /** @param {string} host `address:port` of the relay */
  static async connect(host) {
    const signalling = new Signalling();
    signalling.socket = await WebSocketClient.connect(host, PATH);
    return signalling;
  }

  /** Connects, says hello and signs in; gives the connection and what `signed_in` said. */
  static async signedIn(host, user, password) {
    const signalling = await Signalling.connect(host);
    await signalling.hello();
    signalling.send('sign_in', { user, password });
    return { signalling, session: await signalling.next('signed_in') };
  }

  async hello() {
    this.send('hello', { version: VERSION });
    return await this.next('welcome');
  }

  send(type, fields = {}) {
    this.#sent += 1;
    this.socket.text(JSON.stringify({ seq: this.#sent, type, ...fields }));
  }

  /** The next message of one of the types; others are passed over. A gap in the numbering is an error. */
  async next(...types) {
    for (;;) {
      const message = JSON.parse(await this.socket.next());
      this.#received += 1;
      if (message.seq !== this.#received)
        throw new Error(`message ${message.seq} came where ${this.#received} was due`);
      if (types.includes(message.type)) return message;
    }
  }

  async close() {
    await this.socket.close();
  }
}
