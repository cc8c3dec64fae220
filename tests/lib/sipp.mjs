// SIPp as a calling or called party that follows a script to the letter and fails on anything unexpected.

import { createSocket } from 'node:dgram';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HOST, freePort, freePorts, udpBound } from './ports.mjs';
import { Process } from './process.mjs';
import { eventually, within } from './wait.mjs';

let count = 0;

/** One run of SIPp. */
export class Sipp {
  #prompts = 0;

  /**
   * Starts SIPp as a called party. It takes `calls` calls and ends by itself.
   *
   * @param {import('./scope.mjs').Scope} scope
   * @param {string[]} steps of `sipp-steps.mjs`
   * @param {{calls?: number, timeout?: number, echo?: boolean, port?: number, host?: string}} [options] `timeout` in
   *   seconds; `echo` sends RTP back; `port` where it is not to be any free one; `host` another loopback address
   */
  static async called(scope, steps, options = {}) {
    const sipp = new Sipp();
    await sipp.#start(scope, steps, options, []);
    await udpBound(sipp.port);
    return sipp;
  }

  /**
   * Starts SIPp as a caller of `number` at the proxy.
   *
   * @param {import('./scope.mjs').Scope} scope
   * @param {string[]} steps of `sipp-steps.mjs`
   * @param {{proxy: string, number: string, calls?: number, timeout?: number, echo?: boolean, transport?: 'udp'|'tcp',
   *   host?: string}} options
   */
  static async caller(scope, steps, options) {
    const sipp = new Sipp();
    await sipp.#start(scope, steps, options, [options.proxy, '-s', options.number, '-r', '20']);
    return sipp;
  }

  async #start(scope, steps, { calls = 1, timeout = 20, echo = false, transport = 'udp', port, host = HOST }, target) {
    count += 1;
    this.name = `sipp-${count}`;
    this.port = port ?? (await freePort());
    this.mediaPort = await freePorts(4);
    this.traceFile = join(scope.directory, `${this.name}-messages.log`);
    const file = join(scope.directory, `${this.name}.xml`);
    await writeFile(
      file,
      `<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="${this.name}">\n${steps.join('\n')}\n</scenario>\n`,
    );
    this.process = new Process(scope, {
      name: this.name,
      command: process.env.SIPP ?? 'sipp',
      args: [
        ...target,
        '-t',
        transport === 'tcp' ? 't1' : 'u1',
        '-sf',
        file,
        '-i',
        host,
        '-p',
        `${this.port}`,
        '-mi',
        host,
        '-mp',
        `${this.mediaPort}`,
        // SIPp's remote control listens on every interface unless it is told an address.
        '-ci',
        HOST,
        '-cp',
        `${await freePort()}`,
        '-m',
        `${calls}`,
        '-nostdin',
        '-default_behaviors',
        'abortunexp',
        '-trace_msg',
        '-message_file',
        this.traceFile,
        '-trace_err',
        '-error_file',
        join(scope.directory, `${this.name}-errors.log`),
        '-timeout',
        `${timeout}s`,
        '-timeout_error',
        ...(echo ? ['-rtp_echo'] : []),
      ],
    });
    this.errorFile = join(scope.directory, `${this.name}-errors.log`);
  }

  /** The number under which Kamailio reaches it. */
  get number() {
    return `9${this.port}`;
  }

  /** The number under which Kamailio reaches it, and loses the first ACK on the way. */
  get lossyNumber() {
    return `8${this.port}`;
  }

  /**
   * Lets a script over UDP that has come to `prompted()` go on. SIPp takes a message for its call by its Call-ID, whoever
   * sent it.
   *
   * @param {string} [after] how a message begins that it has to have received before
   */
  async prompt(after) {
    this.#prompts += 1;
    if (after) await eventually(`${this.name} received ${after}`, () => this.received(after));
    const [first] = await eventually(`${this.name} has sent something`, async () => {
      const messages = await this.messages();
      return messages.length > 0 && messages;
    });
    const [callId] = first.text.match(/^Call-ID:.*$/im);
    const socket = createSocket('udp4');
    // SIPp passes over a request without From and To.
    const head = [`MESSAGE sip:${HOST} SIP/2.0`, 'From: <sip:test>;tag=1', 'To: <sip:script>;tag=1', callId.trim()];
    const text = [...head, `CSeq: ${this.#prompts} MESSAGE`, 'Content-Length: 0', '', ''].join('\r\n');
    await new Promise((resolve, reject) =>
      socket.send(text, this.port, HOST, (error) => (error ? reject(error) : resolve())),
    );
    socket.close();
  }

  /** Waits until the script has been followed to its end; anything else is an error. */
  async done(timeout = 20_000) {
    const how = await within(`${this.name} follows its script to the end`, this.process.ended, timeout).catch(
      async (error) => {
        throw new Error(`${error.message}; what it exchanged:\n${await this.summary()}`);
      },
    );
    if (how.code !== 0) {
      const errors = await readFile(this.errorFile, 'utf8').catch(() => '');
      throw new Error(
        `${this.name} did not come to the end of its script (exit status ${how.code}):\n${errors}\nwhat it exchanged:\n${await this.summary()}`,
      );
    }
  }

  /** Every message it sent or received, in order: `{direction, text}`. */
  async messages() {
    const trace = await readFile(this.traceFile, 'utf8').catch(() => '');
    return trace
      .split(/^-{20,} .*$/m)
      .map((part) => part.match(/message (sent|received)[^\n]*:\n\n([^]*)/))
      .filter(Boolean)
      .map(([, direction, text]) => ({ direction, text: text.trim() }));
  }

  /** How many received messages begin with the given text. */
  async received(start) {
    return (await this.messages()).filter((m) => m.direction === 'received' && m.text.startsWith(start)).length;
  }

  /** The first lines of the messages, for error texts. */
  async summary() {
    return (await this.messages())
      .map((m) => `${m.direction === 'sent' ? '->' : '<-'} ${m.text.split('\n')[0].trim()}`)
      .join('\n');
  }
}
