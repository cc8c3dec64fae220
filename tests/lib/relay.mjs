// The relay under test, as a process of its own with a configuration of its own.

import { readFile, readdir, readlink, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { sidetone } from './environment.mjs';
import { HOST, freePort, freePorts, parted } from './ports.mjs';
import { Process } from './process.mjs';
import { toToml } from './toml.mjs';
import { eventually } from './wait.mjs';

let count = 0;

/**
 * A user of the relay with a line on a telephone system.
 *
 * @param {import('./kamailio.mjs').Kamailio | import('./pbx.mjs').Pbx} exchange
 * @param {string} number the line's user part
 */
export function lineOn(
  exchange,
  number,
  { transport = 'udp', codecs, expires_s, media_encryption, password = exchange.passwordOf(number) } = {},
) {
  return {
    name: userOf(number),
    password: secretOf(number),
    display_name: `User ${number}`,
    extension: number,
    sip: {
      address_of_record: exchange.address(number),
      registrar: `sip:${exchange.domain}`,
      transport,
      auth_user: number,
      password,
      codecs,
      expires_s,
      media_encryption,
    },
  };
}

/** The name that the user of a line signs in with. */
export const userOf = (number) => `user-${number}`;
/** The password that the user of a line signs in with. */
export const secretOf = (number) => `secret-${number}`;

/** A configuration that works on the loopback address, with what a test wants to be otherwise. */
export async function configuration(scope, { user = [], http = {}, media = {}, sip = {}, calls = {}, ...rest } = {}) {
  const rtp = await freePorts(120);
  return {
    data_dir: join(scope.directory, 'relay-data'),
    log: {
      level:
        process.env.SIDETONE_LOG ??
        'info,sidetone_server=debug,sidetone_sip=debug,sidetone_media=debug,sidetone_bridge=debug',
    },
    http: { listen: `${HOST}:${await freePort()}`, ...http },
    media: {
      workers: 2,
      listen_ip: HOST,
      browser_port: await freePorts(2),
      rtp_ports: `${rtp}-${rtp + 119}`,
      ...media,
    },
    sip: { listen_ip: HOST, udp_port: await freePort(), tcp_port: await freePort(), ...sip },
    calls,
    metrics: { listen: `${HOST}:${await freePort()}` },
    ...rest,
    user,
  };
}

/** A running relay. */
export class Relay {
  /**
   * Starts a relay and waits until it is ready.
   *
   * @param {import('./scope.mjs').Scope} scope
   * @param {object} config what `configuration()` takes, or a whole configuration from it
   */
  static async start(scope, config) {
    const relay = new Relay();
    relay.config = config.data_dir ? config : await configuration(scope, config);
    relay.process = await serve(scope, toToml(relay.config));
    relay.host = relay.config.http.listen;
    relay.url = `https://${relay.host}/`;
    await relay.#ready();
    return relay;
  }

  get pid() {
    return this.process.pid;
  }

  /** Fetches a path over HTTPS, as it is written: `{status, headers, body}`. */
  async get(path) {
    return await fetched(httpsRequest, this.host, path);
  }

  /** What the relay says of itself: gauges and counters by name. */
  async figures() {
    const { body } = await fetched(httpRequest, this.config.metrics.listen, '/metrics');
    return Object.fromEntries(
      [...body.matchAll(/^sidetone_(\w+) (\d+)$/gm)].map(([, name, value]) => [name, Number(value)]),
    );
  }

  /** What the relay uses of the machine: open files by kind, threads, and resident memory in KiB. */
  async usage() {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8');
    const number = (name) => Number(status.match(new RegExp(`^${name}:\\s+(\\d+)`, 'm'))[1]);
    let sockets = 0;
    let files = 0;
    for (const fd of await readdir(`/proc/${this.pid}/fd`)) {
      // A descriptor can be closed between the listing and the look at it.
      const target = await readlink(`/proc/${this.pid}/fd/${fd}`).catch(() => '');
      if (target.startsWith('socket:')) sockets += 1;
      else if (target) files += 1;
    }
    return { sockets, files, threads: number('Threads'), memory: number('VmRSS') };
  }

  async #ready() {
    let gone;
    this.process.ended.then(() => (gone = true));
    await eventually('the relay is ready', async () => {
      if (gone) return true;
      return (await this.get('/readyz')).status === 200;
    });
    if (gone) throw new Error(`the relay ended at start:\n${this.process.tail()}`);
  }
}

/** One request on a connection of its own, so that no idle connection stays behind. */
async function fetched(request, address, path) {
  const { host, port } = parted(address);
  return await new Promise((resolve, reject) => {
    const asked = request({ host, port, path, rejectUnauthorized: false, agent: false }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () =>
        resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts).toString('utf8') }),
      );
    });
    asked.once('error', reject);
    asked.end();
  });
}

/**
 * Starts `sidetone serve` with a configuration that may be wrong.
 *
 * @param {string} toml
 * @param {object} [env] environment variables that override the file
 */
export async function serve(scope, toml, env = {}) {
  count += 1;
  const file = join(scope.directory, `relay-${count}.toml`);
  await writeFile(file, toml);
  const process = new Process(scope, {
    name: `relay-${count}`,
    command: sidetone(),
    args: ['serve', '--config', file],
    env,
  });
  process.configFile = file;
  return process;
}
