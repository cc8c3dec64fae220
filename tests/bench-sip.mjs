// `npm run bench-sip [-- --rounds N --calls N]`: call set-up through the relay, with Kamailio as the scale.

import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchSip } from './lib/bench-sip.mjs';
import { wholeNumbers } from './lib/parameters.mjs';
import { Scope } from './lib/scope.mjs';

const options = { rounds: { type: 'string', default: '3' }, calls: { type: 'string', default: '200' } };
const { rounds, calls } = wholeNumbers(parseArgs({ options }).values);
const loadBefore = loadavg()[0];
const scope = await Scope.open('bench-sip');
try {
  const measured = await benchSip(scope, { rounds, calls, progress: (text) => process.stdout.write(`${text}\n`) });
  const machine = { cores: cpus().length, model: cpus()[0]?.model, load_before: loadBefore };
  const folder = process.env.SIDETONE_BENCH_DIR ?? scope.directory;
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'sip.json');
  await writeFile(file, `${JSON.stringify({ ...measured, machine }, null, 2)}\n`);
  process.stdout.write(table(measured, rounds));
  process.stdout.write(`${machine.cores} cores, load of the machine before: ${loadBefore.toFixed(2)}\n${file}\n`);
} finally {
  await scope.close();
}

function table({ setups_per_second, dial_to_invite_ms: dial, answer_to_media_ms: media, kamailio }, rounds) {
  const line = (what, ...cells) => `${what.padEnd(34)}${cells.map((cell) => `${cell}`.padStart(12)).join('')}\n`;
  return [
    `\nmedians of ${rounds} rounds\n`,
    line('', 'Sidetone', 'Kamailio'),
    line('set-ups a second without loss', setups_per_second, kamailio.setups_per_second),
    line('', 'p50', 'p99', 'calls'),
    line('Dial to INVITE, ms', dial.p50, dial.p99, dial.count),
    line('200 to audio both ways, ms', media.p50, media.p99, media.count),
  ].join('');
}
