// Two people with nothing but browsers call each other through the demo's PBX, and try its numbers.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Browser } from './lib/browser.mjs';
import { Pbx } from './lib/pbx.mjs';
import { Relay, lineOn } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { listen, pulsedTone } from './lib/tone.mjs';
import { eventually } from './lib/wait.mjs';

const OF_ALICE = 1_100;
const OF_BOB = 700;
/** What 601 plays unless it is told otherwise. */
const OF_601 = 440;

let scope;
let alice;
let bob;

before(async () => {
  scope = await Scope.open('two-browsers');
  const pbx = await Pbx.start(scope);
  const relay = await Relay.start(scope, { user: [lineOn(pbx, '1001'), lineOn(pbx, '1002', { transport: 'tcp' })] });
  const [hers, his] = await Promise.all([
    Browser.start(scope, { tone: pulsedTone(OF_ALICE) }),
    Browser.start(scope, { tone: pulsedTone(OF_BOB) }),
  ]);
  [alice, bob] = await Promise.all([hers.phone(), his.phone()]);
  for (const phone of [alice, bob]) phone.mustStayWell();
  await alice.screenshot('before-sign-in');
  await Promise.all([alice.signIn(relay.url, '1001'), bob.signIn(relay.url, '1002')]);
});
after(() => scope.close());

afterEach(async () => {
  for (const phone of [alice, bob]) {
    await phone.idle();
    await phone.ready();
    await eventually('the microphone is off', async () => (await phone.liveMicrophones()) === 0);
  }
});

async function connect(caller, called, number) {
  await caller.dial(number);
  await called.shows('Incoming call');
  await called.press('Answer');
  await Promise.all([caller.shows('Connected'), called.shows('Connected')]);
}

/** What a page hears in most of a second: how often each party's tone. */
async function heardBy(phone) {
  const { tones } = listen(await phone.listen(700), [OF_ALICE, OF_BOB]);
  return { alice: tones.get(OF_ALICE) >= 4, bob: tones.get(OF_BOB) >= 4 };
}

describe('two people', () => {
  test('hear each other and not themselves, and the caller hangs up', async () => {
    await alice.screenshot('ready');
    await alice.dial('1002');
    await bob.shows('Incoming call');
    await alice.shows('Ringing…');
    await Promise.all([alice.screenshot('ringing-out'), bob.screenshot('ringing-in')]);
    await bob.press('Answer');
    await Promise.all([alice.shows('Connected'), bob.shows('Connected')]);
    await Promise.all([alice.hears(OF_BOB), bob.hears(OF_ALICE)]);
    assert.deepEqual(await heardBy(alice), { alice: false, bob: true });
    assert.deepEqual(await heardBy(bob), { alice: true, bob: false });
    await alice.screenshot('connected');
    await alice.press('Hang up');
    await bob.idle();
  });

  test('the called party hangs up', async () => {
    await connect(bob, alice, '1001');
    await alice.press('Hang up');
    await bob.idle();
  });

  test('a rejected call reads as busy, and the next one goes through', async () => {
    await alice.dial('1002');
    await bob.press('Reject');
    await alice.shows('The number is busy; try again later.');
    await alice.screenshot('busy');
    await bob.idle();
    await connect(alice, bob, '1002');
    await alice.press('Hang up');
  });

  test('mute is silence on the far side, and only there', async () => {
    await connect(alice, bob, '1002');
    await Promise.all([alice.hears(OF_BOB), bob.hears(OF_ALICE)]);
    await alice.press('Mute');
    await alice.button('Unmute').waitFor();
    await bob.hearsSilence();
    assert.deepEqual(await heardBy(alice), { alice: false, bob: true });
    await alice.screenshot('muted');
    await alice.press('Unmute');
    await bob.hears(OF_ALICE);
    await alice.press('Hang up');
  });

  test('keys pressed on either side arrive on the other', async () => {
    await connect(alice, bob, '1002');
    await Promise.all([alice.hears(OF_BOB), bob.hears(OF_ALICE)]);
    await alice.press('Keypad');
    for (const digit of '159#') await alice.press(digit);
    await alice.screenshot('keypad');
    await bob.hearsKeys('159#');
    await bob.press('Keypad');
    for (const digit of '*0') await bob.press(digit);
    await alice.hearsKeys('*0');
    // The conversation goes on.
    await Promise.all([alice.hears(OF_BOB), bob.hears(OF_ALICE)]);
    await bob.press('Hang up');
  });

  test('both hang up at the same moment', async () => {
    await connect(alice, bob, '1002');
    await Promise.allSettled([alice.press('Hang up', 1_000), bob.press('Hang up', 1_000)]);
    await Promise.all([alice.idle(), bob.idle()]);
  });
});

describe('the numbers of the demo', () => {
  test('600 is an echo', async () => {
    await alice.dial('600');
    await alice.shows('Connected');
    await alice.hears(OF_ALICE);
    await alice.press('Hang up');
  });

  test('601 is a tone', async () => {
    await alice.dial('601');
    await alice.hears(OF_601);
    await alice.press('Hang up');
  });

  test('602 repeats the keys', async () => {
    await alice.dial('602');
    await alice.shows('Connected');
    await alice.press('Keypad');
    for (const digit of '42') await alice.press(digit);
    await alice.hearsKeys('42', 10_000);
    await alice.press('Hang up');
  });

  test('603 calls back', async () => {
    await alice.dial('603');
    await alice.shows('Connected');
    await alice.shows('Incoming call', 15_000);
    await alice.press('Answer');
    await alice.shows('Connected');
    await alice.press('Hang up');
  });

  test('605 is busy', async () => {
    await alice.dial('605');
    await alice.shows('The number is busy; try again later.');
  });

  test('606 rings until the caller gives up', async () => {
    await alice.dial('606');
    await alice.shows('Ringing…');
    await alice.press('Hang up');
  });

  test('607 speaks before it answers', async () => {
    await alice.dial('607');
    await eventually(
      'something is heard while it rings',
      async () => listen(await alice.listen(300), []).loudest > -40,
    );
    await alice.shows('Ringing…', 1_000);
    await alice.shows('Connected');
    await alice.press('Hang up');
  });
});
