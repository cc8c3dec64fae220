// Whatever is lost in the middle of a call, within a stated time both sides are restored or released.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Kamailio } from './lib/kamailio.mjs';
import { FAR_HOST, TcpLink, UdpLink } from './lib/network.mjs';
import { HOST, freePort } from './lib/ports.mjs';
import { Relay, lineOn, secretOf, userOf } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { pulsedTone } from './lib/tone.mjs';
import { eventually } from './lib/wait.mjs';

const OF_THE_BROWSER = 1_100;
const OF_THE_TELEPHONE = 700;
/** How long the relay keeps a call whose browser is gone, in this test. */
const GRACE_S = 4;
/** How long the relay puts up with a telephone that sends nothing, in this test. */
const RTP_TIMEOUT_S = 2;
/** How long a browser may be silent before its audio counts as lost, in this test. */
const BROWSER_SILENCE_S = 2;

let scope;
let kamailio;
let relay;
let browser;
let person;
let phone;
let telephone;
let signalling;
let media;

/** The page is loaded over links that can be broken. */
const url = () => `https://${HOST}:${signalling.port}/`;

before(async () => {
  scope = await Scope.open('losses');
  kamailio = await Kamailio.start(scope);
  const browserPort = await freePort();
  relay = await Relay.start(scope, {
    user: [lineOn(kamailio, '1001', { transport: 'tcp' })],
    http: { heartbeat_ms: 500 },
    media: {
      workers: 1,
      browser_port: browserPort,
      advertised_ips: [FAR_HOST],
      browser_silence_s: BROWSER_SILENCE_S,
      rtp_timeout_s: RTP_TIMEOUT_S,
    },
    calls: { grace_s: GRACE_S },
  });
  media = await UdpLink.open(scope, browserPort);
  signalling = await TcpLink.open(scope, Number(relay.host.split(':')[1]));
  browser = await Browser.start(scope, { tone: pulsedTone(OF_THE_BROWSER) });
  telephone = await Baresip.start(scope, { exchange: kamailio, user: '2001', tone: pulsedTone(OF_THE_TELEPHONE) });
  await newPerson();
});
after(() => scope.close());

afterEach(async () => {
  media.pass();
  signalling.heal();
  try {
    await phone.ready(20_000);
    await phone.idle();
  } catch (error) {
    // What one test left behind must not fail the next.
    await newPerson();
    await phone.idle().catch(() => {});
    throw error;
  }
});

/** A person who has just opened the browser, after the earlier one closed theirs. */
async function newPerson() {
  await person?.close();
  person = await browser.person();
  phone = await person.openTab();
  await phone.signIn(url(), '1001');
}

async function connect() {
  await telephone.forget();
  await phone.dial(telephone.user);
  await phone.shows('Connected');
  await bothHear();
}

async function bothHear() {
  await phone.hears(OF_THE_TELEPHONE);
  const now = await eventually('the telephone hears the browser', async () => {
    const heard = await telephone.hearsNow([OF_THE_BROWSER], 500);
    return heard.tones.get(OF_THE_BROWSER) >= 3 && heard;
  });
  return now;
}

async function hangUp() {
  await phone.press('Hang up');
  await telephone.event('CALL_CLOSED');
  await phone.idle();
}

describe('the browser is lost', () => {
  test('a reload in a call keeps the call, and both hear each other again', async () => {
    await connect();
    await phone.page.reload();
    await phone.shows('Connected');
    await bothHear();
    assert.equal(telephone.count('CALL_CLOSED'), 0);
    await hangUp();
  });

  test('a reload while it rings keeps it ringing', async () => {
    await telephone.forget();
    await telephone.dial('1001');
    await phone.shows('Incoming call');
    await phone.page.reload();
    await phone.shows('Incoming call');
    await phone.press('Answer');
    await phone.shows('Connected');
    await bothHear();
    await hangUp();
  });

  test('another tab takes the call over', async () => {
    await connect();
    const other = await person.openTab();
    await other.open(url());
    await other.enter(userOf('1001'), secretOf('1001'));
    await other.press('Use the phone here');
    await other.shows('Connected');
    await other.hears(OF_THE_TELEPHONE);
    await phone.button('Use the phone here').waitFor();
    await eventually('the first tab has let go of the microphone', async () => (await phone.liveMicrophones()) === 0);
    const first = phone;
    phone = other;
    await first.page.close();
    await bothHear();
    await hangUp();
  });

  test('whoever signs in anew within the grace period, in another browser, has the call back', async () => {
    await connect();
    await person.close();
    person = await browser.person();
    phone = await person.openTab();
    await phone.open(url());
    await phone.enter(userOf('1001'), secretOf('1001'));
    // The relay may not have noticed yet that the other browser is gone.
    const takeOver = phone.button('Use the phone here');
    await eventually('the call is back', async () => {
      if (await takeOver.isVisible()) await takeOver.click();
      return (await phone.calls().filter({ hasText: 'Connected' }).count()) === 1;
    });
    await bothHear();
    assert.equal(telephone.count('CALL_CLOSED'), 0);
    await hangUp();
  });

  test('a browser that is closed leaves the other party alone for the grace period only', async () => {
    await connect();
    const closed = performance.now();
    await person.close();
    await telephone.event('CALL_CLOSED', (GRACE_S + 3) * 1_000);
    assert.ok(performance.now() - closed > (GRACE_S - 1) * 1_000, 'the call was not kept');
    await newPerson();
  });

  test('closing the browser while it rings out ends the ringing at the other party', async () => {
    const patient = await Baresip.start(scope, {
      exchange: kamailio,
      user: '2002',
      tone: pulsedTone(OF_THE_TELEPHONE),
      answers: false,
    });
    await phone.dial('2002');
    await patient.event('CALL_INCOMING');
    await person.close();
    await patient.event('CALL_CLOSED', (GRACE_S + 3) * 1_000);
    await newPerson();
  });
});

describe('the network to the browser is lost', () => {
  test('signalling alone: the call goes on meanwhile, and is under control again afterwards', async () => {
    await connect();
    signalling.freeze();
    await eventually(
      'the page notices',
      async () => !(await phone.page.getByRole('status', { name: 'Phone status' }).innerText()).includes('Ready'),
    );
    await bothHear();
    signalling.heal();
    await phone.ready();
    await phone.shows('Connected');
    await hangUp();
  });

  test('signalling is cut again and again', async () => {
    await connect();
    for (let i = 0; i < 3; i += 1) {
      signalling.breakConnections();
      await eventually('the page is back', () => phone.ready(2_000).then(() => true));
    }
    await phone.shows('Connected');
    await bothHear();
    await hangUp();
  });

  test('audio alone: the page says so, and audio comes back when the network does', async () => {
    await connect();
    media.block();
    await phone.shows('Reconnecting audio…', (BROWSER_SILENCE_S + 5) * 1_000);
    await phone.screenshot('reconnecting');
    media.pass();
    await phone.shows('Connected', 15_000);
    await bothHear();
    await hangUp();
  });

  test('the address of the browser changes: audio follows', async () => {
    await connect();
    media.rebind();
    await bothHear();
    await hangUp();
  });

  test('everything, for longer than the grace period: the other party is released, and the page shows no call', async () => {
    await connect();
    signalling.freeze();
    media.block();
    await telephone.event('CALL_CLOSED', (GRACE_S + 5) * 1_000);
    media.pass();
    signalling.heal();
    await phone.ready(20_000);
    await eventually(
      'the page has no call that is up',
      async () =>
        (await phone
          .calls()
          .filter({ hasText: /Connected|Reconnecting/ })
          .count()) === 0,
    );
  });
});

describe('the telephone side is lost', () => {
  test('a telephone that dies in a call: the call is ended, and the reason is given', async () => {
    const mortal = await Baresip.start(scope, { exchange: kamailio, user: '2003', tone: pulsedTone(OF_THE_TELEPHONE) });
    await phone.dial('2003');
    await phone.shows('Connected');
    await phone.hears(OF_THE_TELEPHONE);
    await mortal.process.kill();
    await phone.shows('No audio came for too long, so the call was ended; dial again.', (RTP_TIMEOUT_S + 5) * 1_000);
  });

  test('the telephone system dies in a call: the two parties go on talking, and the browser can hang up', async () => {
    await connect();
    await kamailio.process.kill();
    await bothHear();
    await phone.press('Hang up');
    await eventually('the call is off the screen', async () => {
      await phone.idle(1_000);
      return true;
    });
    telephone.hangUp();
    kamailio = await Kamailio.start(scope, { port: kamailio.port });
    await phone.ready(30_000);
  });

  test('the telephone system restarts with no memory of the line: the line comes back by itself', async () => {
    await kamailio.process.kill();
    await eventually(
      'the page says that the line is gone',
      async () => !(await phone.page.getByRole('status', { name: 'Phone status' }).innerText()).includes('Ready'),
      { timeout: 15_000 },
    );
    await phone.screenshot('line-gone');
    kamailio = await Kamailio.start(scope, { port: kamailio.port });
    await phone.ready(30_000);
    const stranger = await Baresip.start(scope, {
      exchange: kamailio,
      user: '2004',
      tone: pulsedTone(OF_THE_TELEPHONE),
    });
    await stranger.dial('1001');
    await phone.press('Answer', 10_000);
    await phone.hears(OF_THE_TELEPHONE);
    await phone.press('Hang up');
    await stranger.event('CALL_CLOSED');
    await stranger.process.stop();
    await telephone.process.stop();
    telephone = await Baresip.start(scope, { exchange: kamailio, user: '2005', tone: pulsedTone(OF_THE_TELEPHONE) });
  });
});

test('the relay stops on SIGTERM: calls end with BYE, lines are unregistered; once it is back, so is the open page', async () => {
  await connect();
  relay.process.signal('SIGTERM');
  await telephone.event('CALL_CLOSED', 5_000);
  const how = await relay.process.ended;
  assert.deepEqual({ code: how.code, signal: how.signal }, { code: 0, signal: null });
  await telephone.forget();
  await telephone.dial('1001');
  await telephone.process.line(/404 Not Found/);
  await phone.screenshot('relay-gone');

  relay = await Relay.start(scope, relay.config);
  await eventually(
    'the page is ready again, or asks to sign in',
    async () => {
      if (await phone.button('Sign in').isVisible()) await phone.enter(userOf('1001'), secretOf('1001'));
      await phone.ready(1_000);
      return true;
    },
    { timeout: 20_000 },
  );
  await connect();
  await hangUp();
});
