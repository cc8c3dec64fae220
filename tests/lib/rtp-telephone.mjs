// The media side of a telephone: sends a tone as G.711 from an address of its own, and listens there.

import { createSocket } from 'node:dgram';
import { fromMuLaw, toALaw, toMuLaw } from './g711.mjs';
import { HOST, HOST6, freePort } from './ports.mjs';
import { listen, pulsedTone } from './tone.mjs';
import { eventually } from './wait.mjs';

/** Payload types of RFC 3551. */
const TYPES = { pcmu: 0, pcma: 8 };
const RATE = 8_000;
/** Samples, and bytes, of one packet of 20 ms. */
const PACKET = 160;
const HEADER = 12;
/** How much of what was heard is kept: the last second. */
const KEPT_PACKETS = 50;

/** A telephone without signalling, which a script's session descriptions name. */
export class RtpTelephone {
  #heard = [];
  #sound;
  #sent = 0;
  #timer;

  /**
   * @param {import('./scope.mjs').Scope} scope
   * @param {number} hertz its own tone
   * @param {{host?: string, codec?: 'pcmu'|'pcma'}} [options] any loopback address; it hears PCMU only
   */
  static async open(scope, hertz, { host = HOST, codec = 'pcmu' } = {}) {
    const telephone = new RtpTelephone();
    telephone.host = host;
    telephone.codec = codec;
    const encode = codec === 'pcma' ? toALaw : toMuLaw;
    telephone.port = await freePort();
    telephone.#sound = Uint8Array.from(pulsedTone(hertz, { rate: RATE, seconds: 2 }).samples, encode);
    telephone.socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    telephone.socket.on('message', (packet) => telephone.#take(packet));
    await new Promise((resolve, reject) => {
      telephone.socket.once('error', reject);
      telephone.socket.bind({ port: telephone.port, address: host }, resolve);
    });
    scope.onClose(() => telephone.close());
    return telephone;
  }

  /** Packets of any kind that came. */
  packets = 0;
  /** The telephone events that came (RFC 4733), in order, by payload type 101: `{event, end, timestamp}`. */
  events = [];

  /** Sends its tone to a port of this machine, or of a multicast group on it, from now on. */
  talkTo(port, group) {
    this.hush();
    if (group) this.socket.setMulticastInterface(this.host);
    const to = group ?? (this.host.includes(':') ? HOST6 : HOST);
    const begun = performance.now() - this.#sent * 20;
    this.#timer = setInterval(() => {
      for (; this.#sent * 20 <= performance.now() - begun; this.#sent += 1) this.#send(port, to);
    }, 10);
  }

  /** Sends nothing any more. */
  hush() {
    clearInterval(this.#timer);
  }

  /** Waits until it clearly hears a tone from now on. */
  async hears(hertz, timeout = 10_000) {
    this.#heard = [];
    await eventually(
      `${this.host}:${this.port} hears ${hertz} Hz`,
      () => {
        const bytes = Buffer.concat(this.#heard);
        const heard = listen({ rate: RATE, samples: Float32Array.from(bytes, fromMuLaw) }, [hertz]);
        return heard.tones.get(hertz) >= 4;
      },
      { timeout },
    );
  }

  /** The digits that came as telephone events. */
  get digits() {
    const ended = new Map(this.events.filter((e) => e.end).map((e) => [e.timestamp, e.event]));
    return [...ended.values()].map((event) => '0123456789*#ABCD'[event]).join('');
  }

  close() {
    this.hush();
    this.socket.close();
  }

  #send(port, to) {
    const packet = Buffer.alloc(HEADER + PACKET);
    packet[0] = 0x80;
    packet[1] = TYPES[this.codec];
    packet.writeUInt16BE(this.#sent & 0xffff, 2);
    packet.writeUInt32BE((this.#sent * PACKET) >>> 0, 4);
    packet.writeUInt32BE(this.port, 8);
    const from = (this.#sent * PACKET) % this.#sound.length;
    packet.set(this.#sound.subarray(from, from + PACKET), HEADER);
    this.socket.send(packet, port, to);
  }

  #take(packet) {
    this.packets += 1;
    const type = packet[1] & 0x7f;
    if (type === TYPES.pcmu) {
      this.#heard.push(packet.subarray(HEADER));
      this.#heard.splice(0, this.#heard.length - KEPT_PACKETS);
    } else if (type === 101 && packet.length >= HEADER + 4) {
      this.events.push({
        event: packet[HEADER],
        end: (packet[HEADER + 1] & 0x80) !== 0,
        timestamp: packet.readUInt32BE(4),
      });
    }
  }
}
