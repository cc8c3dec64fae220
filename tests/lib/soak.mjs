// Many short calls of every kind, and what they leave behind in the relay.

import { Browser } from './browser.mjs';
import { Kamailio } from './kamailio.mjs';
import { Relay, lineOn } from './relay.mjs';
import { Sipp } from './sipp.mjs';
import { byeAsCalled, cancelled, pause, reply, request, requestKept, response } from './sipp-steps.mjs';
import { pulsedTone } from './tone.mjs';
import { eventually } from './wait.mjs';

/** How a call can go, and what the page reads at its end; each kind has a called party that plays its part over and over. */
const KINDS = {
  'the browser hangs up': {
    steps: [
      request('INVITE'),
      reply(180, 'Ringing'),
      reply(200, 'OK', { sdp: true }),
      request('ACK'),
      request('BYE'),
      reply(200, 'OK', { tagged: true }),
    ],
    act: async (phone) => {
      await phone.shows('Connected');
      await phone.press('Hang up');
    },
  },
  'the other party hangs up': {
    steps: [requestKept(), reply(200, 'OK', { sdp: true }), request('ACK'), pause(50), byeAsCalled(), response(200)],
    act: async () => {},
  },
  'the number is busy': {
    steps: [request('INVITE'), reply(486, 'Busy Here'), request('ACK')],
    act: async (phone) => await phone.shows('The number is busy; try again later.'),
  },
  'the caller gives up': {
    steps: [request('INVITE'), reply(180, 'Ringing'), request('CANCEL'), reply(200, 'OK'), cancelled(), request('ACK')],
    act: async (phone) => {
      await phone.shows('Ringing…');
      await phone.press('Hang up');
    },
  },
};

/** Calls before the first reading, so that whatever is made once and kept is there already. */
const WARM_UP = 12;
/** The page is loaded anew after so many calls, which replaces its connection and its peer connection. */
const RELOAD_EVERY = 25;

/** What an allocator may keep more after some hundred calls than after a dozen. */
const SETTLING_KIB = 6 * 1_024;
/** A call that leaves more than this behind leaks: a dialog or a leg is several kilobytes. */
const LEAK_BYTES = 1_024;

/**
 * Makes `count` calls and reads what the relay uses before and after.
 *
 * @param {import('./scope.mjs').Scope} scope
 * @param {number} count
 * @param {(done: number, usage: object) => void} [progress] called after every hundred calls
 */
export async function soak(scope, count, progress = () => {}) {
  const kamailio = await Kamailio.start(scope);
  const relay = await Relay.start(scope, {
    user: [lineOn(kamailio, '1001')],
    log: { level: 'warn' },
    // What is kept of SIP on purpose would look like a leak.
    trace: { enabled: false },
  });
  const parties = [];
  for (const { steps, act } of Object.values(KINDS)) {
    parties.push({ act, sipp: await Sipp.called(scope, steps, { calls: count + WARM_UP, timeout: 7_200 }) });
  }
  const browser = await Browser.start(scope, { tone: pulsedTone(1_100) });
  const phone = await browser.phone();
  await phone.signIn(relay.url, '1001');

  let made = 0;
  async function call() {
    const { sipp, act } = parties[made % parties.length];
    made += 1;
    await phone.dial(sipp.number);
    await act(phone);
    await phone.idle();
    if (made % RELOAD_EVERY === 0) {
      await phone.page.reload();
      await phone.ready();
    }
  }

  for (let i = 0; i < WARM_UP; i += 1) await call();
  const before = await atRest(relay);
  const started = performance.now();
  for (let i = 1; i <= count; i += 1) {
    await call();
    if (i % 100 === 0) progress(i, await usage(relay));
  }
  const seconds = (performance.now() - started) / 1_000;
  const after = await returned(relay, before);
  return { before, after, seconds, errors: phone.errors };
}

/** What has to be as before when the calls are over, beside what the operating system counts. */
const GAUGES = [
  'connections',
  'calls',
  'browser_legs',
  'far_legs',
  'sip_flows',
  'sip_dialogs',
  'sip_transactions',
  'media_legs',
  'media_sockets',
  'tasks',
];

async function usage(relay) {
  const figures = await relay.figures();
  return { ...(await relay.usage()), ...Object.fromEntries(GAUGES.map((name) => [name, figures[name]])) };
}

/** What the relay uses while nothing goes on but that a line is registered: the last leg is taken down, too. */
async function atRest(relay) {
  let last;
  return await eventually(
    'the relay is at rest',
    async () => {
      const before = last;
      last = await usage(relay);
      return last.far_legs === 0 && before && counted(last).every(([what, amount]) => amount === before[what]) && last;
    },
    { timeout: 45_000, every: 500 },
  );
}

/** What the relay uses once it is back where it was, or has had the time to be. */
async function returned(relay, goal) {
  let now;
  const back = async () => {
    now = await usage(relay);
    return counted(now).every(([what, amount]) => amount <= goal[what]);
  };
  // SIPp answers a BYE along the way the INVITE came, which is not the way of the BYE: for the relay the other side has
  // gone, and it keeps the dialog until timer F (RFC 3261 §17.1.2.2: 32 s). Ports are freed at once, so 2,000 calls in a
  // row find some.
  await eventually('the relay is back where it was', back, { timeout: 45_000, every: 500 }).catch(() => {
    // The caller compares the readings and says in what it is not.
  });
  return now;
}

const counted = (reading) => Object.entries(reading).filter(([what]) => what !== 'memory');

/** What of the relay's use has grown more than it may, in words. */
export function leaks(before, after, count) {
  const found = [];
  for (const [what, amount] of counted(after)) {
    if (amount > before[what]) found.push(`${what} grew from ${before[what]} to ${amount}`);
  }
  const grown = after.memory - before.memory;
  const allowed = SETTLING_KIB + (count * LEAK_BYTES) / 1_024;
  if (grown > allowed)
    found.push(`memory grew by ${grown} KiB, more than the ${Math.round(allowed)} KiB that ${count} calls may`);
  return found;
}
