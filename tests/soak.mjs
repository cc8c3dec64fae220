// `npm run soak [-- CALLS]`: two thousand short calls, unless another number is given, and what they leave behind.

import { Scope } from './lib/scope.mjs';
import { leaks, soak } from './lib/soak.mjs';

const count = Number(process.argv[2] ?? 2_000);
if (!Number.isInteger(count) || count < 1) {
  process.stderr.write(`"${process.argv[2]}" is no number of calls\n`);
  process.exit(2);
}

const show = (usage) =>
  Object.entries(usage)
    .map(([what, amount]) => `${what} ${amount}`)
    .join(', ');
const scope = await Scope.open('soak');
try {
  const progress = (made, usage) => process.stdout.write(`${made} calls: ${show(usage)}\n`);
  const { before, after, seconds, errors } = await soak(scope, count, progress);
  process.stdout.write(`${count} calls in ${seconds.toFixed(0)} s\nbefore: ${show(before)}\nafter:  ${show(after)}\n`);
  const found = [...leaks(before, after, count), ...errors.map((error) => `the page reported: ${error}`)];
  process.stdout.write(found.length === 0 ? 'nothing leaked\n' : `${found.join('\n')}\n`);
  process.exitCode = found.length === 0 ? 0 : 1;
} finally {
  await scope.close();
}
