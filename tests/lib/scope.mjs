// What a test has started and has to be gone when it ends, whether it passed or not.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A stack of things to be undone, and a folder for logs and recordings.
 *
 * With `SIDETONE_TEST_DIR` the folder is made there and left to whoever named it; otherwise it is removed when the scope
 * closes, unless `SIDETONE_KEEP` is set.
 */
export class Scope {
  #undo = [];

  /** @param {string} name shows in the folder's name */
  static async open(name) {
    const scope = new Scope();
    scope.name = name;
    scope.directory = await mkdtemp(join(process.env.SIDETONE_TEST_DIR ?? tmpdir(), `sidetone-${name}-`));
    return scope;
  }

  /** Undoes in reverse order when the scope closes. */
  onClose(undo) {
    this.#undo.push(undo);
  }

  async close() {
    const failures = [];
    for (const undo of this.#undo.splice(0).reverse()) {
      try {
        await undo();
      } catch (error) {
        failures.push(error);
      }
    }
    if (process.env.SIDETONE_KEEP) {
      process.stderr.write(`# logs and recordings of ${this.name}: ${this.directory}\n`);
    } else if (!process.env.SIDETONE_TEST_DIR) {
      await rm(this.directory, { recursive: true, force: true });
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map((f) => f.message).join('; '));
  }
}
