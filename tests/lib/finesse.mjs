// The simulated Finesse, its API, and what drives it.

import { writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { lab } from './environment.mjs';
import { HOST, freePort } from './ports.mjs';
import { Process } from './process.mjs';
import { toToml } from './toml.mjs';
import { within } from './wait.mjs';

/** Takes the certificate that the simulator made for itself. */
const agent = new Agent({ rejectUnauthorized: false });

/** A running simulator, with the usual agents: 1001 and 1002, whom 1003 supervises; queues 5001 to 5006. */
export class Finesse {
  /**
   * @param {import('./scope.mjs').Scope} scope
   * @param {{platform?: 'ucce'|'uccx', script?: string, config?: object, telephones?: string[]}} [options] `script` is a day
   *   that `lab run` knows; `config` is set up instead of the usual set; `telephones` are arguments that say where its telephones are (`Switch.withFinesse()`)
   */
  static async start(scope, { platform = 'ucce', script, config, telephones = [] } = {}) {
    const finesse = new Finesse();
    [finesse.port, finesse.xmppPort, finesse.controlPort] = [await freePort(), await freePort(), await freePort()];
    finesse.domain = 'localhost';
    finesse.ca = join(scope.directory, 'finesse.pem');
    const file = join(scope.directory, 'finesse.toml');
    if (config) await writeFile(file, toToml(config));
    finesse.process = new Process(scope, {
      name: 'finesse',
      command: lab(),
      args: [
        ...(script ? ['run', script] : ['finesse']),
        '--platform',
        platform,
        '--listen',
        `${HOST}:${finesse.port}`,
        '--xmpp',
        `${HOST}:${finesse.xmppPort}`,
        '--control',
        `${HOST}:${finesse.controlPort}`,
        '--write-certificate',
        finesse.ca,
        ...(config ? ['--config', file] : []),
        ...telephones,
      ],
    });
    await finesse.process.line(/Finesse ready/);
    return finesse;
  }

  /** The site as the relay's configuration has it. */
  site(more = {}) {
    return { name: 'cc', host: 'localhost', port: this.port, websocket_port: this.port, ca: this.ca, ...more };
  }

  /** The password of an agent. */
  passwordOf(user) {
    return `demo-${user}`;
  }

  /** Asks the API as an agent. Gives `{status, headers, body}`. */
  async ask(user, method, path, body, headers = {}) {
    const answer = new Promise((resolve, reject) => {
      const asked = request(
        {
          host: HOST,
          port: this.port,
          agent,
          method,
          path: `/finesse/api/${path}`,
          auth: `${user}:${this.passwordOf(user)}`,
          headers: { ...(body ? { 'Content-Type': 'application/xml' } : {}), ...headers },
        },
        (response) => {
          const parts = [];
          response.on('data', (part) => parts.push(part));
          response.on('end', () =>
            resolve({
              status: response.statusCode,
              headers: response.headers,
              body: Buffer.concat(parts).toString(),
            }),
          );
        },
      );
      asked.once('error', reject);
      asked.end(body);
    });
    return await within(`Finesse answers ${method} ${path}`, answer, 10_000);
  }

  /** Signs an agent in at the telephone of the same number. */
  async signIn(user) {
    return await this.ask(user, 'PUT', `User/${user}`, `<User><state>LOGIN</state><extension>${user}</extension></User>`);
  }

  /** Asks for a state. */
  async become(user, state, id = '') {
    return await this.ask(user, 'PUT', `User/${user}`, `<User><state>${state}</state></User>`, { requestId: id });
  }

  /** Has the simulator do something that no client can. */
  async drive(path, what) {
    const answer = await fetch(`http://${HOST}:${this.controlPort}/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(what),
    });
    if (!answer.ok) throw new Error(`the simulator refuses ${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  }

  /** One agent as it is now. */
  async agent(id) {
    return (await this.state()).agents[id];
  }

  /** Everything as it is now. */
  async state() {
    return await (await fetch(`http://${HOST}:${this.controlPort}/state`)).json();
  }
}
