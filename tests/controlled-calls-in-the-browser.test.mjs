// The relay's line as an agent's telephone: the demo's PBX, under a contact centre, brings it calls of a queue, has it
// call, and moves it between calls. Audio goes both ways, proven by tones.

import { after, afterEach, before, test } from 'node:test';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Relay, lineOn } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { MUSIC, Switch, voiceOf } from './lib/switch.mjs';
import { pulsedTone } from './lib/tone.mjs';
import { eventually } from './lib/wait.mjs';
import { hearsOnly } from './lib/who-hears-whom.mjs';

const AGENT = '1001';
const OTHER = '1002';
const QUEUE = '5001';
const CUSTOMER = '02079460099';
const TONES = { agent: 700, other: 1_100, customer: voiceOf(CUSTOMER), ...MUSIC };

let scope;
let centre;
let agent;
let other;

before(async () => {
  scope = await Scope.open('controlled-browser');
  centre = await Switch.start(scope);
  const exchange = centre.pbx;
  const relay = await Relay.start(scope, {
    user: [lineOn(exchange, AGENT)],
    profile: [{ name: 'default', auto_answer: true }],
  });
  const hers = await Browser.start(scope, { tone: pulsedTone(TONES.agent) });
  other = await Baresip.start(scope, { exchange, user: OTHER, tone: pulsedTone(TONES.other), codecs: ['pcmu', 'pcma'] });
  agent = await hers.phone();
  agent.mustStayWell();
  await agent.signIn(relay.url, AGENT);
  for (const device of [OTHER, AGENT]) {
    await eventually(`${device} can be called`, () => centre.seen({ event: 'in_service', device, up: true }));
  }
  await centre.command('open_queue', { number: QUEUE });
});
after(() => scope.close());

afterEach(async () => {
  for (const { call } of await centre.calls()) await centre.command('end', { call });
  await centre.idle();
  await agent.idle();
  await centre.forget();
});

/** A customer of the queue talks to the agent. */
async function customerTalks() {
  const call = await centre.begin('call_from_outside', { from: CUSTOMER, to: QUEUE });
  await centre.event({ event: 'offered', call });
  await centre.command('route', { call, device: AGENT });
  await centre.event({ event: 'delivered', call, to: AGENT });
  await agent.press('Answer');
  await centre.event({ event: 'answered', call, by: AGENT });
  await agent.callReads(CUSTOMER, 'Connected');
  await both();
  return call;
}

const both = () => Promise.all([centre.hearsOnly(CUSTOMER, ['agent'], TONES), hearsOnly(agent, ['customer'], TONES)]);

test('a call of a queue rings, is answered, and both are heard', async () => {
  const call = await customerTalks();
  await agent.press('Hang up');
  await centre.event({ event: 'party_dropped', call, party: AGENT });
  await centre.event({ event: 'ended', call });
});

test('a hold by the contact centre and one by the user both give the customer music', async () => {
  const call = await customerTalks();
  await centre.command('hold', { call, device: AGENT });
  await agent.callReads(CUSTOMER, 'On hold by the other party');
  await Promise.all([centre.hearsOnly(CUSTOMER, ['hold'], TONES), hearsOnly(agent, [], TONES)]);
  await centre.command('retrieve', { call, device: AGENT });
  await both();
  await agent.press('Hold');
  await centre.event({ event: 'held', call, by: AGENT });
  await centre.hearsOnly(CUSTOMER, ['hold'], TONES);
  await agent.press('Resume');
  await centre.event({ event: 'retrieved', call, by: AGENT });
  await both();
});

test('a call that is made for the user is taken by itself, and then goes out', async () => {
  const call = await centre.begin('make_call', { from: AGENT, to: OTHER });
  await centre.event({ event: 'answered', call, by: OTHER });
  await agent.callReads(OTHER, 'Connected');
  await Promise.all([hearsOnly(agent, ['other'], TONES), hearsOnly(other, ['agent'], TONES)]);
});

test('a consultation is a second call, and becomes a transfer', async () => {
  const held = await customerTalks();
  const consult = centre.newCall();
  await centre.command('consult', { held, consult, device: AGENT, to: OTHER });
  await centre.event({ event: 'held', call: held, by: AGENT });
  // Nothing is taken by itself while another call is up.
  await agent.press('Hold & answer');
  await centre.event({ event: 'answered', call: consult, by: OTHER });
  await agent.callReads(OTHER, 'Connected');
  await Promise.all([
    hearsOnly(agent, ['other'], TONES),
    hearsOnly(other, ['agent'], TONES),
    centre.hearsOnly(CUSTOMER, ['hold'], TONES),
  ]);
  await centre.command('transfer', { device: AGENT, survivor: held, ended: consult });
  await agent.idle();
  await Promise.all([centre.hearsOnly(CUSTOMER, ['other'], TONES), hearsOnly(other, ['customer'], TONES)]);
});

test('a consultation becomes a conference of one call in the page', async () => {
  const held = await customerTalks();
  const consult = centre.newCall();
  await centre.command('consult', { held, consult, device: AGENT, to: OTHER });
  await agent.press('Hold & answer');
  await centre.event({ event: 'answered', call: consult, by: OTHER });
  await centre.command('conference', { device: AGENT, survivor: held, ended: consult });
  await centre.event({ event: 'conferenced', survivor: held, ended: consult, by: AGENT });
  await Promise.all([
    hearsOnly(agent, ['other', 'customer'], TONES),
    hearsOnly(other, ['agent', 'customer'], TONES),
    centre.hearsOnly(CUSTOMER, ['agent', 'other'], TONES),
  ]);
});

test('a transfer by the user, after asking, is one of the contact centre too', async () => {
  const call = await customerTalks();
  await agent.press('Transfer…');
  await agent.page.getByRole('combobox', { name: 'Transfer to' }).fill(OTHER);
  await agent.press('Ask first');
  await centre.event({ event: 'held', call, by: AGENT });
  const { call: consult } = await centre.event({ event: 'originated', from: AGENT, to: OTHER });
  await agent.callReads(OTHER, 'Connected');
  await agent.press('Transfer now');
  await centre.event({ event: 'transferred', survivor: call, ended: consult, by: AGENT });
  await Promise.all([centre.hearsOnly(CUSTOMER, ['other'], TONES), hearsOnly(other, ['customer'], TONES)]);
});
