// A contact-centre agent opens the phone and is signed in; what the agent asks for is done, what happens is told.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AgentTab } from './lib/agent-tab.mjs';
import { Finesse } from './lib/finesse.mjs';
import { Pbx } from './lib/pbx.mjs';
import { Relay, configuration, lineOn, secretOf, userOf } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { eventually } from './lib/wait.mjs';

const ALICE = '1001';
const BOB = '1002';
const CAROL = '1003';

let scope;
let finesse;
let relay;
let config;

before(async () => {
  scope = await Scope.open('agent-signs-in');
  finesse = await Finesse.start(scope);
  const pbx = await Pbx.start(scope);
  const agent = (number, password) => ({ ...lineOn(pbx, number), profile: 'agents', agent: { id: number, password } });
  config = await configuration(scope, {
    finesse: [finesse.site()],
    profile: [{ name: 'agents', agent: { keep_password: true } }],
    user: [agent(ALICE, 'demo-1001'), agent(BOB, 'wrong'), agent(CAROL, 'demo-1003')],
    calls: { grace_s: 5 },
  });
  relay = await Relay.start(scope, config);
});
after(() => scope.close());

const open = (number) => AgentTab.signIn(relay.host, userOf(number), secretOf(number));
const signedIn = (tab) => tab.until('the agent is signed in', (agent) => agent.status.presence === 'signed_in');
const inState = (tab, state) => tab.until(`the agent is ${state}`, (agent) => agent.status.state === state);

describe('an agent whose password is stored', { concurrency: false }, () => {
  let alice;

  test('is signed in by opening the phone', async () => {
    alice = await open(ALICE);
    await signedIn(alice);
    await inState(alice, 'not_ready');
    await alice.until('everything works', (agent) => agent.status.service === 'up');
    assert.equal((await finesse.agent(ALICE)).state, 'NOT_READY');
    assert.equal((await finesse.agent(ALICE)).extension, ALICE);
    assert.equal(alice.status.name, 'Alice Arden');
    await alice.until('the reasons are known', (agent) => agent.not_ready_reasons.length === 5);
  });

  test('goes ready, and not ready for a reason', async () => {
    const ready = await alice.ask({ set_state: { state: 'ready', reason: null } });
    assert.equal(ready.type, 'accepted', JSON.stringify(ready));
    await inState(alice, 'ready');
    assert.equal((await finesse.agent(ALICE)).state, 'READY');
    const lunch = alice.agent.not_ready_reasons.find((reason) => reason.label === 'Lunch');
    await alice.ask({ set_state: { state: 'not_ready', reason: lunch.id } });
    await inState(alice, 'not_ready');
    assert.equal(alice.status.reason?.label, 'Lunch');
  });

  test('is seen by the supervisor, who is told of each change', async () => {
    const carol = await open(CAROL);
    await signedIn(carol);
    await carol.until('the teams are known', (agent) => agent.status.supervises.length === 2);
    const opened = await carol.ask({ open_team: { team: '1' } });
    assert.equal(opened.type, 'accepted', JSON.stringify(opened));
    const seen = (agent) =>
      agent.teams.find((view) => view.team.id === '1')?.members.find((member) => member.id === ALICE);
    await carol.until('the team is there', (agent) => seen(agent)?.state === 'not_ready');
    await alice.ask({ set_state: { state: 'ready', reason: null } });
    await carol.until('the change is told', (agent) => seen(agent)?.state === 'ready');
    await carol.close();
  });

  test('calls the supervisor for help', async () => {
    const carol = await open(CAROL);
    await signedIn(carol);
    const answer = await alice.ask('call_for_help');
    assert.equal(answer.type, 'accepted', JSON.stringify(answer));
    await carol.until('help is wanted', (agent) => agent.help_wanted?.extension === ALICE);
    await carol.close();
  });

  test('finds somebody in the phone books', async () => {
    const answer = await alice.ask({ find_contact: { text: 'desk' } });
    assert.deepEqual(answer.contacts, [{ name: 'Front Desk', number: '2001', note: '' }]);
  });

  test('reloads the page without the contact centre noticing', async () => {
    const before = await finesse.agent(ALICE);
    alice = await alice.reload(relay.host);
    assert.equal(alice.status.presence, 'signed_in');
    assert.equal(alice.status.state, 'ready');
    assert.deepEqual(await finesse.agent(ALICE), before);
  });

  test('is told of an outage, and goes on after it', async () => {
    await finesse.drive('service', { up: false });
    await alice.until('the outage is told', (agent) => agent.status.service.impaired?.missing === 'out_of_service');
    await finesse.drive('service', { up: true });
    await alice.until('it is over', (agent) => agent.status.service === 'up', { timeout: 20_000 });
    await inState(alice, 'ready');
  });

  test('has a day that counts', async () => {
    await alice.until('the day is told', (agent) => agent.day.states.some((time) => time.state === 'not_ready'));
    assert.ok(alice.agent.day.signed_in_at_ms > 0);
  });

  test('shows in the figures of the relay', async () => {
    const figures = await relay.figures();
    assert.ok(figures.agents >= 1, JSON.stringify(figures));
    assert.ok(figures.agent_requests_total > 10);
  });

  test('is signed out with the phone', async () => {
    await alice.signOut();
    await eventually('the contact centre has signed the agent out', async () => {
      return (await finesse.agent(ALICE)).state === 'LOGOUT';
    });
  });
});

describe('an agent whose password is wrong', { concurrency: false }, () => {
  let bob;
  const needs = (agent) => agent.status.presence.needs?.failure?.code === 'agent_rejected';
  const failures = async () => (await finesse.agent(BOB)).failures;

  test('is asked for it, and nothing is tried again', async () => {
    bob = await open(BOB);
    await bob.until('the password is asked for', needs);
    assert.equal(bob.status.presence.needs.password, true);
    assert.equal(await failures(), 1);
    bob = await bob.reload(relay.host);
    await bob.until('the password is asked for', needs);
    assert.equal(await failures(), 1);
  });

  test('is not tried again when the relay has been restarted', async () => {
    await bob.close();
    relay.process.child.kill('SIGTERM');
    await relay.process.ended;
    relay = await Relay.start(scope, config);
    bob = await open(BOB);
    await bob.until('the password is asked for', needs);
    assert.equal(await failures(), 1);
  });

  test('enters the right one, which is kept', async () => {
    const empty = { id: null, extension: null, device: null, mobile: null };
    const answer = await bob.ask({ sign_in: { ...empty, password: 'demo-1002' } });
    assert.equal(answer.type, 'accepted', JSON.stringify(answer));
    await signedIn(bob);
    await bob.signOut();
    bob = await open(BOB);
    await signedIn(bob);
    const kept = relay.process.output.includes('demo-1002');
    assert.equal(kept, false, 'the log has a password');
  });
});
