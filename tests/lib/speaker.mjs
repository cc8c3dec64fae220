// The loudspeaker of a telephone: what is played on it is heard here.
//
// An ALSA device that writes into a named pipe, which is read as fast as sound is played. baresip's own recordings end
// when a call is held for the first time, since it does not put its filters back afterwards.

import { closeSync, constants, openSync, readSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from './process.mjs';

/** Samples a second. */
export const RATE = 48_000;
/** Two, so that what waits in the pipe is played within a third of a second. */
export const CHANNELS = 2;
const BYTES_A_SECOND = RATE * CHANNELS * 2;
const EVERY_MS = 10;
/** How much of what was played is remembered, in bytes. */
const REMEMBERED = 8 * BYTES_A_SECOND;

/** A loudspeaker that can be listened to. */
export class Speaker {
  #pipe;
  #parts = [];
  #kept = 0;
  #credit = 0;
  #last = performance.now();

  /**
   * @param {import('./scope.mjs').Scope} scope
   * @param {string} path where the pipe is made, and beside it the configuration of ALSA
   */
  static async open(scope, path) {
    const speaker = new Speaker();
    await run(scope, { name: 'mkfifo', command: 'mkfifo', args: [path] });
    speaker.configFile = `${path}.conf`;
    await writeFile(
      speaker.configFile,
      `pcm.speaker { type file file "${path}" format "raw" slave.pcm { type null } }\nctl.speaker { type null }\n`,
    );
    // Opened for both, so that it stays open between two calls.
    speaker.#pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const timer = setInterval(() => speaker.#play(), EVERY_MS);
    scope.onClose(() => {
      clearInterval(timer);
      closeSync(speaker.#pipe);
    });
    return speaker;
  }

  /** What is played from now on, for some milliseconds. */
  async listen(milliseconds) {
    this.#parts = [];
    this.#kept = 0;
    await pause(milliseconds);
    const bytes = Buffer.concat(this.#parts);
    const samples = new Float32Array(Math.floor(bytes.length / 2 / CHANNELS));
    for (let i = 0; i < samples.length; i += 1) samples[i] = bytes.readInt16LE(i * 2 * CHANNELS) / 32_768;
    return { rate: RATE, samples };
  }

  /** Takes as much out of the pipe as has been played since the last time. */
  #play() {
    const now = performance.now();
    this.#credit = Math.min(this.#credit + ((now - this.#last) * BYTES_A_SECOND) / 1_000, BYTES_A_SECOND);
    this.#last = now;
    const frames = Math.floor(this.#credit / 2 / CHANNELS);
    const part = Buffer.alloc(frames * 2 * CHANNELS);
    let length;
    try {
      length = readSync(this.#pipe, part);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      length = 0;
    }
    this.#credit -= length > 0 ? length : this.#credit;
    if (length === 0 || this.#kept > REMEMBERED) return;
    this.#kept += length;
    this.#parts.push(part.subarray(0, length));
  }
}
