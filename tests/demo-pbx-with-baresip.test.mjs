// The demo's PBX serves a telephone that is not ours, so that what works with it works for real.

import { after, before, test } from 'node:test';
import { Baresip } from './lib/baresip.mjs';
import { Pbx } from './lib/pbx.mjs';
import { Scope } from './lib/scope.mjs';
import { pulsedTone } from './lib/tone.mjs';

const OF_1001 = 700;
const OF_1002 = 1_100;
const OF_601 = 440;

let scope;
let one;
let two;

before(async () => {
  scope = await Scope.open('pbx');
  const exchange = await Pbx.start(scope);
  one = await Baresip.start(scope, { exchange, user: '1001', tone: pulsedTone(OF_1001) });
  two = await Baresip.start(scope, { exchange, user: '1002', tone: pulsedTone(OF_1002), transport: 'tcp' });
});
after(() => scope.close());

/** Calls, looks whether it is as it should be, and hangs up. */
async function call(number, check) {
  await Promise.all([one.forget(), two.forget()]);
  await one.dial(number);
  await one.event('CALL_ESTABLISHED');
  await check();
  one.hangUp();
  await one.event('CALL_CLOSED');
}

test('two telephones hear each other, one on UDP and one on TCP', async () => {
  await call('1002', () => Promise.all([one.hears(OF_1002), two.hears(OF_1001)]));
});

test('600 is an echo and 601 a tone', async () => {
  await call('600', () => one.hears(OF_1001));
  await call('601', () => one.hears(OF_601));
});

test('602 sends back the keys that were pressed', async () => {
  await call('602', async () => {
    one.press('4');
    await one.event('CALL_DTMF_START');
  });
});

test('603 hangs up and calls back', async () => {
  await one.forget();
  await one.dial('603');
  await one.event('CALL_CLOSED');
  await one.forget();
  await one.event('CALL_ESTABLISHED');
  one.hangUp();
  await one.event('CALL_CLOSED');
});
