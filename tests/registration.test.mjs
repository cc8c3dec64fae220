// The line of a signed-in user is registered, stays so, and is taken down when the user leaves.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Kamailio } from './lib/kamailio.mjs';
import { Relay, lineOn, secretOf, userOf } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { Signalling } from './lib/signalling.mjs';
import { Sipp } from './lib/sipp.mjs';
import { acknowledgeRefusal, invite, maybe, response } from './lib/sipp-steps.mjs';
import { eventually } from './lib/wait.mjs';

/** So short that a refresh is due every few seconds, and each one meets a challenge that has grown stale. */
const LONGEST_REGISTRATION_S = 4;
const NONCE_LIFE_S = 1;

let scope;
let kamailio;
let relay;

before(async () => {
  scope = await Scope.open('registration');
  kamailio = await Kamailio.start(scope, { longestRegistration: LONGEST_REGISTRATION_S, nonceLife: NONCE_LIFE_S });
  relay = await Relay.start(scope, {
    user: [lineOn(kamailio, '1001', { transport: 'udp' }), lineOn(kamailio, '1002', { transport: 'tcp' })],
  });
});
after(() => scope.close());

async function signIn(number) {
  const { signalling, session } = await Signalling.signedIn(relay.host, userOf(number), secretOf(number));
  let { line } = session.snapshot;
  while (line.state !== 'ready') {
    const { event } = await signalling.next('event');
    if (event.event === 'line_changed') line = event.line;
  }
  return signalling;
}

for (const [number, transport] of [
  ['1001', 'udp'],
  ['1002', 'tcp'],
]) {
  describe(`over ${transport}`, () => {
    let signalling;

    test('it is refreshed in time, each time with a new answer to a new challenge', async () => {
      signalling = await signIn(number);
      const begun = performance.now();
      await eventually('three refreshes', () => kamailio.registrations(number) >= 4, { timeout: 15_000 });
      assert.ok(performance.now() - begun > LONGEST_REGISTRATION_S * 1_000, 'it was refreshed without need');
      signalling.send('sync');
      const { snapshot } = await signalling.next('snapshot');
      assert.deepEqual(snapshot.line, { state: 'ready' });
    });

    test('it outlives its first term: the user is reached', async () => {
      const caller = await Sipp.caller(scope, [invite(), maybe(100, 180), response(486), acknowledgeRefusal()], {
        proxy: kamailio.domain,
        number,
      });
      for (;;) {
        const { event } = await signalling.next('event');
        if (event.event === 'call_changed' && event.call.state === 'ringing') {
          signalling.send('reject', { request: 1, call: event.call.id });
          break;
        }
      }
      await caller.done();
    });

    test('signing out takes it down', async () => {
      const before = kamailio.registrations(number);
      signalling.send('sign_out');
      await signalling.next('signed_out');
      await eventually('the registration is removed', () => kamailio.registrations(number) > before);
      const caller = await Sipp.caller(scope, [invite(), response(404), acknowledgeRefusal()], {
        proxy: kamailio.domain,
        number,
      });
      await caller.done();
    });
  });
}
