// Child processes: started, watched, logged, and gone at the end whatever happens.

import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { within } from './wait.mjs';

/** Every process that runs now, so that none outlives this one. */
const running = new Set();

process.on('exit', () => {
  for (const child of running) child.signalGroup('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => process.exit(1));
}

/** One child process in a process group of its own. */
export class Process {
  /** Every line of standard output and standard error so far. */
  lines = [];
  #watchers = new Set();

  /**
   * @param {import('./scope.mjs').Scope} scope the log goes to its folder, and the process ends with it
   * @param {{name: string, command: string, args?: string[], env?: object, cwd?: string, typed?: boolean}} what
   *   `typed` where `type()` is going to be used
   */
  constructor(scope, { name, command, args = [], env = {}, cwd = scope.directory, typed = false }) {
    this.name = name;
    this.logFile = join(scope.directory, `${name}.log`);
    const log = createWriteStream(this.logFile, { flags: 'a' });
    this.child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: [typed ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      detached: true,
    });
    // Its end is told by `ended`, also to who types.
    this.child.stdin?.on('error', () => {});
    running.add(this);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        log.write(`${line}\n`);
        this.lines.push(line);
        for (const watcher of this.#watchers) watcher(line);
      });
    }
    const closed = new Promise((resolve) => {
      this.child.once('error', (error) => resolve({ error }));
      this.child.once('close', (code, signal) => resolve({ code, signal }));
    });
    /** How it ended: `{code, signal}`, or `{error}` where it could not be started. */
    this.ended = closed.then((how) => {
      running.delete(this);
      log.end();
      this.how = how;
      return how;
    });
    scope.onClose(() => this.stop());
  }

  get pid() {
    return this.child.pid;
  }

  /** Everything it wrote. */
  get output() {
    return this.lines.join('\n');
  }

  /**
   * Waits for a line, also one that is there already (unless `from` says from which line on to look).
   *
   * @param {RegExp} pattern
   * @returns {Promise<RegExpMatchArray>} the match
   */
  async line(pattern, { timeout = 10_000, from = 0 } = {}) {
    for (const line of this.lines.slice(from)) {
      const match = line.match(pattern);
      if (match) return match;
    }
    let watcher;
    const seen = new Promise((resolve) => {
      watcher = (line) => {
        const match = line.match(pattern);
        if (match) resolve(match);
      };
      this.#watchers.add(watcher);
    });
    const gone = this.ended.then((how) => {
      throw new Error(`${this.name} ended (${describe(how)}) before it wrote ${pattern}; it wrote:\n${this.tail()}`);
    });
    try {
      return await within(`${this.name} writes ${pattern}`, Promise.race([seen, gone]), timeout);
    } finally {
      this.#watchers.delete(watcher);
      gone.catch(() => {});
    }
  }

  /** Writes a line to its standard input. */
  type(line) {
    this.child.stdin.write(`${line}\n`);
  }

  /** The last lines, for error messages. */
  tail(count = 30) {
    return this.lines.slice(-count).join('\n');
  }

  /** Sends a signal to the process alone. */
  signal(name) {
    this.child.kill(name);
  }

  /** Sends a signal to the process and all its children. */
  signalGroup(name) {
    try {
      process.kill(-this.child.pid, name);
    } catch {
      // Gone already, or never started.
    }
  }

  /** Asks it to end, insists after five seconds, and says how it ended. */
  async stop() {
    if (this.how) return this.how;
    // A stopped process (SIGSTOP) acts on SIGTERM only once it goes on.
    this.signalGroup('SIGCONT');
    this.child.kill('SIGTERM');
    try {
      return await within(`${this.name} ends on SIGTERM`, this.ended, 5_000);
    } catch {
      return await this.kill();
    } finally {
      this.signalGroup('SIGKILL');
    }
  }

  /** Ends it at once, without a chance to tidy up. */
  async kill() {
    this.signalGroup('SIGKILL');
    return await this.ended;
  }
}

/** Runs a program to its end and returns its exit status and output. */
export async function run(scope, what, { timeout = 30_000 } = {}) {
  const started = new Process(scope, what);
  const how = await within(`${what.name} ends`, started.ended, timeout);
  if (how.error) throw how.error;
  return { code: how.code, signal: how.signal, output: started.output };
}

function describe(how) {
  if (how.error) return how.error.message;
  return how.signal ? `signal ${how.signal}` : `exit status ${how.code}`;
}
