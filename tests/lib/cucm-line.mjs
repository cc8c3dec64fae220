// The line side of Cisco Unified Communications Manager towards a third-party phone, over UDP: it knows the phone by its
// digest user, and binds it to the first Contact that it registers.

import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { media } from './cucm-steps.mjs';
import { HOST, freePort } from './ports.mjs';
import { eventually } from './wait.mjs';

const REALM = 'ccmsipline';
const NONCE = 'fR7vT2qLw0ZxK4mB9yHc3uJd';
const PROGRAM = 'User-Agent: Cisco-CUCM12.5';
/** The requests that are asked for a password when they begin something. */
const CHALLENGED = ['REGISTER', 'INVITE', 'SUBSCRIBE'];

const md5 = (text) => createHash('md5').update(text).digest('hex');
const header = (text, name) => text.match(new RegExp(`^${name}: *(.*?)\\r?$`, 'im'))?.[1];
const uriIn = (value) => value?.match(/sips?:[^>\s]*/)?.[0];
const tagged = (value, tag) => (value.includes(';tag=') ? value : `${value};tag=${tag}`);

/** A CUCM that one phone registers at. Calls that it makes are answered by the given telephone. */
export class CucmLine {
  /** Every request of the phone, as `{method, text, contact, accepted}`. */
  requests = [];
  /** The responses of the phone. */
  responses = [];
  #binding;
  #sequence = 100;
  #version = 0;
  #peer;

  /**
   * @param {import('./scope.mjs').Scope} scope
   * @param {{user: string, password: string, telephone: import('./rtp-telephone.mjs').RtpTelephone, binding?: string}}
   *   options `user` is the digest user; `binding` is a Contact that it knows the phone by already
   */
  static async start(scope, { user, password, telephone, binding }) {
    const cucm = new CucmLine();
    Object.assign(cucm, { user, password, telephone, port: await freePort() });
    cucm.#binding = binding;
    cucm.socket = createSocket('udp4');
    cucm.socket.on('message', (bytes, peer) => {
      if (bytes.length > 4) cucm.#take(String(bytes), peer);
    });
    await new Promise((resolve) => cucm.socket.bind({ port: cucm.port, address: HOST }, resolve));
    scope.onClose(() => cucm.socket.close());
    return cucm;
  }

  /** The requests of a method that were let in, each by its Contact. */
  accepted(method) {
    return this.requests.filter((request) => request.method === method && request.accepted);
  }

  /** How many requests were refused since their Contact is not the one of the phone. */
  get strangers() {
    return this.requests.filter((request) => request.stranger).length;
  }

  /** Lets the registration run out. */
  forgetBinding() {
    this.#binding = undefined;
  }

  /** Tells the state of the mailbox without having been asked; the phone has to take it. */
  async tellMailbox(summary) {
    await this.#notify(this.#binding, `<sip:${this.user}@${HOST}>`, ['Event: message-summary'], {
      type: 'application/simple-message-summary',
      body: summary,
    });
  }

  /** Tells what a watched telephone does: `early` or `confirmed` for a call to it, nothing for none. */
  async tellWatched(number, state) {
    const subscribed = this.accepted('SUBSCRIBE').at(-1);
    const entity = `sip:${number}@${HOST}`;
    const dialog = state ? `<dialog id="7" direction="recipient"><state>${state}</state></dialog>` : '';
    const body =
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
      `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${this.#version}" state="full" entity="${entity}">${dialog}</dialog-info>`;
    this.#version += 1;
    await this.#notify(
      subscribed.contact,
      header(subscribed.text, 'From'),
      ['Event: dialog'],
      { type: 'application/dialog-info+xml', body },
      { from: `${tagged(header(subscribed.text, 'To'), 'watched')}`, callId: header(subscribed.text, 'Call-ID') },
    );
  }

  async #notify(target, to, headers, { type, body }, { from = `${to};tag=mailbox`, callId = `mailbox@${HOST}` } = {}) {
    this.#sequence += 1;
    const sequence = `${this.#sequence} NOTIFY`;
    this.#send([
      `NOTIFY ${target} SIP/2.0`,
      `Via: SIP/2.0/UDP ${HOST}:${this.port};branch=z9hG4bK${this.#sequence}line`,
      `From: ${from}`,
      `To: ${to}`,
      `Call-ID: ${callId}`,
      `CSeq: ${sequence}`,
      `Contact: <sip:${HOST}:${this.port}>`,
      'Max-Forwards: 70',
      PROGRAM,
      'Subscription-State: active;expires=3600',
      ...headers,
      `Content-Type: ${type}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ]);
    const answer = await eventually(`the phone answers ${sequence}`, () =>
      this.responses.find((text) => header(text, 'CSeq') === sequence),
    );
    if (!answer.startsWith('SIP/2.0 200')) throw new Error(`the phone refuses a NOTIFY: ${answer}`);
  }

  #take(text, peer) {
    this.#peer = peer;
    if (text.startsWith('SIP/2.0')) {
      this.responses.push(text);
      return;
    }
    const method = text.slice(0, text.indexOf(' '));
    const request = { method, text, contact: uriIn(header(text, 'Contact')), accepted: false };
    this.requests.push(request);
    if (method === 'ACK') return;
    if (request.contact && this.#binding && request.contact !== this.#binding) {
      request.stranger = true;
      this.#reply(text, '503 Service Unavailable');
      return;
    }
    const begins = !header(text, 'To').includes(';tag=');
    if (begins && CHALLENGED.includes(method) && !this.#isKnown(method, header(text, 'Authorization'))) {
      this.#reply(text, '401 Unauthorized', [
        `WWW-Authenticate: Digest realm="${REALM}", nonce="${NONCE}", algorithm=MD5`,
      ]);
      return;
    }
    request.accepted = true;
    this.#accept(method, request, begins);
  }

  #accept(method, { text, contact }, begins) {
    const ours = `Contact: <sip:${HOST}:${this.port}>`;
    switch (method) {
      case 'REGISTER': {
        const gone = header(text, 'Expires') === '0' || /;expires=0\b/.test(header(text, 'Contact'));
        this.#binding = gone ? undefined : contact;
        // Only the phone's own contact is told.
        this.#reply(text, '200 OK', gone ? [] : [`Contact: <${contact}>;expires=120`]);
        break;
      }
      case 'INVITE': {
        const held = /^a=(sendonly|inactive)/m.test(text);
        const body = media(this.telephone, { direction: held ? 'recvonly' : 'sendrecv' });
        if (begins) this.#reply(text, '100 Trying', [], '', false);
        if (begins) this.#reply(text, '180 Ringing', [ours]);
        const described = body.replaceAll('[local_ip]', HOST).replaceAll('\n', '\r\n');
        this.#reply(text, '200 OK', [ours, 'Content-Type: application/sdp'], `${described}\r\n`);
        break;
      }
      case 'SUBSCRIBE':
        this.#reply(text, '200 OK', [ours, 'Expires: 3600'], '', 'watched');
        break;
      default:
        this.#reply(text, '200 OK', [ours]);
    }
  }

  /** Whether the digest is right (RFC 2617 §3.2.2.1 without qop). */
  #isKnown(method, authorization) {
    if (!authorization) return false;
    const given = Object.fromEntries([...authorization.matchAll(/(\w+)="?([^",\s]+)"?/g)].map((m) => m.slice(1)));
    const secret = md5(`${this.user}:${REALM}:${this.password}`);
    const expected = md5(`${secret}:${NONCE}:${md5(`${method}:${given.uri}`)}`);
    const plain = given.qop === undefined && given.cnonce === undefined;
    return given.username === this.user && given.realm === REALM && plain && given.response === expected;
  }

  #reply(request, status, headers = [], body = '', tag = 'line') {
    const to = header(request, 'To');
    this.#send([
      `SIP/2.0 ${status}`,
      ...['Via', 'From'].map((name) => `${name}: ${header(request, name)}`),
      `To: ${tag ? tagged(to, tag) : to}`,
      ...['Call-ID', 'CSeq'].map((name) => `${name}: ${header(request, name)}`),
      ...headers,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ]);
  }

  #send(lines) {
    this.socket.send(lines.join('\r\n'), this.#peer.port, this.#peer.address);
  }
}
