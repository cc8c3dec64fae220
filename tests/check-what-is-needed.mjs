// Before the tests: says in one place what is missing, rather than in every test.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, lab, sidetone } from './lib/environment.mjs';

const needed = [
  [process.env.KAMAILIO ?? '/usr/sbin/kamailio', 'kamailio'],
  [process.env.BARESIP ?? 'baresip', 'baresip-core'],
  [process.env.LINPHONEC ?? 'linphonec', 'linphone-cli'],
  [process.env.SIPP ?? 'sipp', 'sip-tester'],
  [process.env.PROSODY ?? 'prosody', 'prosody'],
  [chromium, 'chromium'],
];

const missing = [];
for (const program of [sidetone, lab]) {
  try {
    program();
  } catch (error) {
    missing.push(error.message);
  }
}
for (const [program, pack] of needed) {
  if (!found(program)) missing.push(`${program} is missing; Debian has it in the package ${pack}`);
}
if (missing.length > 0) {
  process.stderr.write(`${missing.join('\n')}\n`);
  process.exit(1);
}

function found(program) {
  const places = program.includes('/')
    ? [program]
    : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
  return places.some((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
