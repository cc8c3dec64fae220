// The lab's clients: users of the relay with browsers, many in one process, who answer every call at once.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lab } from './environment.mjs';
import { Process, run } from './process.mjs';

/**
 * An Argon2id hash of the password `load`, made with the least memory and time there is. Users under load have it, so
 * that what is measured is the relay and not thousands of passwords, each slow to check by design.
 */
export const LOAD_PASSWORD = 'load';
export const LOAD_HASH = '$argon2id$v=19$m=8,t=1,p=1$c2lkZXRvbmUtbG9hZC0wMA$O++jl09Z7Y1qp6lo//Mq53LE6grNWlAjGYKt8WwJ58c';

/** Running clients. */
export class LabClients {
  /**
   * Signs users in and waits until all of them can be called.
   *
   * @param {import('./scope.mjs').Scope} scope
   * @param {import('./relay.mjs').Relay} relay
   * @param {{name: string, password: string}[]} users
   * @param {{media?: 'warm'|'on-call', patience?: number}} [options] `patience` in seconds
   */
  static async start(scope, relay, users, { media = 'warm', patience = 60 } = {}) {
    const clients = new LabClients();
    const accounts = join(scope.directory, 'accounts.txt');
    await writeFile(accounts, users.map(({ name, password }) => `${name} ${password}\n`).join(''));
    clients.process = new Process(scope, {
      name: 'lab-clients',
      command: lab(),
      args: ['clients', '--relay', relay.host, '--accounts', accounts, '--media', media, '--patience', `${patience}`],
    });
    await clients.process.line(/clients ready/, { timeout: (patience + 5) * 1_000 });
    return clients;
  }

  /** Signs all out; says what they have seen. */
  async stop() {
    await this.process.stop();
    return JSON.parse(this.process.lines.findLast((line) => line.startsWith('{')));
  }
}

/** Times calls from a browser through the relay to a telephone on `port`, one after the other. */
export async function probe(scope, relay, user, { port, calls }) {
  const { code, output } = await run(
    scope,
    {
      name: 'lab-probe',
      command: lab(),
      args: ['probe', '--relay', relay.host, '--account', `${user.name} ${user.password}`].concat(
        ['--listen', port, '--calls', `${calls}`],
      ),
    },
    { timeout: 10_000 + calls * 1_000 },
  );
  if (code !== 0) throw new Error(`the probe failed:\n${output}`);
  return JSON.parse(output.split('\n').findLast((line) => line.startsWith('{')));
}
