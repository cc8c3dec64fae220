// The PBX of the demo.

import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { lab } from './environment.mjs';
import { HOST, freePort, freePorts } from './ports.mjs';
import { Process } from './process.mjs';
import { within } from './wait.mjs';

const EXTENSIONS = ['1001', '1002', '1003'];

/** A running demo PBX with the extensions 1001 to 1003, and the numbers that answer by themselves. */
export class Pbx {
  /**
   * @param {import('./scope.mjs').Scope} scope
   * @param {{extensions?: string[], control?: string}} [options] other extensions than those three; where calls can be controlled
   */
  static async start(scope, { extensions = EXTENSIONS, control } = {}) {
    const pbx = new Pbx();
    pbx.port = await freePort();
    pbx.domain = `${HOST}:${pbx.port}`;
    const rtp = await freePorts(60);
    pbx.process = new Process(scope, {
      name: 'pbx',
      command: lab(),
      args: [
        'pbx',
        '--listen',
        pbx.domain,
        '--rtp-ports',
        `${rtp}-${rtp + 59}`,
        ...extensions.flatMap((number) => ['--extension', `${number}:${pbx.passwordOf(number)}`]),
        ...(control ? ['--control', control] : []),
      ],
    });
    await pbx.process.line(/PBX ready/);
    return pbx;
  }

  /** One that runs already, as part of something else. */
  static at(port) {
    const pbx = new Pbx();
    pbx.port = port;
    pbx.domain = `${HOST}:${port}`;
    return pbx;
  }

  /** The password of an extension. */
  passwordOf(number) {
    return `demo-${number}`;
  }

  /** Registers an extension at a UDP port, for a telephone that cannot do so itself. */
  async register(number, port) {
    const socket = createSocket('udp4');
    const ask = async (sequence, authorization) => {
      const answer = once(socket, 'message');
      const lines = [
        `REGISTER sip:${this.domain} SIP/2.0`,
        `Via: SIP/2.0/UDP ${HOST}:${socket.address().port};branch=z9hG4bK-register-${port}-${sequence};rport`,
        'Max-Forwards: 70',
        `From: <${this.address(number)}>;tag=register-${port}`,
        `To: <${this.address(number)}>`,
        `Call-ID: register-${number}-${port}`,
        `CSeq: ${sequence} REGISTER`,
        `Contact: <sip:${number}@${HOST}:${port}>;expires=600`,
        ...authorization,
        'Content-Length: 0',
      ];
      socket.send(`${lines.join('\r\n')}\r\n\r\n`, this.port, HOST);
      return `${(await within(`the PBX answers REGISTER ${sequence}`, answer, 5_000))[0]}`;
    };
    await new Promise((resolve) => socket.bind(0, HOST, resolve));
    const challenge = await ask(1, []);
    const part = (name) => challenge.match(new RegExp(`${name}="([^"]*)"`))[1];
    const md5 = (...texts) => createHash('md5').update(texts.join(':')).digest('hex');
    const secret = md5(number, part('realm'), this.passwordOf(number));
    const uri = `sip:${this.domain}`;
    const fields = { username: number, realm: part('realm'), nonce: part('nonce'), uri };
    const written = Object.entries(fields).map(([name, value]) => `${name}="${value}"`);
    const proof = md5(secret, part('nonce'), md5('REGISTER', uri));
    const answer = await ask(2, [`Authorization: Digest ${written.join(', ')}, response="${proof}", algorithm=MD5`]);
    socket.close();
    if (!answer.startsWith('SIP/2.0 200')) throw new Error(`the PBX did not register ${number}:\n${answer}`);
  }

  /** The address of record of an extension. */
  address(number) {
    return `sip:${number}@${this.domain}`;
  }
}
