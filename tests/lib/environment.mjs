// The programs under test. `cargo xtask test` builds them and says where they are.

import { accessSync, constants } from 'node:fs';

/** The relay's binary. */
export const sidetone = () => program('SIDETONE_BIN', 'the relay, `sidetone`');
/** The demo's binary. */
export const lab = () => program('SIDETONE_LAB', 'the demo, `lab`');
/** The browser's binary. */
export const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';

function program(variable, what) {
  const path = process.env[variable];
  if (!path)
    throw new Error(
      `${variable} is not set: it has to name the binary of ${what}; \`cargo xtask test\` builds it and sets the variable`,
    );
  try {
    accessSync(path, constants.X_OK);
  } catch {
    throw new Error(`${variable} is ${path}, which cannot be executed: it has to name the binary of ${what}`);
  }
  return path;
}
