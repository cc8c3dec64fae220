// SIPp as many callers at a rate, and as the called party of them; counted, not traced.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HOST, freePort, freePorts, udpBound } from './ports.mjs';
import { Process } from './process.mjs';
import { acknowledge, bye, invite, maybe, pause, reply, request, response } from './sipp-steps.mjs';
import { within } from './wait.mjs';

let count = 0;

/** Retransmits a request by the timers of RFC 3261 §17.1: UDP may lose it. */
const retransmitted = (step) => step.replace('<send>', '<send retrans="500">');

/** A call of some milliseconds to a number of the list. */
const caller = (hold) =>
  [
    retransmitted(invite()),
    maybe(100, 180, 183),
    response(200),
    acknowledge(),
    ...(hold > 0 ? [pause(hold)] : []),
    retransmitted(bye()),
    response(200),
  ].map((step) => step.replaceAll('[service]', '[field0]'));

/** Rings shortly: a proxy of several processes lets an answer overtake the ringing that comes right before it. */
const called = [
  request('INVITE'),
  reply(180, 'Ringing'),
  pause(20),
  reply(200, 'OK', { sdp: true, repeated: true }),
  request('ACK'),
  request('BYE'),
  reply(200, 'OK', { tagged: true }),
];

/** Starts a called party that takes any number of calls until the scope closes; gives its port. */
export async function calledParty(scope) {
  const { port, arguments: args } = await prepared(scope, 'called', called);
  new Process(scope, { name: `sipp-called-${port}`, command: sipp(), args });
  await udpBound(port);
  return port;
}

/**
 * Calls the numbers of a list, one after the other and over again, at a rate of calls a second.
 *
 * @param {import('./scope.mjs').Scope} scope
 * @param {{to: string, numbers: string[], rate: number, calls: number, hold?: number, patience?: number}} options `hold`: how
 *   long a call lasts in milliseconds; `patience`: how long the last call may take after the last was begun, in seconds
 * @returns what became of them: `{successful, failed, retransmissions, seconds}`
 */
export async function callMany(scope, { to, numbers, rate, calls, hold = 200, patience = 15 }) {
  const { name, arguments: args } = await prepared(scope, 'calling', caller(hold));
  const list = join(scope.directory, `${name}-numbers.csv`);
  await writeFile(list, `SEQUENTIAL\n${numbers.map((number) => `${number};\n`).join('')}`);
  const statistics = join(scope.directory, `${name}.csv`);
  const began = performance.now();
  const limit = calls / rate + patience;
  const run = new Process(scope, {
    name,
    command: sipp(),
    args: [
      to,
      ...args,
      ...['-inf', list, '-r', `${rate}`, '-m', `${calls}`, '-l', `${Math.max(100, rate * 10)}`],
      ...['-trace_stat', '-stf', statistics, '-fd', '1'],
      ...['-timeout', `${Math.ceil(limit)}s`, '-recv_timeout', '10000', '-trace_err'],
      ...['-error_file', join(scope.directory, `${name}-errors.log`)],
    ],
  });
  await within(`${name} ends`, run.ended, (limit + 20) * 1_000);
  const seconds = (performance.now() - began) / 1_000;
  const rows = table(await readFile(statistics, 'utf8'));
  const last = rows.at(-1);
  const successful = Number(last['SuccessfulCall(C)']);
  return {
    successful,
    // What never came to an end was lost, too.
    failed: calls - successful,
    retransmissions: Number(last['Retransmissions(C)']),
    seconds,
  };
}

function table(text) {
  const [head, ...rows] = text.trim().split('\n');
  const names = head.split(';');
  return rows.map((row) => Object.fromEntries(row.split(';').map((value, i) => [names[i], value])));
}

const sipp = () => process.env.SIPP ?? 'sipp';

async function prepared(scope, role, steps) {
  count += 1;
  const name = `sipp-${role}-${count}`;
  const file = join(scope.directory, `${name}.xml`);
  await writeFile(
    file,
    `<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="${name}">\n${steps.join('\n')}\n</scenario>\n`,
  );
  const port = await freePort();
  const own = ['-sf', file, '-i', HOST, '-p', `${port}`, '-mi', HOST, '-mp', `${await freePorts(4)}`];
  // SIPp's remote control listens on every interface unless it is told an address.
  const control = ['-ci', HOST, '-cp', `${await freePort()}`, '-nostdin'];
  return { name, port, arguments: [...own, ...control, '-buff_size', '4000000'] };
}
