// Thousands of agents on one relay: how long a change takes from the contact centre to the browsers, and what the relay
// needs for it.

import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { sidetone } from './environment.mjs';
import { AgentTab } from './agent-tab.mjs';
import { Finesse } from './finesse.mjs';
import { HOST, freePort } from './ports.mjs';
import { Relay } from './relay.mjs';
import { eventually } from './wait.mjs';

/** How many sign in at a time: passwords are slow to check by design. */
const AT_A_TIME = 8;
/** How long a change may take until it counts as lost, in milliseconds. */
const LOST = 10_000;
const PASSWORD = 'bench';

/**
 * @param {import('./scope.mjs').Scope} scope
 * @param {{agents: number, supervisors: number, rate: number, seconds: number, progress: (text: string) => void}} how
 *   `supervisors` are agents too; each watches a team of its own
 */
export async function benchFinesse(scope, { agents, supervisors, rate, seconds, progress }) {
  const everybody = people(agents, supervisors);
  const finesse = await Finesse.start(scope, { config: centre(everybody, supervisors) });
  const hash = execFileSync(sidetone(), ['hash-password'], { input: PASSWORD, encoding: 'utf8' }).trim();
  const relay = await Relay.start(scope, {
    log: { level: 'warn' },
    http: { heartbeat_ms: 60_000 },
    finesse: [finesse.site()],
    profile: [{ name: 'default', agent: {} }],
    trunk: [{ name: 'hq', domain: 'bench.test', ping_s: 0, peer: [{ host: HOST, port: await freePort() }] }],
    user: everybody.map(({ id }) => user(id, hash)),
  });
  const empty = (await relay.usage()).memory;
  const began = performance.now();
  const tabs = await signIn(relay, everybody, progress);
  const signedInAfter = performance.now() - began;
  const missing = () => [...tabs.values()].filter(({ tab }) => tab.status.presence !== 'signed_in');
  await eventually('everybody is signed in to the contact centre', () => missing().length === 0, {
    timeout: 120_000,
    every: 500,
  }).catch((error) => {
    const statuses = missing().map(({ tab }) => JSON.stringify(tab.status));
    throw new Error(`${error.message}; ${statuses.length} are not: ${statuses.slice(0, 3).join(', ')}`);
  });
  const staffed = performance.now() - began;
  for (const { tab, supervises } of tabs.values()) {
    if (!supervises) continue;
    await tab.ask({ open_team: { team: supervises } });
    await tab.until('the team is open', (agent) => agent.teams.length === 1, { timeout: 30_000 });
  }
  progress(`${agents} agents are signed in, ${supervisors} teams are open`);
  await pause(5_000);
  const quiet = await watch(relay, 20);
  const { delays, lost, changes, cpu } = await change(finesse, relay, tabs, { rate, seconds });
  const figures = await relay.figures();
  const memory = (await relay.usage()).memory;
  return {
    agents,
    supervisors,
    changes_per_second: rate,
    changes,
    events: delays.length,
    event_to_browser_ms: { p50: at(delays, 0.5), p99: at(delays, 0.99), most: at(delays, 1) },
    cpu_percent: cpu,
    cpu_percent_at_rest: quiet,
    rss_mb: Math.round(memory / 1024),
    rss_kb_each: Math.round((memory - empty) / agents),
    lost,
    links_lost: figures.agent_links_lost_total,
    requests: figures.agent_requests_total,
    requests_unanswered: figures.agent_requests_unanswered_total,
    signed_in_s: Math.round(signedInAfter / 100) / 10,
    staffed_s: Math.round(staffed / 100) / 10,
  };
}

function people(agents, supervisors) {
  return Array.from({ length: agents }, (_, index) => {
    const team = (index % supervisors) + 1;
    return { id: String(10_000 + index), team, supervises: index < supervisors ? team : undefined };
  });
}

/** A contact centre with these people in it and nobody else. */
function centre(everybody, teams) {
  const queues = Array.from({ length: 20 }, (_, index) => ({
    id: index + 1,
    name: `Queue ${index + 1}`,
    number: String(5_001 + index),
  }));
  return {
    teammates: 0,
    queues,
    teams: Array.from({ length: teams }, (_, index) => ({ id: index + 1, name: `Team ${index + 1}` })),
    agents: everybody.map(({ id, team, supervises }) => ({
      id,
      first_name: 'Agent',
      last_name: id,
      password: `demo-${id}`,
      extension: id,
      team,
      supervises: supervises ? [supervises] : [],
      queues: supervises ? [] : [(team % queues.length) + 1],
    })),
  };
}

const user = (id, hash) => ({
  name: id,
  password_hash: hash,
  extension: id,
  sip: { kind: 'trunk', trunk: 'hq', number: id },
  agent: { id, password: `demo-${id}` },
});

async function signIn(relay, everybody, progress) {
  const tabs = new Map();
  const waiting = [...everybody];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const tab = await AgentTab.signIn(relay.host, next.id, PASSWORD);
      tabs.set(next.id, { tab, team: String(next.team), supervises: next.supervises && String(next.supervises) });
      if (tabs.size % 500 === 0) progress(`${tabs.size} pages are open`);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return tabs;
}

/** What the relay needs of a core, in percent, over some seconds. */
async function watch(relay, seconds) {
  const [used, from] = [await ticks(relay.pid), performance.now()];
  await pause(seconds * 1_000);
  return percent((await ticks(relay.pid)) - used, performance.now() - from);
}

async function ticks(pid) {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1].split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** A tick is 10 ms. */
const percent = (spent, ms) => Math.round((spent * 10_000) / ms) / 10;

/** Changes states at a rate, and waits for each change at the agent's own page and at the supervisor's. */
async function change(finesse, relay, tabs, { rate, seconds }) {
  const plain = [...tabs].filter(([, { supervises }]) => !supervises);
  const supervisor = new Map([...tabs.values()].filter((it) => it.supervises).map((it) => [it.supervises, it.tab]));
  const delays = [];
  const open = [];
  const states = new Map();
  const [used, from] = [await ticks(relay.pid), performance.now()];
  let changes = 0;
  for (const until = from + seconds * 1_000; performance.now() < until; changes += 1) {
    const due = from + (changes * 1_000) / rate;
    if (due > performance.now()) await pause(due - performance.now());
    const [id, { tab, team }] = plain[(changes * 7) % plain.length];
    const state = states.get(id) === 'READY' ? 'NOT_READY' : 'READY';
    states.set(id, state);
    const asked = performance.now();
    const told = (event, wanted) => wanted(event) && event.at >= asked;
    const wanted = state.toLowerCase();
    open.push(
      seen(tab, (event) => told(event, ({ status }) => status?.state === wanted), asked),
      seen(
        supervisor.get(team),
        (event) => told(event, ({ member }) => member?.member.id === id && member.member.state === wanted),
        asked,
      ),
    );
    // The simulator is asked, and not waited for.
    finesse.drive('agent', { id, state }).catch((error) => process.stderr.write(`${error.message}\n`));
  }
  const cpu = percent((await ticks(relay.pid)) - used, performance.now() - from);
  const results = await Promise.all(open);
  delays.push(...results.filter((delay) => delay !== undefined).sort((one, other) => one - other));
  return { delays, lost: results.length - delays.length, changes, cpu };
}

/** How long after `asked` a tab was told; nothing if it was not in time. */
async function seen(tab, is, asked) {
  const found = () => tab.events.find(is);
  try {
    const event = await eventually('the change is told', found, { timeout: LOST, every: 100 });
    return event.at - asked;
  } catch {
    return undefined;
  }
}

const at = (sorted, share) => {
  const index = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
  return Math.round(sorted[index] * 10) / 10;
};
