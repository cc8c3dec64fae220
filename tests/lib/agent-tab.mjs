// An agent's tab without a page: it keeps what it is told.

import { PATH, VERSION, read, written } from './signalling.mjs';
import { eventually } from './wait.mjs';
import { WebSocketClient } from './websocket.mjs';

/** As good as for ever, in milliseconds. */
const FOR_EVER = 2_000_000_000;
/** How often a tab shows that it is there. */
const HEARTBEAT = 4_000;

/** A tab of an agent: it keeps what it is told. */
export class AgentTab {
  #sent = 0;
  #requests = 0;
  #answers = new Map();
  /** What it was told, as it came: `{at, event, …}`. */
  events = [];

  static async open(host, sign) {
    const tab = new AgentTab();
    tab.socket = await WebSocketClient.connect(host, PATH);
    tab.#send('hello', { version: VERSION });
    tab.#send(...sign);
    tab.reading = tab.#read();
    const heartbeat = setInterval(() => tab.#send('ping', { nonce: 1 }), HEARTBEAT);
    tab.reading.then(() => clearInterval(heartbeat));
    await eventually('the tab is signed in', () => tab.snapshot ?? tab.failure);
    if (!tab.snapshot) throw new Error(`not signed in: ${JSON.stringify(tab.failure)}`);
    return tab;
  }

  static async signIn(host, user, password) {
    return await AgentTab.open(host, ['sign_in', { user, password }]);
  }

  /** A reload of the page. */
  async reload(host) {
    await this.close();
    return await AgentTab.open(host, ['resume', { token: this.token }]);
  }

  get agent() {
    return this.snapshot.agent;
  }

  get status() {
    return this.agent.status;
  }

  /** Asks for something and waits for the answer. */
  async ask(action) {
    this.#requests += 1;
    const id = this.#requests;
    this.#send('agent', { request: id, action });
    return await eventually(`an answer to ${JSON.stringify(action)}`, () => this.#answers.get(id));
  }

  async signOut() {
    this.#send('sign_out');
    await this.reading;
  }

  async until(what, condition, limits) {
    return await eventually(what, () => condition(this.agent), limits).catch((error) => {
      throw new Error(`${error.message}; status: ${JSON.stringify(this.agent?.status)}`);
    });
  }

  async close() {
    await this.socket.close();
    await this.reading;
  }

  #send(type, fields) {
    this.#sent += 1;
    this.socket.text(written(this.#sent, type, fields));
  }

  async #read() {
    for (;;) {
      const text = await this.socket.next(FOR_EVER).catch(() => undefined);
      if (text === undefined) return;
      const { type, ...message } = read(text);
      if (type === 'signed_in') {
        this.token = message.token;
        this.snapshot = message.snapshot;
      } else if (type === 'snapshot') {
        this.snapshot = message.snapshot;
      } else if (type === 'event' && message.event.event === 'agent') {
        this.events.push({ at: performance.now(), ...message.event });
        apply(this.snapshot.agent, message.event);
      } else if (message.request) {
        this.#answers.set(message.request, { type, ...message });
      } else if (type === 'failed') {
        this.failure = message.failure;
      } else if (type === 'signed_out') {
        return;
      }
    }
  }
}

const put = (list, item, same) => {
  const index = list.findIndex(same);
  if (index < 0) list.push(item);
  else list[index] = item;
};

/** Brings an agent up to date (`Agent::apply` of the protocol). */
function apply(agent, event) {
  if (event.status) agent.status = event.status;
  if (event.lists) Object.assign(agent, event.lists);
  if (event.dialog) put(agent.dialogs, event.dialog, (known) => known.id === event.dialog.id);
  if (event.dialog_removed)
    agent.dialogs = agent.dialogs.filter((known) => known.id !== event.dialog_removed.dialog);
  if (event.team) put(agent.teams, event.team, (known) => known.team.id === event.team.team.id);
  if (event.team_closed) agent.teams = agent.teams.filter((known) => known.team.id !== event.team_closed.team);
  if (event.member) {
    const view = agent.teams.find((known) => known.team.id === event.member.team);
    if (view) put(view.members, event.member.member, (known) => known.id === event.member.member.id);
  }
  if (event.queue) put(agent.queues, event.queue, (known) => known.id === event.queue.id);
  if (event.queue_removed) agent.queues = agent.queues.filter((known) => known.id !== event.queue_removed.queue);
  if (event.messages) agent.messages = event.messages;
  if (event.help_wanted) agent.help_wanted = event.help_wanted;
  if (event.day) agent.day = event.day;
}
