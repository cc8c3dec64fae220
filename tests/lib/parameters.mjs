// Parameters of the measurements.

/** Every value as a whole number from 1 on; ends the process where one is none. */
export function wholeNumbers(values) {
  const bad = Object.entries(values).filter(([, value]) => !/^[1-9]\d*$/.test(value));
  if (bad.length > 0) {
    process.stderr.write(`${bad.map(([name, value]) => `--${name} "${value}" is no number from 1 on`).join('\n')}\n`);
    process.exit(2);
  }
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
}
