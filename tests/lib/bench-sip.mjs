// How fast calls are set up: through the relay, and through Kamailio as the scale, in alternating rounds.

import { LOAD_HASH, LOAD_PASSWORD, LabClients, probe } from './lab-clients.mjs';
import { kamailioInFrontOf } from './kamailio-scale.mjs';
import { HOST, freePort, freePorts } from './ports.mjs';
import { Relay, userOf } from './relay.mjs';
import { calledParty, callMany } from './sipp-load.mjs';
import { eventually } from './wait.mjs';

/** So many users are called in turn: none is called again before the last call to them is over. */
const USERS = 800;
/** How long calls are made at one rate. Long enough for a queue that grows to overflow a socket or a timer. */
const STEP_S = 3;
const FIRST_RATE = 100;
/** SIPp itself is at its end on most machines before that. */
const LAST_RATE = 6_400;
/** How often the gap between a rate that went well and one that did not is halved. */
const HALVINGS = 2;
/** How long a call lasts, in milliseconds. */
const HOLD = 100;
const TRUNK = 'scale';
const PORTS = 2_000;

const numbers = Array.from({ length: USERS }, (_, i) => `${1_000 + i}`);
const accounts = numbers.map((number) => ({ name: userOf(number), password: LOAD_PASSWORD }));

/**
 * Measures.
 *
 * @param {import('./scope.mjs').Scope} scope
 * @param {{rounds: number, calls: number, progress: (text: string) => void}} options `calls`: how many are timed in a round
 */
export async function benchSip(scope, { rounds, calls, progress }) {
  const telephone = await freePort();
  const relay = await startRelay(scope, telephone);
  const kamailio = await kamailioInFrontOf(scope, await calledParty(scope));
  const ofRelay = [];
  const ofKamailio = [];
  for (let round = 1; round <= rounds; round += 1) {
    const times = await probe(scope, relay, accounts[0], { port: `${HOST}:${telephone}`, calls });
    const sidetone = {
      setups_per_second: await highestRate((rate) => throughRelay(scope, relay, rate), progress),
      dial_to_invite_ms: spread(times.dial_to_invite_ms),
      answer_to_media_ms: spread(times.answer_to_media_ms),
    };
    ofRelay.push(sidetone);
    progress(`round ${round}, Sidetone: ${JSON.stringify(sidetone)}`);
    const scale = { setups_per_second: await highestRate((rate) => throughKamailio(scope, kamailio, rate), progress) };
    ofKamailio.push(scale);
    progress(`round ${round}, Kamailio: ${JSON.stringify(scale)}`);
  }
  return {
    ...summary(ofRelay),
    kamailio: { setups_per_second: median(ofKamailio.map((round) => round.setups_per_second)) },
    rounds: ofRelay.map((sidetone, i) => ({ sidetone, kamailio: ofKamailio[i] })),
  };
}

async function startRelay(scope, telephone) {
  const first = await freePorts(PORTS);
  return await Relay.start(scope, {
    log: { level: 'warn' },
    media: { rtp_ports: `${first}-${first + PORTS - 1}` },
    trunk: [{ name: TRUNK, domain: 'relay.test', ping_s: 0, peer: [{ host: HOST, port: telephone }] }],
    user: accounts.map(({ name }, i) => ({
      name,
      password_hash: LOAD_HASH,
      sip: { kind: 'trunk', trunk: TRUNK, number: numbers[i] },
    })),
  });
}

/** Calls to users of the relay; clients of their own each time, so that an overload leaves nothing behind. */
async function throughRelay(scope, relay, rate) {
  const clients = await LabClients.start(scope, relay, accounts);
  const to = `${HOST}:${relay.config.sip.udp_port}`;
  const result = await callMany(scope, { to, numbers, rate, calls: rate * STEP_S, hold: HOLD, patience: 6 });
  const counts = await clients.stop();
  // Signing out has ended what an overload left: only repeated BYEs to a caller that has gone are still under way.
  const gone = async () => (await relay.figures()).calls === 0;
  await eventually('the relay has no calls', gone, { timeout: 60_000, every: 200 });
  const heard = counts.connected === result.successful && counts.ended_otherwise === 0;
  return { ...result, well: wentWell(result, rate) && heard };
}

async function throughKamailio(scope, to, rate) {
  const result = await callMany(scope, { to, numbers, rate, calls: rate * STEP_S, hold: HOLD, patience: 6 });
  return { ...result, well: wentWell(result, rate) };
}

/** A retransmission is a datagram that was lost, or that waited for half a second: either is one too many. */
const wentWell = ({ failed, retransmissions, seconds }, rate) =>
  failed === 0 && retransmissions === 0 && rate * STEP_S >= 0.9 * rate * (seconds - 1);

/** The highest rate at which every call succeeds, found by doubling and then halving the gap. */
async function highestRate(attempt, progress) {
  let [good, bad] = [0, undefined];
  const tryAt = async (rate) => {
    const { well, failed, retransmissions, seconds } = await attempt(rate);
    progress(`  ${rate}/s: ${well ? 'well' : `${failed} failed, ${retransmissions} sent again, ${seconds.toFixed(1)} s`}`);
    if (well) good = rate;
    else bad = rate;
  };
  for (let rate = FIRST_RATE; bad === undefined && rate <= LAST_RATE; rate *= 2) await tryAt(rate);
  for (let i = 0; bad !== undefined && i < HALVINGS; i += 1) await tryAt(Math.round((good + bad) / 2));
  return good;
}

/** The middle and the slow end of one round. */
function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]);
  return { p50: at(0.5), p99: at(0.99), count: sorted.length };
}

/** Medians over the rounds; counts are added up. */
function summary(rounds) {
  const of = (name) => ({
    p50: median(rounds.map((round) => round[name].p50)),
    p99: median(rounds.map((round) => round[name].p99)),
    count: rounds.reduce((sum, round) => sum + round[name].count, 0),
  });
  return {
    setups_per_second: median(rounds.map((round) => round.setups_per_second)),
    dial_to_invite_ms: of('dial_to_invite_ms'),
    answer_to_media_ms: of('answer_to_media_ms'),
  };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const round = (milliseconds) => Math.round(milliseconds * 1_000) / 1_000;
