// Waiting for a condition with a deadline, so that no test sleeps for a guessed time.

import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks `condition` until it gives something truthy and returns that.
 *
 * @param {string} what the condition in words; part of the error
 * @param {() => any} condition may be async; a throw counts as "not yet" and is reported at the deadline
 * @param {{timeout?: number, every?: number}} [limits] in milliseconds
 */
export async function eventually(what, condition, { timeout = 10_000, every = 25 } = {}) {
  const deadline = performance.now() + timeout;
  let last;
  for (;;) {
    try {
      last = await condition();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) break;
    await pause(every);
  }
  const seen = last instanceof Error ? `; last error: ${last.message}` : '';
  throw new Error(`not within ${timeout} ms: ${what}${seen}`);
}

/**
 * Waits for a promise, but not for ever.
 *
 * @template T
 * @param {string} what the promise in words; part of the error
 * @param {Promise<T>} promise
 * @param {number} timeout in milliseconds
 * @returns {Promise<T>}
 */
export async function within(what, promise, timeout) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${timeout} ms: ${what}`)), timeout);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
