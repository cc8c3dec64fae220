// A client of the relay's signalling without a page: what the protocol says, message by message.

import { WebSocketClient } from './websocket.mjs';

/** The version of the protocol that these tests speak. */
export const VERSION = 4;
export const PATH = '/api/v1/phone';
/** The largest frame the relay accepts. */
export const MAX_FRAME_BYTES = 64 * 1024;

/** What a frame is on the wire. A message without fields is its name alone. */
export const written = (seq, type, fields = {}) =>
  JSON.stringify({ seq, message: Object.keys(fields).length > 0 ? { [type]: fields } : type });

/** The name and the fields of what the protocol writes as `"name"` or `{"name": {…}}`. */
const opened = (variant) => (typeof variant === 'string' ? [variant, {}] : Object.entries(variant)[0]);

/** A frame as tests look at it: `{seq, type, …}`, and an event in it as `{event, …}`. */
export function read(text) {
  const { seq, message } = JSON.parse(text);
  const [type, fields] = opened(message);
  if (!fields.event) return { seq, type, ...fields };
  const [event, about] = opened(fields.event);
  return { seq, type, event: { event, ...about } };
}

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
    this.socket.text(written(this.#sent, type, fields));
  }

  /** The next message of one of the types; others are passed over. A gap in the numbering is an error. */
  async next(...types) {
    for (;;) {
      const message = read(await this.socket.next());
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
