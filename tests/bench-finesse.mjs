// `npm run bench-finesse [-- --agents N --supervisors N --rate N --seconds N]`: agents who are signed in, changes of their
// states, and supervisors who watch.

import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchFinesse } from './lib/bench-finesse.mjs';
import { wholeNumbers } from './lib/parameters.mjs';
import { Scope } from './lib/scope.mjs';

const options = {
  agents: { type: 'string', default: '2000' },
  supervisors: { type: 'string', default: '100' },
  rate: { type: 'string', default: '20' },
  seconds: { type: 'string', default: '120' },
};
const parameters = wholeNumbers(parseArgs({ options }).values);
const loadBefore = loadavg()[0];
const scope = await Scope.open('bench-finesse');
try {
  const progress = (text) => process.stdout.write(`${text}\n`);
  const measured = await benchFinesse(scope, { ...parameters, progress });
  const machine = { cores: cpus().length, model: cpus()[0]?.model, load_before: loadBefore };
  const folder = process.env.SIDETONE_BENCH_DIR ?? scope.directory;
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'finesse.json');
  await writeFile(file, `${JSON.stringify({ ...measured, machine }, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(measured, null, 2)}\n${file}\n`);
  process.exitCode = measured.lost === 0 ? 0 : 1;
} finally {
  await scope.close();
}
