// The short form of `cargo xtask bench load`: counts, no times.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { load, losses } from './lib/load.mjs';
import { Scope } from './lib/scope.mjs';

const [ACCOUNTS, RATE, SECONDS] = [200, 20, 10];

let scope;
before(async () => {
  scope = await Scope.open('load');
});
after(() => scope.close());

test(`${ACCOUNTS} registered users take ${RATE} calls a second, and none is lost`, async (context) => {
  const result = await load(scope, { accounts: ACCOUNTS, rate: RATE, seconds: SECONDS });
  context.diagnostic(JSON.stringify({ callers: result.callers, called: result.called }));
  assert.equal(result.called.ready, ACCOUNTS);
  assert.deepEqual(losses(result), []);
});
