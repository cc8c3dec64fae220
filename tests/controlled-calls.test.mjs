// The demo's PBX under a contact centre: its commands move baresip and people who are played between calls, music and
// mixes, and what telephones do themselves is reported. Who hears whom is proven by tones.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Baresip } from './lib/baresip.mjs';
import { Scope } from './lib/scope.mjs';
import { MUSIC, Switch, voiceOf } from './lib/switch.mjs';
import { pulsedTone } from './lib/tone.mjs';
import { hearsOnly } from './lib/who-hears-whom.mjs';

const AGENT = '1001';
const OTHER = '1002';
const SUPERVISOR = '1003';
const QUEUE = '5001';
const CUSTOMER = '02079460099';
const TONES = { agent: 700, other: 1_100, supervisor: 2_300, customer: voiceOf(CUSTOMER), ...MUSIC };

let scope;
let centre;
let agent;
let other;
let supervisor;

before(async () => {
  scope = await Scope.open('controlled');
  centre = await Switch.start(scope);
  const exchange = centre.pbx;
  const codecs = ['pcmu', 'pcma'];
  agent = await Baresip.start(scope, { exchange, user: AGENT, tone: pulsedTone(TONES.agent), codecs });
  other = await Baresip.start(scope, { exchange, user: OTHER, tone: pulsedTone(TONES.other), codecs, transport: 'tcp' });
  supervisor = await Baresip.start(scope, { exchange, user: SUPERVISOR, tone: pulsedTone(TONES.supervisor), codecs });
  for (const device of [AGENT, OTHER, SUPERVISOR]) await centre.event({ event: 'in_service', up: true });
  await centre.command('open_queue', { number: QUEUE });
});
after(() => scope.close());

afterEach(async () => {
  for (const { call } of await centre.calls()) await centre.command('end', { call });
  await centre.idle();
  await centre.forget();
});

/** A customer waits in the queue. */
async function customerWaits() {
  const call = await centre.begin('call_from_outside', { from: CUSTOMER, to: QUEUE });
  await centre.event({ event: 'offered', call, from: CUSTOMER, to: QUEUE });
  return call;
}

/** A customer talks to the agent. */
async function customerTalks() {
  const call = await customerWaits();
  await centre.command('route', { call, device: AGENT });
  await centre.event({ event: 'delivered', call, to: AGENT });
  await centre.event({ event: 'answered', call, by: AGENT });
  await talk(['agent']);
  return call;
}

/** These and the customer hear each other, and nobody else. */
async function talk(names) {
  const phones = { agent, other, supervisor };
  const all = [...names, 'customer'];
  const others = (name) => all.filter((one) => one !== name);
  await Promise.all([
    centre.hearsOnly(CUSTOMER, names, TONES),
    ...names.map((name) => hearsOnly(phones[name], others(name), TONES)),
  ]);
}

/** The agent holds the customer and asks somebody else. */
async function consults(held) {
  const consult = centre.newCall();
  await centre.command('consult', { held, consult, device: AGENT, to: OTHER });
  await centre.event({ event: 'held', call: held, by: AGENT });
  await centre.event({ event: 'originated', call: consult, from: AGENT, to: OTHER });
  await centre.event({ event: 'delivered', call: consult, to: OTHER });
  await centre.event({ event: 'answered', call: consult, by: OTHER });
  await Promise.all([
    hearsOnly(agent, ['other'], TONES),
    hearsOnly(other, ['agent'], TONES),
    centre.hearsOnly(CUSTOMER, ['hold'], TONES),
  ]);
  return consult;
}

test('a customer hears the music of the queue, then the agent', async () => {
  const call = await customerWaits();
  await centre.hearsOnly(CUSTOMER, ['queue'], TONES);
  await centre.command('route', { call, device: AGENT });
  await centre.event({ event: 'delivered', call, from: CUSTOMER, to: AGENT });
  await centre.event({ event: 'answered', call, by: AGENT });
  await talk(['agent']);
  await centre.command('drop', { call, party: CUSTOMER });
  await centre.event({ event: 'party_dropped', call, party: CUSTOMER });
  await centre.event({ event: 'ended', call });
  await agent.event('CALL_CLOSED');
});

test('an agent holds: the customer hears music, the agent nothing', async () => {
  const call = await customerTalks();
  await centre.command('hold', { call, device: AGENT });
  await centre.event({ event: 'held', call, by: AGENT });
  await Promise.all([centre.hearsOnly(CUSTOMER, ['hold'], TONES), hearsOnly(agent, [], TONES)]);
  await centre.command('retrieve', { call, device: AGENT });
  await centre.event({ event: 'retrieved', call, by: AGENT });
  await talk(['agent']);
});

test('a telephone that holds by itself is reported, and so is its end of a call', async () => {
  const call = await customerTalks();
  agent.hold();
  await centre.event({ event: 'held', call, by: AGENT });
  await centre.hearsOnly(CUSTOMER, ['hold'], TONES);
  agent.resume();
  await centre.event({ event: 'retrieved', call, by: AGENT });
  await talk(['agent']);
  agent.hangUp();
  await centre.event({ event: 'party_dropped', call, party: AGENT });
  await centre.event({ event: 'ended', call });
});

test('a call is made from a telephone, which is called first', async () => {
  const call = await centre.begin('make_call', { from: AGENT, to: OTHER });
  await centre.event({ event: 'originated', call, from: AGENT, to: OTHER });
  await centre.event({ event: 'delivered', call, from: AGENT, to: OTHER });
  await centre.event({ event: 'answered', call, by: OTHER });
  await Promise.all([hearsOnly(agent, ['other'], TONES), hearsOnly(other, ['agent'], TONES)]);
});

describe('a consultation', () => {
  test('becomes a transfer', async () => {
    const held = await customerTalks();
    const consult = await consults(held);
    await centre.command('transfer', { device: AGENT, survivor: held, ended: consult });
    const { parties } = await centre.event({ event: 'transferred', survivor: held, ended: consult, by: AGENT });
    assert.deepEqual(parties, [CUSTOMER, OTHER]);
    await talk(['other']);
    const [left] = await centre.calls();
    assert.equal(left.call, held);
  });

  test('becomes a conference, of which each may leave', async () => {
    const held = await customerTalks();
    const consult = await consults(held);
    await centre.command('conference', { device: AGENT, survivor: held, ended: consult });
    await centre.event({ event: 'conferenced', survivor: held, ended: consult, by: AGENT });
    await talk(['agent', 'other']);
    await centre.command('drop', { call: held, party: AGENT });
    await centre.event({ event: 'party_dropped', call: held, party: AGENT });
    await talk(['other']);
  });

  test('with a queue brings the customer there', async () => {
    const held = await customerTalks();
    await centre.command('open_queue', { number: '5002' });
    const consult = centre.newCall();
    await centre.command('consult', { held, consult, device: AGENT, to: '5002' });
    await centre.event({ event: 'offered', call: consult, from: AGENT, to: '5002' });
    // Only tones far apart: baresip plays both of its calls, in turns of 20 ms, which has a steady tone sound at others too.
    await hearsOnly(agent, ['queue'], { queue: TONES.queue, customer: TONES.customer, other: TONES.other });
    await centre.command('transfer', { device: AGENT, survivor: held, ended: consult });
    await centre.event({ event: 'transferred', survivor: held, ended: consult, by: AGENT });
    await centre.event({ event: 'offered', call: held, from: CUSTOMER, to: '5002' });
    await centre.hearsOnly(CUSTOMER, ['queue'], TONES);
    await centre.command('route', { call: held, device: OTHER });
    await talk(['other']);
  });

  test('ends, and the customer comes back', async () => {
    const held = await customerTalks();
    const consult = await consults(held);
    await centre.command('drop', { call: consult, party: AGENT });
    await centre.event({ event: 'ended', call: consult });
    await centre.hearsOnly(CUSTOMER, ['hold'], TONES);
    await centre.command('retrieve', { call: held, device: AGENT });
    await talk(['agent']);
  });
});

test('a call goes to somebody else without asking', async () => {
  const call = await customerTalks();
  await centre.command('single_step_transfer', { call, device: AGENT, to: OTHER });
  await centre.event({ event: 'redirected', call, by: AGENT, to: OTHER });
  await centre.event({ event: 'delivered', call, to: OTHER });
  await centre.event({ event: 'answered', call, by: OTHER });
  await talk(['other']);
});

test('a supervisor hears a call unheard, then takes part, then takes it over', async () => {
  const call = await customerTalks();
  const monitor = await centre.begin('monitor', { watched: call, supervisor: SUPERVISOR, agent: AGENT });
  await centre.event({ event: 'originated', call: monitor, from: SUPERVISOR, to: AGENT });
  await centre.event({ event: 'answered', call: monitor, by: AGENT });
  await Promise.all([hearsOnly(supervisor, ['agent', 'customer'], TONES), talk(['agent'])]);
  await centre.command('barge', { monitor, watched: call, supervisor: SUPERVISOR });
  await centre.event({ event: 'conferenced', survivor: call, ended: monitor, by: SUPERVISOR });
  await talk(['agent', 'supervisor']);
  await centre.command('drop', { call, party: AGENT });
  await talk(['supervisor']);
});

test('keys reach the customer, sent for the telephone or pressed on it', async () => {
  const call = await customerTalks();
  await centre.command('send_digits', { call, device: AGENT, digits: '42#' });
  await centre.event({ event: 'digits', call, from: AGENT, digits: '42#' });
  agent.press('7');
  await centre.event({ event: 'digits', call, from: AGENT, digits: '7' });
  const [{ parties }] = await centre.calls();
  assert.equal(parties.find((party) => party.number === CUSTOMER).keys, '42#7');
});

describe('calls that telephones make themselves', () => {
  test('are reported, and can be controlled', async () => {
    await agent.dial(OTHER);
    const { call } = await centre.event({ event: 'originated', from: AGENT, to: OTHER });
    await centre.event({ event: 'answered', call, by: OTHER });
    await Promise.all([hearsOnly(agent, ['other'], TONES), hearsOnly(other, ['agent'], TONES)]);
    await centre.command('hold', { call, device: OTHER });
    await Promise.all([hearsOnly(agent, ['hold'], TONES), hearsOnly(other, [], TONES)]);
    await centre.command('retrieve', { call, device: OTHER });
    await Promise.all([hearsOnly(agent, ['other'], TONES), hearsOnly(other, ['agent'], TONES)]);
  });

  test('wait in a queue as others do', async () => {
    await other.dial(QUEUE);
    const { call } = await centre.event({ event: 'offered', from: OTHER, to: QUEUE });
    await hearsOnly(other, ['queue'], TONES);
    await centre.command('route', { call, device: AGENT });
    await centre.event({ event: 'answered', call, by: AGENT });
    await Promise.all([hearsOnly(agent, ['other'], TONES), hearsOnly(other, ['agent'], TONES)]);
  });

  test('are transferred by their own means', async () => {
    const call = await customerTalks();
    agent.transfer(OTHER);
    await centre.event({ event: 'redirected', call, by: AGENT, to: OTHER });
    await centre.event({ event: 'answered', call, by: OTHER });
    await talk(['other']);
    await agent.event('CALL_CLOSED');
  });

  test('to nobody and to who is busy fail with the cause', async () => {
    for (const [number, cause] of [['1999', 'bad_destination'], ['605', 'busy']]) {
      await agent.dial(number);
      const { call } = await centre.event({ event: 'originated', from: AGENT, to: number });
      await centre.event({ event: 'failed', call, cause });
      await agent.event('CALL_CLOSED');
    }
  });
});

test('whoever is made to call somebody busy hears so until told to hang up', async () => {
  const call = await centre.begin('make_call', { from: AGENT, to: '605' });
  await centre.event({ event: 'failed', call, cause: 'busy' });
  await hearsOnly(agent, ['busy'], TONES);
  await agent.forget();
  await centre.command('drop', { call, party: AGENT });
  await centre.event({ event: 'ended', call });
  await agent.event('CALL_CLOSED');
});

test('a customer who gives up leaves the queue, and one whom nobody takes goes back there', async () => {
  const waits = await customerWaits();
  await centre.command('drop', { call: waits, party: CUSTOMER });
  await centre.event({ event: 'ended', call: waits });

  const call = await customerWaits();
  await centre.command('simulate', { device: '1100' });
  await centre.command('route', { call, device: '1100' });
  await centre.event({ event: 'delivered', call, to: '1100' });
  await centre.command('divert', { call, device: '1100' });
  await centre.event({ event: 'diverted', call, from: '1100' });
  await centre.hearsOnly(CUSTOMER, ['queue'], TONES);
});

test('what makes no sense is refused', async () => {
  const call = await customerTalks();
  await centre.command('retrieve', { call, device: AGENT });
  await centre.event({ event: 'refused', call, device: AGENT, cause: 'wrong_state' });
  await centre.command('single_step_transfer', { call, device: AGENT, to: '1999' });
  await centre.event({ event: 'refused', call, device: AGENT, cause: 'bad_destination' });
  await talk(['agent']);
});
