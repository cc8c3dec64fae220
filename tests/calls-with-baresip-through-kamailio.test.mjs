// A person in a browser and a telephone that is not ours call each other, and each hears the other:
// over UDP and TCP, in every codec, whoever calls.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Kamailio } from './lib/kamailio.mjs';
import { Relay, lineOn } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { pulsedTone } from './lib/tone.mjs';
import { eventually } from './lib/wait.mjs';

const OF_THE_BROWSER = 1_100;
const OF_THE_TELEPHONE = 700;
const TRANSPORTS = ['udp', 'tcp'];
const CODECS = ['pcmu', 'pcma', 'g722', 'opus'];
const number = (transport, codec) => `1${TRANSPORTS.indexOf(transport)}${CODECS.indexOf(codec)}`;

let scope;
let kamailio;
let relay;
let browser;
const telephones = {};

before(async () => {
  scope = await Scope.open('baresip');
  kamailio = await Kamailio.start(scope);
  const user = TRANSPORTS.flatMap((transport) =>
    CODECS.map((codec) => lineOn(kamailio, number(transport, codec), { transport, codecs: [codec] })),
  );
  relay = await Relay.start(scope, { user });
  browser = await Browser.start(scope, { tone: pulsedTone(OF_THE_BROWSER) });
  for (const transport of TRANSPORTS) {
    telephones[transport] = await Baresip.start(scope, {
      exchange: kamailio,
      user: `200${TRANSPORTS.indexOf(transport)}`,
      tone: pulsedTone(OF_THE_TELEPHONE),
      transport,
    });
  }
});
after(() => scope.close());

/** Both hear the other's tone in the codec that was asked for; the telephone does not hear itself. */
async function bothHear(phone, telephone, codec) {
  await Promise.all([phone.hears(OF_THE_TELEPHONE), telephone.hears(OF_THE_BROWSER)]);
  assert.deepEqual(await phone.codecs(), { sends: codec, receives: codec });
  const now = await telephone.hearsNow([OF_THE_TELEPHONE, OF_THE_BROWSER], 500);
  assert.equal(now.tones.get(OF_THE_TELEPHONE), 0, 'the telephone hears an echo of itself');
}

for (const transport of TRANSPORTS) {
  for (const codec of CODECS) {
    describe(`${codec} over ${transport}`, () => {
      let phone;
      before(async () => {
        phone = (await browser.phone()).mustStayWell();
        await phone.signIn(relay.url, number(transport, codec));
      });
      after(() => phone.page.context().close());

      test('the browser calls the telephone', async () => {
        const telephone = telephones[transport];
        await telephone.forget();
        await phone.dial(telephone.user);
        await phone.shows('Connected');
        await bothHear(phone, telephone, codec);
        await phone.press('Hang up');
        await telephone.event('CALL_CLOSED');
        await phone.idle();
        await eventually('the microphone is off', async () => (await phone.liveMicrophones()) === 0);
      });

      test('the telephone calls the browser', async () => {
        const telephone = telephones[transport];
        await telephone.forget();
        await telephone.dial(number(transport, codec));
        await phone.shows('Incoming call');
        assert.equal(await phone.liveMicrophones(), 0, 'the microphone is on before the call is answered');
        await phone.press('Answer');
        await phone.shows('Connected');
        await bothHear(phone, telephone, codec);
        telephone.hangUp();
        await phone.idle();
        await eventually('the microphone is off', async () => (await phone.liveMicrophones()) === 0);
      });
    });
  }
}
