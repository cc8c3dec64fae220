// A person in a browser and linphone, whose SIP and media are not those of the other telephones here: calls both ways,
// hold and keys by either side, refusals, and transfers in which both telephones are linphone.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Browser } from './lib/browser.mjs';
import { Kamailio, SIP } from './lib/kamailio.mjs';
import { Linphone } from './lib/linphone.mjs';
import { OWN_HOST } from './lib/ports.mjs';
import { Relay, lineOn } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { pulsedTone } from './lib/tone.mjs';
import { eventually } from './lib/wait.mjs';
import { hearEachOther, hearsOnly } from './lib/who-hears-whom.mjs';

const TONES = { browser: 1_100, lena: 700, leo: 1_700 };
const NUMBER = '1001';
const LENA = '2001';
const LEO = '2002';

let scope;
let relay;
let phone;
let lena;
let leo;

before(async () => {
  scope = await Scope.open('linphone');
  // Where it transfers after asking, linphone names no port.
  const kamailio = await Kamailio.start(scope, { host: OWN_HOST, port: SIP });
  relay = await Relay.start(scope, { user: [lineOn(kamailio, NUMBER)] });
  const browser = await Browser.start(scope, { tone: pulsedTone(TONES.browser) });
  const telephone = (user, hertz, transport) =>
    Linphone.start(scope, { exchange: kamailio, user, tone: pulsedTone(hertz), transport });
  [lena, leo] = await Promise.all([telephone(LENA, TONES.lena, 'udp'), telephone(LEO, TONES.leo, 'tcp')]);
  phone = (await browser.phone()).mustStayWell();
  await phone.signIn(relay.url, NUMBER);
});
after(() => scope.close());

afterEach(async () => {
  for (const telephone of [lena, leo]) {
    telephone.hangUp();
    telephone.answers(true);
  }
  await phone.idle();
  await eventually('the microphone is off', async () => (await phone.liveMicrophones()) === 0);
});

const forget = () => [lena, leo].forEach((telephone) => telephone.forget());

async function call(number) {
  forget();
  await phone.dial(number);
  await phone.callReads(number, 'Connected');
}

/** Opens the transfer of the call and writes to whom. */
async function transferTo(number) {
  await phone.press('Transfer…');
  await phone.page.getByRole('combobox', { name: 'Transfer to' }).fill(number);
}

/** Lena and Leo talk, without the browser. */
async function lenaHasLeo() {
  await hearEachOther({ lena, leo }, TONES);
  assert.equal(await phone.calls().filter({ hasText: 'Connected' }).count(), 0);
  await eventually('the relay has no call', async () => ((await relay.figures()).calls ?? 0) === 0);
}

for (const [transport, number, name] of [
  ['udp', LENA, 'lena'],
  ['tcp', LEO, 'leo'],
]) {
  describe(`over ${transport}`, () => {
    const telephone = () => (name === 'lena' ? lena : leo);

    test('the browser calls, both are heard, and the browser hangs up', async () => {
      await call(number);
      await hearEachOther({ browser: phone, [name]: telephone() }, TONES);
      await phone.press('Hang up');
      await telephone().reports(/Call \d+ with .* ended/);
    });

    test('linphone calls, both are heard, and linphone hangs up', async () => {
      forget();
      telephone().dial(NUMBER);
      await phone.callReads(number, 'Incoming call');
      await phone.press('Answer');
      await phone.callReads(number, 'Connected');
      await hearEachOther({ browser: phone, [name]: telephone() }, TONES);
      telephone().hangUp();
      await phone.shows('The other party ended the call.');
    });
  });
}

describe('hold', () => {
  test('by linphone, which plays its music, and back', async () => {
    await call(LENA);
    await hearEachOther({ browser: phone, lena }, TONES);
    lena.hold();
    await phone.callReads(LENA, 'On hold by the other party');
    await lena.reports(/Call \d+ with .* is now paused/);
    await Promise.all([hearsOnly(phone, ['lena'], TONES), hearsOnly(lena, [], TONES)]);
    lena.resume();
    await phone.callReads(LENA, 'Connected');
    await hearEachOther({ browser: phone, lena }, TONES);
    await phone.press('Hang up');
  });

  test('by the browser, and back', async () => {
    await call(LENA);
    await hearEachOther({ browser: phone, lena }, TONES);
    await phone.press('Hold');
    await phone.callReads(LENA, 'On hold');
    await lena.reports(/Call \d+ has been paused by/);
    await Promise.all([hearsOnly(phone, [], TONES), hearsOnly(lena, [], TONES)]);
    await phone.press('Resume');
    await phone.callReads(LENA, 'Connected');
    await hearEachOther({ browser: phone, lena }, TONES);
    await phone.press('Hang up');
  });
});

test('keys go both ways, and both are still heard', async () => {
  await call(LENA);
  await hearEachOther({ browser: phone, lena }, TONES);
  await phone.press('Keypad');
  for (const digit of '15#') await phone.press(digit);
  await lena.hearsKeys('15#');
  lena.press('4*');
  await phone.hearsKeys('4*');
  await hearEachOther({ browser: phone, lena }, TONES);
  await phone.press('Hang up');
});

describe('no call comes about', () => {
  test('linphone declines', async () => {
    forget();
    lena.answers(false);
    await phone.dial(LENA);
    await phone.shows('Ringing…');
    await lena.reports(/Receiving new incoming call/);
    lena.hangUp();
    await phone.shows('The call was declined.');
  });

  test('the browser rejects, and linphone hears busy', async () => {
    forget();
    lena.dial(NUMBER);
    await phone.callReads(LENA, 'Incoming call');
    await phone.press('Reject');
    await lena.reports(/Call \d+ with .* error/);
    await lena.exchanged('SIP/2.0 486 Busy Here');
  });

  test('the browser gives up while linphone rings', async () => {
    forget();
    leo.answers(false);
    await phone.dial(LEO);
    await phone.shows('Ringing…');
    await leo.reports(/Receiving new incoming call/);
    await phone.press('Hang up');
    await leo.reports(/Call \d+ with .* ended/);
  });

  test('linphone gives up while the browser rings', async () => {
    forget();
    leo.dial(NUMBER);
    await phone.callReads(LEO, 'Incoming call');
    leo.hangUp();
    await leo.reports(/Call \d+ with .* ended/);
    await eventually('it rings no more', async () => (await phone.calls().filter({ hasText: 'Incoming call' }).count()) === 0);
  });
});

describe('transfers', () => {
  test('by linphone, without asking: the browser goes on with somebody else', async () => {
    await call(LENA);
    await hearEachOther({ browser: phone, lena }, TONES);
    lena.transfer(LEO);
    await phone.callReads(LEO, 'Connected');
    await hearEachOther({ browser: phone, leo }, TONES);
    await phone.pressIn(LEO, 'Hang up');
  });

  test('by linphone, after asking: the browser takes its place in the other call', async () => {
    await call(LENA);
    lena.hold();
    await phone.callReads(LENA, 'On hold by the other party');
    lena.dial(LEO);
    await hearEachOther({ lena, leo }, TONES);
    lena.connectCalls();
    await phone.callReads(LEO, 'Connected');
    await hearEachOther({ browser: phone, leo }, TONES);
    await phone.pressIn(LEO, 'Hang up');
  });

  test('by the browser, without asking: linphone calls somebody else', async () => {
    await call(LENA);
    await transferTo(LEO);
    await phone.press('Transfer');
    await phone.callReads(LENA, 'You transferred the call.');
    await lenaHasLeo();
  });

  test('by the browser, after asking: linphone takes its place in the other call', async () => {
    await call(LENA);
    await transferTo(LEO);
    await phone.press('Ask first');
    await phone.callReads(LEO, 'Connected');
    await phone.holds(LENA);
    await hearEachOther({ browser: phone, leo }, TONES);
    await phone.press('Transfer now');
    await phone.callReads(LENA, 'You transferred the call.');
    await lenaHasLeo();
  });
});
