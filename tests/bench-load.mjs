// `npm run bench-load [-- --accounts N --rate N --seconds N]`: registered accounts under calls; what is lost, and memory.

import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { load, losses } from './lib/load.mjs';
import { wholeNumbers } from './lib/parameters.mjs';
import { Scope } from './lib/scope.mjs';

const options = {
  accounts: { type: 'string', default: '5000' },
  rate: { type: 'string', default: '50' },
  seconds: { type: 'string', default: '600' },
};
const parameters = wholeNumbers(parseArgs({ options }).values);
const loadBefore = loadavg()[0];
const scope = await Scope.open('bench-load');
try {
  const progress = (text) => process.stdout.write(`${text}\n`);
  const result = await load(scope, { ...parameters, progress });
  const { callers, called, readings } = result;
  process.stdout.write(`\n${cpus().length} cores, load of the machine before: ${loadBefore.toFixed(2)}\n`);
  process.stdout.write(`callers: ${JSON.stringify(callers)}\ncalled:  ${JSON.stringify(called)}\n`);
  for (const when of ['empty', 'registered', 'after']) {
    const { memory, sockets, threads } = readings.find((reading) => reading.when === when);
    process.stdout.write(`${when.padEnd(11)} ${memory} KiB, ${sockets} sockets, ${threads} threads\n`);
  }
  const inCalls = readings.filter((reading) => reading.when === 'calls').map((reading) => reading.memory);
  process.stdout.write(`in calls    ${inCalls.join(', ')} KiB\n`);
  const found = losses(result);
  process.stdout.write(found.length === 0 ? 'nothing was lost\n' : `${found.join('\n')}\n`);
  process.exitCode = found.length === 0 ? 0 : 1;
} finally {
  await scope.close();
}
