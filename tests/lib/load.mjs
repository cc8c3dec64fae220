// Many registered accounts, called at a steady rate, and what the relay uses meanwhile.

import { LOAD_HASH, LOAD_PASSWORD, LabClients } from './lab-clients.mjs';
import { Kamailio } from './kamailio.mjs';
import { freePorts } from './ports.mjs';
import { Relay, lineOn } from './relay.mjs';
import { callMany } from './sipp-load.mjs';
import { eventually } from './wait.mjs';

const FIRST_NUMBER = 100_000;
/** How long a call lasts, in milliseconds. */
const HOLD = 500;
const PORTS = 2_000;

/**
 * Registers `accounts` lines at Kamailio and calls them in a random order, `rate` calls a second for `seconds`; each
 * call is answered and hung up.
 *
 * @param {import('./scope.mjs').Scope} scope
 * @param {{accounts: number, rate: number, seconds: number, progress?: (text: string) => void}} options
 * @returns what the callers, the called users and the relay say
 */
export async function load(scope, { accounts, rate, seconds, progress = () => {} }) {
  const kamailio = await Kamailio.start(scope, { megabytes: 256 });
  const numbers = Array.from({ length: accounts }, (_, i) => `${FIRST_NUMBER + i}`);
  const first = await freePorts(PORTS);
  const relay = await Relay.start(scope, {
    log: { level: 'warn' },
    media: { rtp_ports: `${first}-${first + PORTS - 1}` },
    user: numbers.map((number) => ({ ...lineOn(kamailio, number), password: undefined, password_hash: LOAD_HASH })),
  });
  const readings = [{ when: 'empty', ...(await relay.usage()) }];
  const users = relay.config.user.map(({ name }) => ({ name, password: LOAD_PASSWORD }));
  const clients = await LabClients.start(scope, relay, users, { media: 'on-call', patience: 30 + accounts / 20 });
  readings.push({ when: 'registered', ...(await relay.usage()) });
  progress(`${accounts} accounts registered, ${readings.at(-1).memory} KiB`);

  const watch = setInterval(
    () =>
      relay.usage().then((usage) => {
        readings.push({ when: 'calls', ...usage });
        progress(`${usage.memory} KiB, ${usage.sockets} sockets`);
      }),
    Math.max(2_000, (seconds * 1_000) / 20),
  );
  const calls = rate * seconds;
  const to = kamailio.domain;
  const callers = await callMany(scope, { to, numbers: shuffled(numbers), rate, calls, hold: HOLD }).finally(() =>
    clearInterval(watch),
  );
  await eventually('all calls are gone', async () => (await relay.figures()).calls === 0, { timeout: 60_000, every: 200 });
  readings.push({ when: 'after', ...(await relay.usage()) });
  return { calls, callers, called: await clients.stop(), readings };
}

/** What was lost, in words; nothing where all is well. */
export function losses({ calls, callers, called }) {
  const found = [];
  const same = (what, amount, wanted = calls) => {
    if (amount !== wanted) found.push(`${what}: ${amount}, not ${wanted}`);
  };
  same('calls that succeeded for their callers', callers.successful);
  same('calls that rang', called.rang);
  same('calls that were connected', called.connected);
  same('calls that their callers hung up', called.hung_up_by_caller);
  same('calls that ended otherwise', called.ended_otherwise, 0);
  same('requests that were refused', called.requests_failed, 0);
  same('clients that were lost', called.clients_lost, 0);
  return found;
}

/** Fisher and Yates. Nobody is called twice before everybody was, so that no call meets an earlier one. */
function shuffled(values) {
  const all = [...values];
  for (let i = all.length - 1; i > 0; i -= 1) {
    const other = Math.floor(Math.random() * (i + 1));
    [all[i], all[other]] = [all[other], all[i]];
  }
  return all;
}
