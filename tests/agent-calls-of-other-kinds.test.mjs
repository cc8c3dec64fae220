// What else an agent meets in a day: a call that nobody answers, one that the agent makes, a conference with a colleague, a
// campaign's preview, and a supervisor who listens and joins. Who hears whom is proven by tones.

import { after, afterEach, before, test } from 'node:test';
import { Agents, askFirst, state } from './lib/agents.mjs';
import { Scope } from './lib/scope.mjs';
import { MUSIC, voiceOf } from './lib/switch.mjs';
import { eventually } from './lib/wait.mjs';
import { hearsOnly } from './lib/who-hears-whom.mjs';

const [ALICE, BOB, CAROL] = ['1001', '1002', '1003'];
const QUEUE = '5001';
const CUSTOMER = '0301000099';
const TONES = { alice: 700, bob: 1_100, carol: 2_300, customer: voiceOf(CUSTOMER), ...MUSIC };

let scope;
let finesse;
let centre;
let alice;
let bob;
let carol;

before(async () => {
  scope = await Scope.open('agent-other-calls');
  const agents = await Agents.start(scope, { [ALICE]: TONES.alice, [BOB]: TONES.bob, [CAROL]: TONES.carol });
  ({ finesse, centre } = agents);
  [alice, bob, carol] = agents.phones;
});
after(() => scope.close());

afterEach(async () => {
  for (const { call } of await centre.calls()) await centre.command('end', { call });
  await centre.idle();
  for (const phone of [alice, bob, carol]) await phone.idle();
});

/** Alice is ready, and a customer comes from the queue. */
async function aliceTalks() {
  await eventually('Alice is in no call', async () => (await finesse.agent(ALICE)).state !== 'TALKING');
  if ((await finesse.agent(ALICE)).state !== 'READY') await finesse.become(ALICE, 'READY');
  await state(alice, 'Ready');
  await finesse.drive('customer', { from: CUSTOMER, to: QUEUE });
  await alice.shows('Incoming call');
  await alice.press('Answer');
  await Promise.all([hearsOnly(alice, ['customer'], TONES), centre.hearsOnly(CUSTOMER, ['alice'], TONES)]);
}

test('an agent calls somebody: the phone answers its own side, and the card is that of the callee', async () => {
  await alice.dial(CUSTOMER);
  await alice.callReads(CUSTOMER, 'Ringing…');
  const [{ call }] = await centre.calls();
  await finesse.drive('telephone', { call, device: CUSTOMER, does: 'answer' });
  await alice.callReads(CUSTOMER, 'Connected');
  await state(alice, 'Talking');
  await Promise.all([hearsOnly(alice, ['customer'], TONES), centre.hearsOnly(CUSTOMER, ['alice'], TONES)]);
  await alice.press('Hang up');
  await alice.idle();
});

test('a colleague who was asked joins the conversation', async () => {
  await aliceTalks();
  await askFirst(alice, BOB);
  await bob.shows('Incoming call');
  await bob.press('Answer');
  await alice.callReads(BOB, 'Connected');
  await hearsOnly(bob, ['alice'], TONES);
  await alice.press('Conference');
  await Promise.all([
    hearsOnly(alice, ['bob', 'customer'], TONES),
    hearsOnly(bob, ['alice', 'customer'], TONES),
    centre.hearsOnly(CUSTOMER, ['alice', 'bob'], TONES),
  ]);
  await alice.screenshot('agent-conference');
});

test('a supervisor looks at the team, listens, and joins', async () => {
  await aliceTalks();
  await carol.press('Team');
  const team = carol.page.getByRole('region', { name: 'Team', exact: true });
  const row = team.getByRole('button', { name: /Alice.*Talking/ });
  await row.click();
  await carol.screenshot('supervisor-team');
  await team.getByRole('button', { name: /^Listen to/ }).click();
  await Promise.all([hearsOnly(carol, ['alice', 'customer'], TONES), hearsOnly(alice, ['customer'], TONES)]);
  await team.getByRole('button', { name: /^Join / }).click();
  await Promise.all([
    hearsOnly(carol, ['alice', 'customer'], TONES),
    hearsOnly(alice, ['carol', 'customer'], TONES),
    centre.hearsOnly(CUSTOMER, ['alice', 'carol'], TONES),
  ]);
});

test("a campaign's customer is shown, and called when the agent says so", async () => {
  await finesse.become(ALICE, 'READY');
  await state(alice, 'Ready');
  await finesse.drive('preview', { agent: ALICE, number: CUSTOMER });
  const card = alice.page.getByRole('group', { name: `Preview of the call to ${CUSTOMER}` });
  await card.waitFor();
  await alice.screenshot('agent-preview');
  await card.getByRole('button', { name: 'Call now' }).click();
  await Promise.all([hearsOnly(alice, ['customer'], TONES), centre.hearsOnly(CUSTOMER, ['alice'], TONES)]);
  await alice.press('Hang up');
});

test('a call that is not answered goes back to the queue, and the agent is not ready', async () => {
  await eventually('Alice is in no call', async () => (await finesse.agent(ALICE)).state !== 'TALKING');
  await finesse.become(ALICE, 'READY');
  await state(alice, 'Ready');
  await finesse.drive('customer', { from: CUSTOMER, to: QUEUE });
  await alice.shows('Incoming call');
  await state(alice, 'Not ready', 30_000);
  await centre.hearsOnly(CUSTOMER, ['queue'], TONES);
});
