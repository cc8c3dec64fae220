// An agent talks while the contact centre goes away in one way or another: the sound goes on, the phone can do by itself what
// it can, the page says what does not work, and all is as it should be afterwards.

import { after, afterEach, before, describe, test } from 'node:test';
import { Agents, choose, state } from './lib/agents.mjs';
import { Scope } from './lib/scope.mjs';
import { MUSIC, voiceOf } from './lib/switch.mjs';
import { hearsOnly } from './lib/who-hears-whom.mjs';

const ALICE = '1001';
const QUEUE = '5001';
const CUSTOMER = '0301000099';
const TONES = { alice: 700, customer: voiceOf(CUSTOMER), ...MUSIC };
/** How long the relay may take to notice, and to find the contact centre again. */
const PATIENCE = 45_000;

let scope;
let finesse;
let centre;
let alice;

before(async () => {
  scope = await Scope.open('agent-outage');
  const agents = await Agents.start(scope, { [ALICE]: TONES.alice });
  ({ finesse, centre } = agents);
  [alice] = agents.phones;
  await choose(alice, 'Ready');
  await state(alice, 'Ready');
});
after(() => scope.close());

afterEach(async () => {
  await finesse.drive('faults', { mend: true });
  await finesse.drive('service', { up: true });
  await alice.idle();
  await centre.idle();
});

/** A customer comes from the queue, and both hear each other. */
async function talks() {
  await finesse.drive('customer', { from: CUSTOMER, to: QUEUE });
  await alice.shows('Incoming call');
  await alice.press('Answer');
  await state(alice, 'Talking');
  await talk();
}

async function talk() {
  await Promise.all([hearsOnly(alice, ['customer'], TONES), centre.hearsOnly(CUSTOMER, ['alice'], TONES)]);
}

/** Ends wrap-up, ready for the next call. */
async function wrapsUp() {
  await state(alice, 'Wrap-up', PATIENCE);
  await alice.page.getByRole('button', { name: 'Done, ready' }).click();
  await state(alice, 'Ready');
}

describe('in a call', { concurrency: false }, () => {
  for (const [name, away, says] of [
    ['its servers are gone', () => finesse.drive('faults', { network: 'gone' }), 'has not been reachable'],
    ['the back-end is lost', () => finesse.drive('service', { up: false }), 'has been out of service'],
    [
      'only notifications are gone',
      () => finesse.drive('faults', { drop_xmpp: true, refuse_xmpp: true }),
      'has sent no news',
    ],
  ]) {
    test(`${name}: the call goes on and is told so, and all is well afterwards`, async () => {
      await talks();
      await away();
      await alice.page.getByText(says).waitFor({ timeout: PATIENCE });
      await talk();
      await alice.screenshot(`agent-outage-${says.replaceAll(' ', '-')}`);
      await alice.press('Hold');
      await centre.hearsOnly(CUSTOMER, ['hold'], TONES);
      await alice.press('Resume');
      await talk();
      await finesse.drive('faults', { mend: true });
      await finesse.drive('service', { up: true });
      await alice.page.getByText(says).waitFor({ state: 'detached', timeout: PATIENCE });
      await state(alice, 'Talking', PATIENCE);
      await talk();
      await alice.press('Hang up');
      await wrapsUp();
    });
  }

  test('a call that ends while nothing is known of the contact centre is over everywhere', async () => {
    await talks();
    await finesse.drive('faults', { network: 'gone' });
    await alice.page.getByText('has not been reachable').waitFor({ timeout: PATIENCE });
    await alice.press('Hang up');
    await alice.idle();
    await finesse.drive('faults', { mend: true });
    await wrapsUp();
  });
});
