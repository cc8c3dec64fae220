// The short form of `npm run soak`.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Scope } from './lib/scope.mjs';
import { leaks, soak } from './lib/soak.mjs';

const CALLS = 40;

let scope;
before(async () => {
  scope = await Scope.open('leaks');
});
after(() => scope.close());

test(`${CALLS} short calls of every kind leave sockets, threads, tasks and memory where they were`, async (context) => {
  const { before: first, after: last, seconds, errors } = await soak(scope, CALLS);
  context.diagnostic(
    `${CALLS} calls in ${seconds.toFixed(1)} s; before ${JSON.stringify(first)}, after ${JSON.stringify(last)}`,
  );
  assert.deepEqual(leaks(first, last, CALLS), []);
  assert.deepEqual(errors, []);
});
