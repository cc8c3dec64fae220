// The PBX of the demo.

import { lab } from './environment.mjs';
import { HOST, freePort, freePorts } from './ports.mjs';
import { Process } from './process.mjs';

/** A running demo PBX with the extensions 1001 and 1002, and the numbers that answer by themselves. */
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
      args: ['pbx', '--listen', pbx.domain, '--rtp-ports', `${rtp}-${rtp + 59}`],
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
