// Hold, giving up, and transfers of both kinds towards a SIP stack that is not ours: rsipstack, which the demo's PBX is
// built on, and which stays between the two who talk.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Pbx } from './lib/pbx.mjs';
import { Relay, lineOn } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { pulsedTone } from './lib/tone.mjs';
import { eventually } from './lib/wait.mjs';
import { hearEachOther, hearsOnly } from './lib/who-hears-whom.mjs';

const TONES = { alice: 1_100, bob: 700, carol: 1_700 };
const ALICE = '1001';
const BOB = '1002';
const CAROL = '1003';
const NOBODY = '1999';

let scope;
let alice;
let bob;
let carol;

before(async () => {
  scope = await Scope.open('pbx-transfers');
  const exchange = await Pbx.start(scope);
  const relay = await Relay.start(scope, {
    user: [lineOn(exchange, ALICE), lineOn(exchange, BOB, { transport: 'tcp' })],
  });
  const [hers, his] = await Promise.all(
    [TONES.alice, TONES.bob].map((hertz) => Browser.start(scope, { tone: pulsedTone(hertz) })),
  );
  carol = await Baresip.start(scope, { exchange, user: CAROL, tone: pulsedTone(TONES.carol) });
  [alice, bob] = await Promise.all([hers.phone(), his.phone()]);
  for (const phone of [alice, bob]) phone.mustStayWell();
  await Promise.all([alice.signIn(relay.url, ALICE), bob.signIn(relay.url, BOB)]);
});
after(() => scope.close());

afterEach(async () => {
  carol.hangUp();
  for (const phone of [alice, bob]) {
    await phone.idle();
    await eventually('the microphone is off', async () => (await phone.liveMicrophones()) === 0);
  }
});

/** Alice talks to Bob. */
async function aliceCallsBob() {
  await carol.forget();
  await alice.dial(BOB);
  await bob.press('Answer');
  await alice.callReads(BOB, 'Connected');
  await hearEachOther({ alice, bob }, TONES);
}

/** Opens the transfer of the call with Bob and writes to whom. */
async function transferTo(number) {
  await alice.press('Transfer…');
  await alice.page.getByRole('combobox', { name: 'Transfer to' }).fill(number);
}

/** Bob talks to Carol, and sees so; Alice is out. */
async function bobHasCarol() {
  await alice.callReads(BOB, 'You transferred the call.');
  await bob.callReads(CAROL, 'Connected');
  await hearEachOther({ bob, carol }, TONES);
  await bob.press('Hang up');
  await carol.event('CALL_CLOSED');
}

test('a call is held and resumed by either side', async () => {
  await aliceCallsBob();
  await alice.press('Hold');
  await bob.shows('On hold by the other party');
  await Promise.all([hearsOnly(alice, [], TONES), hearsOnly(bob, [], TONES)]);
  await alice.press('Resume');
  await hearEachOther({ alice, bob }, TONES);
  await bob.press('Hold');
  await alice.callReads(BOB, 'On hold by the other party');
  await bob.press('Resume');
  await hearEachOther({ alice, bob }, TONES);
  await alice.press('Hang up');
});

test('the caller gives up, and the telephone that rang falls silent', async () => {
  await alice.dial(BOB);
  await bob.shows('Incoming call');
  await alice.press('Hang up');
  await eventually('it rings no more', async () => (await bob.calls().filter({ hasText: 'Incoming call' }).count()) === 0);
});

describe('a transfer', () => {
  test('without asking', async () => {
    await aliceCallsBob();
    await transferTo(CAROL);
    await alice.press('Transfer');
    await bobHasCarol();
  });

  test('after asking', async () => {
    await aliceCallsBob();
    await transferTo(CAROL);
    await alice.press('Ask first');
    await alice.callReads(CAROL, 'Connected');
    await alice.holds(BOB);
    await hearEachOther({ alice, carol }, TONES);
    await alice.press('Transfer now');
    await bobHasCarol();
  });

  test('to a number that nobody has leaves the call on hold, with words', async () => {
    await aliceCallsBob();
    await transferTo(NOBODY);
    await alice.press('Transfer');
    await alice.callReads(BOB, `Not transferred to ${NOBODY}.`);
    await alice.press('Resume');
    await hearEachOther({ alice, bob }, TONES);
    await alice.press('Hang up');
  });

  test('by a telephone that is not ours moves a browser to another', async () => {
    await carol.forget();
    await carol.dial(ALICE);
    await alice.press('Answer');
    await hearEachOther({ alice, carol }, TONES);
    carol.transfer(BOB);
    await bob.press('Answer');
    await Promise.all([alice.callReads(BOB, 'Connected'), carol.event('CALL_CLOSED')]);
    await hearEachOther({ alice, bob }, TONES);
    assert.equal(await alice.calls().count(), 1);
    await alice.press('Hang up');
  });
});
