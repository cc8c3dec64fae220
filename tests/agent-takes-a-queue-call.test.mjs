// An agent's working day in the browser: a call from the queue, a colleague asked, the call handed over, wrap-up, and the
// figures of the day; under the rules of UCCE and of UCCX. Who hears whom is proven by tones.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Agents, askFirst, choose, state } from './lib/agents.mjs';
import { Scope } from './lib/scope.mjs';
import { MUSIC, voiceOf } from './lib/switch.mjs';
import { eventually } from './lib/wait.mjs';
import { hearsOnly } from './lib/who-hears-whom.mjs';

const ALICE = '1001';
const BOB = '1002';
const QUEUE = '5001';
const CUSTOMER = '0301000099';
const TONES = { alice: 700, bob: 1_100, customer: voiceOf(CUSTOMER), ...MUSIC };
/** How far a figure of the day may be from what was seen here. */
const CLOSE = 1_000;

for (const platform of ['ucce', 'uccx']) {
  describe(platform, { concurrency: false }, () => {
    let scope;
    let finesse;
    let centre;
    let alice;
    let bob;
    /** When things were seen to happen, in milliseconds. */
    const at = {};

    before(async () => {
      scope = await Scope.open(`agent-day-${platform}`);
      const agents = await Agents.start(scope, { [ALICE]: TONES.alice, [BOB]: TONES.bob }, { platform });
      ({ finesse, centre } = agents);
      [alice, bob] = agents.phones;
    });
    after(() => scope.close());

    /** What the page was told last of the agent's day. */
    const day = (phone) => phone.signals.findLast(({ event }) => event?.event === 'agent' && event.day)?.event.day;

    test('opening the phone signs in, not ready', async () => {
      await Promise.all([state(alice, 'Not ready'), state(bob, 'Not ready')]);
      await alice.screenshot(`agent-not-ready-${platform}`);
    });

    test('a call from the queue rings at who is ready, and both hear each other', async () => {
      await choose(alice, 'Ready');
      await state(alice, 'Ready');
      await finesse.drive('customer', { from: CUSTOMER, to: QUEUE });
      await alice.shows('Incoming call');
      await alice.screenshot(`agent-ringing-${platform}`);
      await alice.press('Answer');
      await alice.callReads(CUSTOMER, 'Connected');
      at.answered = Date.now();
      await state(alice, 'Talking');
      await alice.callReads(CUSTOMER, 'Queue:');
      assert.equal(await alice.calls().count(), 1, 'one call, one card');
      await Promise.all([hearsOnly(alice, ['customer'], TONES), centre.hearsOnly(CUSTOMER, ['alice'], TONES)]);
      await alice.screenshot(`agent-talking-${platform}`);
    });

    test('hold and back', async () => {
      await alice.press('Hold');
      at.held = Date.now();
      await centre.hearsOnly(CUSTOMER, ['hold'], TONES);
      await alice.press('Resume');
      at.resumed = Date.now();
      await Promise.all([hearsOnly(alice, ['customer'], TONES), centre.hearsOnly(CUSTOMER, ['alice'], TONES)]);
    });

    test('a colleague is asked while the customer hears music', async () => {
      await askFirst(alice, BOB);
      at.asked = Date.now();
      await bob.shows('Incoming call');
      await bob.press('Answer');
      await alice.callReads(BOB, 'Connected');
      await alice.holds(CUSTOMER);
      await Promise.all([
        hearsOnly(alice, ['bob'], TONES),
        hearsOnly(bob, ['alice'], TONES),
        centre.hearsOnly(CUSTOMER, ['hold'], TONES),
      ]);
      await Promise.all([alice.screenshot(`agent-consults-${platform}`), bob.screenshot(`agent-is-asked-${platform}`)]);
    });

    test('the transfer is completed, and the customer has the colleague', async () => {
      await alice.press('Transfer now');
      at.transferred = Date.now();
      await Promise.all([hearsOnly(bob, ['customer'], TONES), centre.hearsOnly(CUSTOMER, ['bob'], TONES)]);
      await bob.callReads(CUSTOMER, 'Connected');
    });

    test('wrap-up is chosen and ended', async () => {
      const card = alice.page.getByRole('group', { name: `Wrap-up of the call with ${CUSTOMER}` });
      await card.waitFor({ timeout: 10_000 });
      await alice.screenshot(`agent-wraps-up-${platform}`);
      await card.getByRole('group', { name: 'Wrap-up' }).getByRole('button').first().click();
      await card.getByRole('button', { name: 'Done, ready' }).click();
      await state(alice, 'Ready');
      at.wrappedUp = Date.now();
    });

    test("the day's figures are right to the second", async () => {
      const figures = await eventually('the day has the call', () => {
        const told = day(alice);
        return told?.wrap_up_ms > 0 && told.transferred > 0 && told;
      });
      assert.equal(figures.inbound, 1);
      assert.equal(figures.transferred, 1);
      assert.equal(figures.missed, 0);
      const close = (what, ms, expected) =>
        assert.ok(Math.abs(ms - expected) <= CLOSE, `${what}: ${ms} ms, expected ${expected} ms`);
      const [queue] = figures.queues;
      assert.equal(figures.queues.length, 1);
      assert.equal(queue.handled, 1);
      close('talk with the customer', queue.talk_ms, at.held - at.answered + (at.asked - at.resumed));
      close('hold', queue.hold_ms, at.resumed - at.held + (at.transferred - at.asked));
      close('wrap-up', queue.wrap_up_ms, at.wrappedUp - at.transferred);
      await alice.press('My day');
      await alice.page.getByRole('table', { name: 'Calls' }).waitFor();
      await alice.screenshot(`agent-day-${platform}`);
    });

    test('the colleague hangs up', async () => {
      await bob.press('Hang up');
      await bob.idle();
      await centre.idle();
    });
  });
}
