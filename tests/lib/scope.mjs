// What a test has started and has to be gone when it ends, whether it passed or not.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A stack of things to be undone, and a folder for logs and recordings.
 *
 * The folder is kept when `SIDETONE_KEEP` is set, or when anything in the scope reported a failure.
 */
export class Scope {
  #undo = [];
  #keep = Boolean(process.env.SIDETONE_KEEP);

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

  /** Keeps the folder, and says on standard error where it is. */
  keep() {
    this.#keep = true;
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
    if (this.#keep || failures.length > 0) {
      process.stderr.write(`# logs and recordings of ${this.name}: ${this.directory}\n`);
    } else {
      await rm(this.directory, { recursive: true, force: true });
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map((f) => f.message).join('; '));
  }
}
