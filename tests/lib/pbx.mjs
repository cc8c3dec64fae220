// The PBX of the demo.

import { lab } from './environment.mjs';
import { HOST, freePort, freePorts } from './ports.mjs';
import { Process } from './process.mjs';

const EXTENSIONS = ['1001', '1002', '1003'];

/** A running demo PBX with the extensions 1001 to 1003, and the numbers that answer by themselves. */
export class Pbx {
  /** @param {import('./scope.mjs').Scope} scope */
  static async start(scope) {
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
        ...EXTENSIONS.flatMap((number) => ['--extension', `${number}:${pbx.passwordOf(number)}`]),
      ],
    });
    await pbx.process.line(/PBX ready/);
    return pbx;
  }

  /** The password of an extension. */
  passwordOf(number) {
    return `demo-${number}`;
  }

  /** The address of record of an extension. */
  address(number) {
    return `sip:${number}@${this.domain}`;
  }
}
