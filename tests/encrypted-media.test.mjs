// A person in a browser and a telephone that is not ours talk over SRTP whose keys SIP carries (SDES): where either side
// requires it, where either could do without, and where they cannot agree.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Kamailio } from './lib/kamailio.mjs';
import { Relay, lineOn } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { pulsedTone } from './lib/tone.mjs';
import { eventually } from './lib/wait.mjs';
import { hearEachOther, hearsOnly } from './lib/who-hears-whom.mjs';

const TONES = { browser: 1_100, telephone: 700 };
/** The relay's lines, by what they do about encryption. */
const LINES = { required: '1001', optional: '1002', off: '1003' };
/** The telephones, by what they do about it: `srtp` offers RTP/AVP with keys, `srtp-mand` RTP/SAVP. */
const TELEPHONES = { 'srtp-mand': '2001', srtp: '2002', plain: '2003' };

let scope;
let relay;
const phones = {};
const telephones = {};

before(async () => {
  scope = await Scope.open('encrypted-media');
  const kamailio = await Kamailio.start(scope);
  const user = Object.entries(LINES).map(([media_encryption, number]) =>
    lineOn(kamailio, number, { media_encryption, codecs: ['pcmu', 'g722', 'opus'] }),
  );
  relay = await Relay.start(scope, { user });
  const browser = await Browser.start(scope, { tone: pulsedTone(TONES.browser) });
  for (const [name, number] of Object.entries(TELEPHONES)) {
    telephones[name] = await Baresip.start(scope, {
      exchange: kamailio,
      user: number,
      tone: pulsedTone(TONES.telephone),
      encryption: name === 'plain' ? undefined : name,
    });
  }
  for (const [name, number] of Object.entries(LINES)) {
    phones[name] = (await browser.phone()).mustStayWell();
    await phones[name].signIn(relay.url, number);
  }
});
after(() => scope.close());

afterEach(async () => {
  for (const phone of Object.values(phones)) await phone.idle();
});

/** Both hear each other; the telephone says by which suite, or that there is none. */
async function talk(phone, telephone, isEncrypted) {
  await hearEachOther({ browser: phone, telephone }, TONES);
  assert.equal(telephone.suites().length > 0, isEncrypted, `the telephone used ${telephone.suites()}`);
}

async function calls(phone, telephone) {
  await telephone.forget();
  await phone.dial(telephone.user);
  await phone.callReads(telephone.user, 'Connected', 15_000);
}

async function isCalled(phone, telephone, number) {
  await telephone.forget();
  await telephone.dial(number);
  await phone.callReads(telephone.user, 'Incoming call');
  await phone.press('Answer');
  await phone.callReads(telephone.user, 'Connected');
}

describe('encryption that both require', () => {
  test('the browser calls; hold, resume and keys, each way', async () => {
    const [phone, telephone] = [phones.required, telephones['srtp-mand']];
    await calls(phone, telephone);
    await talk(phone, telephone, true);

    await phone.press('Hold');
    await phone.callReads(telephone.user, 'On hold');
    await Promise.all([hearsOnly(telephone, [], TONES), hearsOnly(phone, [], TONES)]);
    await phone.press('Resume');
    await phone.callReads(telephone.user, 'Connected');
    await talk(phone, telephone, true);

    telephone.hold();
    await phone.callReads(telephone.user, 'On hold by the other party');
    telephone.resume();
    await phone.callReads(telephone.user, 'Connected');
    await talk(phone, telephone, true);

    telephone.press('159');
    await phone.hearsKeys('159');
    await phone.press('Keypad');
    for (const key of ['4', '2']) await phone.press(key);
    await eventually('the telephone hears both keys', () => telephone.count('CALL_DTMF_START') >= 2);
    await phone.press('Hang up');
    await telephone.event('CALL_CLOSED');
  });

  test('the telephone calls, and hangs up', async () => {
    const [phone, telephone] = [phones.required, telephones['srtp-mand']];
    await isCalled(phone, telephone, LINES.required);
    await talk(phone, telephone, true);
    telephone.hangUp();
    await phone.callReads(telephone.user, 'The other party ended the call.');
  });
});

describe('encryption that one side could do without', () => {
  for (const [line, name, isEncrypted] of [
    ['optional', 'srtp-mand', true],
    ['optional', 'srtp', true],
    ['optional', 'plain', false],
    ['required', 'srtp', true],
    ['off', 'srtp', false],
    ['off', 'plain', false],
  ]) {
    const how = isEncrypted ? 'encrypted' : 'plain';
    test(`'${line}' and a telephone with '${name}': ${how}, whoever calls`, async () => {
      const [phone, telephone] = [phones[line], telephones[name]];
      await calls(phone, telephone);
      await talk(phone, telephone, isEncrypted);
      await phone.press('Hang up');
      await telephone.event('CALL_CLOSED');
      await phone.idle();

      await isCalled(phone, telephone, LINES[line]);
      await talk(phone, telephone, isEncrypted);
      telephone.hangUp();
      await phone.callReads(telephone.user, 'The other party ended the call.');
    });
  }
});

describe('no agreement', () => {
  for (const [line, name] of [
    ['required', 'plain'],
    ['off', 'srtp-mand'],
  ]) {
    test(`'${line}' and a telephone with '${name}' do not talk, whoever calls`, async () => {
      const [phone, telephone] = [phones[line], telephones[name]];
      await telephone.forget();
      await telephone.dial(LINES[line]);
      await telephone.event('CALL_CLOSED');
      assert.equal(await phone.calls().count(), 0, 'a call that cannot be heard rang');

      await phone.dial(telephone.user);
      await phone.callReads(telephone.user, 'no audio format in common', 15_000);
    });
  }

  test('the refusal says why', async () => {
    const [telephone] = [telephones['srtp-mand']];
    await telephone.forget();
    await telephone.dial(LINES.off);
    await telephone.event('CALL_CLOSED');
    assert.match(telephone.process.output, /488 Not Acceptable Here/);
    assert.match(relay.process.output, /the audio stream is encrypted \('RTP\/SAVP'\), which is switched off/);
  });
});

test('the relay warns of keys in the clear, and never logs one', () => {
  assert.match(relay.process.output, /whoever reads its SIP reads the keys/);
  assert.doesNotMatch(relay.process.output, /inline:/);
});
