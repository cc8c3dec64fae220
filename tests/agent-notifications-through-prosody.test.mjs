// What the contact centre publishes reaches the agent through an XMPP server that is not ours, by WebSocket and by BOSH.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { certificateFor } from './lib/certificate.mjs';
import { FinesseRest } from './lib/finesse-rest.mjs';
import { Kamailio } from './lib/kamailio.mjs';
import { Prosody } from './lib/prosody.mjs';
import { Relay, lineOn, secretOf, userOf } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { Signalling } from './lib/signalling.mjs';
import { eventually } from './lib/wait.mjs';

const AGENT = { id: '70001', password: 'agent-password', extension: '1001' };
const QUEUE = '9';

for (const transport of ['websocket', 'bosh']) {
  describe(`by ${transport}`, () => {
    let scope;
    let prosody;
    let rest;
    let signalling;
    let agent;

    before(async () => {
      scope = await Scope.open(`agent-notifications-${transport}`);
      const certificate = await certificateFor(scope, 'finesse');
      const users = { [AGENT.id]: AGENT.password };
      prosody = await Prosody.start(scope, { users, ...certificate });
      await prosody.subscribe(AGENT.id, `/finesse/api/User/${AGENT.id}`);
      await prosody.subscribe(AGENT.id, `/finesse/api/User/${AGENT.id}/Dialogs`);
      rest = await FinesseRest.start(scope, { ...certificate, agent: AGENT, xmpp: prosody, queues: [QUEUE] });
      rest.onChange = (document) => prosody.publish(rest.node, document);
      const kamailio = await Kamailio.start(scope);
      const user = { ...lineOn(kamailio, '1001'), profile: 'agents', agent: { id: AGENT.id, password: AGENT.password } };
      const relay = await Relay.start(scope, {
        finesse: [
          {
            name: 'cc',
            host: 'localhost',
            port: rest.port,
            notifications: transport,
            [`${transport}_port`]: prosody.https,
            ca: certificate.certificate,
          },
        ],
        profile: [{ name: 'agents', agent: { site: 'cc' } }],
        user: [user],
      });
      const signedIn = await Signalling.signedIn(relay.host, userOf('1001'), secretOf('1001'));
      signalling = signedIn.signalling;
      agent = signedIn.session.snapshot.agent;
      await becomes('up and signed in', () => agent.status.service === 'up' && agent.status.presence === 'signed_in');
    });
    after(() => scope.close());

    /** Follows what is told until it is so. */
    async function becomes(what, condition) {
      while (!condition()) {
        const { event } = await signalling.next('event');
        if (event.event !== 'agent') continue;
        const { event: _, ...told } = event;
        if (told.status) agent.status = told.status;
        if (told.queue) agent.queues = [...agent.queues.filter(({ id }) => id !== told.queue.id), told.queue];
      }
      assert.ok(condition(), what);
    }

    test('a state that was asked for is what the notification says', async () => {
      signalling.send('agent', { request: 1, action: { set_state: { state: 'ready', reason: null } } });
      await becomes('ready', () => agent.status.state === 'ready');
    });

    test('a state that the contact centre changed by itself is told', async () => {
      await prosody.publish(rest.node, rest.becomes('TALKING'));
      await becomes('talking', () => agent.status.state === 'talking');
    });

    test('a queue is subscribed to by the full address, and its figures are told', async () => {
      const node = `/finesse/api/Queue/${QUEUE}`;
      const subscribers = await eventually('a subscription', async () => {
        const jids = await prosody.subscribers(node);
        return jids.length > 0 && jids;
      });
      assert.match(subscribers[0], /^70001@localhost\/.+/);
      const queue =
        `<Queue><uri>${node}</uri><name>Queue 9</name><statistics><callsInQueue>3</callsInQueue></statistics></Queue>`;
      await prosody.publish(
        node,
        `<Update><data>${queue}</data><event>PUT</event><requestId/><source>${node}</source></Update>`,
      );
      await becomes('three callers wait', () => agent.queues.some(({ waiting }) => waiting === 3));
    });

    test('while Finesse itself is away the agent is told, and again when it is back', async () => {
      prosody.setPresence(false);
      await becomes('impaired', () => agent.status.service.impaired);
      prosody.setPresence(true);
      await becomes('up', () => agent.status.service === 'up');
    });
  });
}
