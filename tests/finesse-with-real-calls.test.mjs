// The simulated Finesse and the demo's PBX in one process: what agents ask of Finesse moves real calls, and what they do at
// their telephones shows in Finesse. The telephones are baresip; who hears whom is proven by tones.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Baresip } from './lib/baresip.mjs';
import { Scope } from './lib/scope.mjs';
import { MUSIC, Switch, voiceOf } from './lib/switch.mjs';
import { pulsedTone } from './lib/tone.mjs';
import { eventually } from './lib/wait.mjs';
import { hearsOnly } from './lib/who-hears-whom.mjs';

const AGENT = '1001';
const OTHER = '1002';
const SUPERVISOR = '1003';
const QUEUE = '5001';
const CUSTOMER = '0301000099';
const TONES = { agent: 700, other: 1_100, supervisor: 2_300, customer: voiceOf(CUSTOMER), ...MUSIC };

let scope;
let finesse;
let centre;
let agent;
let other;
let supervisor;

before(async () => {
  scope = await Scope.open('finesse-calls');
  ({ finesse, centre } = await Switch.withFinesse(scope));
  const exchange = centre.pbx;
  const codecs = ['pcmu', 'pcma'];
  agent = await Baresip.start(scope, { exchange, user: AGENT, tone: pulsedTone(TONES.agent), codecs });
  other = await Baresip.start(scope, { exchange, user: OTHER, tone: pulsedTone(TONES.other), codecs });
  supervisor = await Baresip.start(scope, { exchange, user: SUPERVISOR, tone: pulsedTone(TONES.supervisor), codecs });
  for (const device of [AGENT, OTHER, SUPERVISOR]) {
    await eventually(`${device} can be called`, () => centre.seen({ event: 'in_service', device, up: true }));
    await asked(finesse.signIn(device));
  }
});
after(() => scope.close());

afterEach(async () => {
  for (const { call } of await centre.calls()) await centre.command('end', { call });
  await centre.idle();
  await centre.forget();
  for (const user of [AGENT, OTHER]) {
    await finesse.become(user, 'NOT_READY');
    await isIn(user, 'NOT_READY');
  }
});

/** Finesse takes a request. */
async function asked(answer) {
  const { status, body } = await answer;
  assert.ok(status === 200 || status === 202, `${status} ${body}`);
}

/** Waits until an agent is in a state. */
async function isIn(user, state) {
  await eventually(`${user} is in ${state}`, async () => {
    const { body } = await finesse.ask(user, 'GET', `User/${user}`);
    const [, now] = body.match(/<state>(\w+)<\/state>/);
    if (now !== state) throw new Error(`it is in ${now}`);
    return true;
  });
}

/** The dialogs of an agent: `{id, state, own}`, `own` being the state of the agent in it. */
async function dialogs(user) {
  const { body } = await finesse.ask(user, 'GET', `User/${user}/Dialogs`);
  return [...body.matchAll(/<Dialog>.*?<\/Dialog>/gs)].map(([dialog]) => {
    const own = [...dialog.matchAll(/<Participant>.*?<\/Participant>/gs)].find(([part]) =>
      part.includes(`<mediaAddress>${user}</mediaAddress>`),
    );
    const state = (text) => text.match(/.*<state>(\w+)<\/state>/s)?.[1];
    return { id: dialog.match(/<id>(\d+)<\/id>/)[1], state: state(dialog), own: own && state(own[0]) };
  });
}

/** Waits for a dialog in which an agent is in that state, and gives its id. */
async function dialogWhere(user, own, not = []) {
  return await eventually(`${user} has a dialog in ${own}`, async () => {
    const all = await dialogs(user);
    const found = all.find((dialog) => dialog.own === own && !not.includes(dialog.id));
    if (!found) throw new Error(`there are ${JSON.stringify(all)}`);
    return found.id;
  });
}

/** An agent asks for something to be done with a call. */
async function act(user, dialog, action, details = '') {
  const body = `<Dialog><requestedAction>${action}</requestedAction><targetMediaAddress>${user}</targetMediaAddress>${details}</Dialog>`;
  await asked(finesse.ask(user, 'PUT', `Dialog/${dialog}`, body));
}

/** These and the customer hear each other, and nobody else. */
async function talk(names) {
  const phones = { agent, other, supervisor };
  const all = [...names, 'customer'];
  await Promise.all([
    centre.hearsOnly(CUSTOMER, names, TONES),
    ...names.map((name) =>
      hearsOnly(
        phones[name],
        all.filter((one) => one !== name),
        TONES,
      ),
    ),
  ]);
}

/** A customer calls the queue, and gets the agent, who is ready. */
async function customerTalks() {
  await asked(finesse.become(AGENT, 'READY'));
  await finesse.drive('customer', { from: CUSTOMER, to: QUEUE });
  await isIn(AGENT, 'TALKING');
  const dialog = await dialogWhere(AGENT, 'ACTIVE');
  await talk(['agent']);
  return dialog;
}

async function consults(dialog) {
  await act(AGENT, dialog, 'CONSULT_CALL', `<toAddress>${OTHER}</toAddress>`);
  await dialogWhere(AGENT, 'HELD');
  const consult = await dialogWhere(AGENT, 'ACTIVE', [dialog]);
  await dialogWhere(OTHER, 'ACTIVE');
  await Promise.all([hearsOnly(other, ['agent'], TONES), centre.hearsOnly(CUSTOMER, ['hold'], TONES)]);
  return consult;
}

test('a customer waits with music until an agent is ready, talks, and the agent wraps up', async () => {
  await finesse.drive('customer', { from: CUSTOMER, to: QUEUE });
  await centre.hearsOnly(CUSTOMER, ['queue'], TONES);
  await asked(finesse.become(AGENT, 'READY'));
  await isIn(AGENT, 'TALKING');
  await talk(['agent']);
  agent.hangUp();
  await isIn(AGENT, 'WORK_READY');
});

test('hold and retrieve, through Finesse and at the telephone', async () => {
  const dialog = await customerTalks();
  await act(AGENT, dialog, 'HOLD');
  await isIn(AGENT, 'HOLD');
  await centre.hearsOnly(CUSTOMER, ['hold'], TONES);
  await act(AGENT, dialog, 'RETRIEVE');
  await isIn(AGENT, 'TALKING');
  await talk(['agent']);
  agent.hold();
  await isIn(AGENT, 'HOLD');
  await centre.hearsOnly(CUSTOMER, ['hold'], TONES);
  agent.resume();
  await isIn(AGENT, 'TALKING');
  await talk(['agent']);
});

describe('a consultation', () => {
  test('becomes a transfer', async () => {
    const dialog = await customerTalks();
    await consults(dialog);
    await act(AGENT, dialog, 'TRANSFER');
    await talk(['other']);
    await isIn(AGENT, 'WORK_READY');
    assert.equal(await dialogWhere(OTHER, 'ACTIVE'), dialog);
  });

  test('becomes a conference', async () => {
    const dialog = await customerTalks();
    await consults(dialog);
    await act(AGENT, dialog, 'CONFERENCE');
    await talk(['agent', 'other']);
    assert.equal(await dialogWhere(AGENT, 'ACTIVE'), dialog);
    await act(AGENT, dialog, 'DROP');
    await talk(['other']);
  });
});

test('an agent who makes a call has the telephone called first', async () => {
  const body = `<Dialog><requestedAction>MAKE_CALL</requestedAction><fromAddress>${AGENT}</fromAddress><toAddress>${CUSTOMER}</toAddress></Dialog>`;
  await asked(finesse.ask(AGENT, 'POST', `User/${AGENT}/Dialogs`, body));
  await dialogWhere(AGENT, 'ACTIVE');
  await talk(['agent']);
});

test('a supervisor monitors, then joins', async () => {
  await customerTalks();
  const body = (action, more = '') =>
    `<Dialog><requestedAction>${action}</requestedAction><fromAddress>${SUPERVISOR}</fromAddress><toAddress>${AGENT}</toAddress>${more}</Dialog>`;
  const path = `User/${SUPERVISOR}/Dialogs`;
  await asked(finesse.ask(SUPERVISOR, 'POST', path, body('SILENT_MONITOR')));
  const monitor = await dialogWhere(SUPERVISOR, 'ACTIVE');
  await Promise.all([hearsOnly(supervisor, ['agent', 'customer'], TONES), talk(['agent'])]);
  const watched = `<associatedDialogUri>/finesse/api/Dialog/${monitor}</associatedDialogUri>`;
  await asked(finesse.ask(SUPERVISOR, 'POST', path, body('BARGE_CALL', watched)));
  await talk(['agent', 'supervisor']);
});

test('a call that an agent dials at the telephone is a dialog for both', async () => {
  await agent.dial(OTHER);
  const dialog = await dialogWhere(OTHER, 'ACTIVE');
  assert.equal(await dialogWhere(AGENT, 'ACTIVE'), dialog);
  await Promise.all([hearsOnly(agent, ['other'], TONES), hearsOnly(other, ['agent'], TONES)]);
  await act(OTHER, dialog, 'DROP');
  await agent.event('CALL_CLOSED');
});
