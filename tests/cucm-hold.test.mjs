// Cisco Unified Communications Manager puts the user on hold, with music from a server of its own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, change, hungUp, media } from './lib/cucm-steps.mjs';
import { OF_THE_MUSIC, Trunk, awaited, portOf } from './lib/cucm-trunk.mjs';
import { freePort } from './lib/ports.mjs';
import { RtpTelephone } from './lib/rtp-telephone.mjs';
import { prompted } from './lib/sipp-steps.mjs';
import { listen } from './lib/tone.mjs';

/** Where the music of a server goes that plays to everybody at once. */
const GROUP = '239.77.3.1';

const trunk = Trunk.forTests('cucm-hold');

const delayed = (music) => change(103, { answer: media(music, { direction: 'sendonly', version: 3 }) });
const learntFirst = (music) => [
  change(103, { answer: media(music, { direction: 'inactive', version: 3 }) }),
  change(104, { offer: media(music, { direction: 'sendonly', version: 4 }) }),
];

const variants = [
  { name: 'a=inactive begins the hold' },
  { name: 'c=0.0.0.0 alone begins the hold', direction: 'sendrecv', blank: true },
  { name: 'the music is in another codec', codec: 'pcma' },
  { name: 'our capabilities are asked for first', begin: learntFirst },
];

for (const { name, direction = 'inactive', blank, codec = 'pcmu', begin = delayed } of variants) {
  test(`the music is heard, and afterwards both are again, where ${name}`, async () => {
    const { phone, telephone } = trunk;
    const music = await RtpTelephone.open(trunk.scope, OF_THE_MUSIC, { host: '127.0.0.12', codec });
    const off = (version) => media(telephone, { direction, version, blank });
    const party = await trunk.calls([
      call(media(telephone)),
      prompted(),
      change(102, { offer: off(2) }),
      begin(music),
      prompted(),
      change(105, { offer: off(5) }),
      change(106, { answer: media(telephone, { version: 6 }) }),
      hungUp(),
    ]);
    const port = await trunk.answer(party);
    await trunk.bothAreHeard();
    const before = trunk.negotiations();
    assert.ok(before > 0);

    telephone.hush();
    await party.prompt();
    const offer = await awaited(party, 'SIP/2.0 200', '103 INVITE');
    assert.equal(portOf(offer), port);
    assert.match(offer, /^m=audio \d+ RTP\/AVP .*\b0\b.* 101\b/m);
    assert.doesNotMatch(offer, /^a=(inactive|sendonly|recvonly)/m);
    const accepted = await awaited(party, 'SIP/2.0 200', '102 INVITE');
    if (!blank) assert.match(accepted, /^a=inactive\r?$/m);
    music.talkTo(port);
    await phone.shows('On hold by the other party');
    await phone.hears(OF_THE_MUSIC);
    assert.equal((await phone.codecs()).receives, codec);
    assert.equal(music.packets, 0);

    music.hush();
    await party.prompt();
    await awaited(party, 'SIP/2.0 200', '106 INVITE');
    telephone.talkTo(port);
    await phone.shows('Connected');
    await trunk.bothAreHeard();
    assert.equal(trunk.negotiations(), before);
    assert.equal((await phone.connections()).length, 1);
    await phone.press('Hang up');
    await party.done();
  });
}

test('music for everybody is heard in its group while the hold lasts, and not a moment longer', async () => {
  const { phone, telephone } = trunk;
  const server = await RtpTelephone.open(trunk.scope, OF_THE_MUSIC);
  // It plays whether anybody listens or not.
  const group = { codec: 'pcmu', host: `${GROUP}/1`, port: await freePort() };
  server.talkTo(group.port, GROUP);
  const off = (version) => media(telephone, { direction: 'inactive', version });
  const party = await trunk.calls([
    call(media(telephone)),
    prompted(),
    change(102, { offer: off(2) }),
    change(103, { answer: media(group, { direction: 'sendonly', version: 3 }) }),
    prompted(),
    change(105, { offer: off(5) }),
    change(106, { answer: media(telephone, { version: 6 }) }),
    hungUp(),
  ]);
  const port = await trunk.answer(party);
  await trunk.bothAreHeard();
  const before = trunk.negotiations();

  telephone.hush();
  await party.prompt();
  await phone.shows('On hold by the other party');
  await phone.hears(OF_THE_MUSIC);

  await party.prompt();
  await awaited(party, 'SIP/2.0 200', '106 INVITE');
  telephone.talkTo(port);
  await phone.shows('Connected');
  await trunk.bothAreHeard();
  const { tones } = listen(await phone.listen(700), [OF_THE_MUSIC]);
  assert.equal(tones.get(OF_THE_MUSIC), 0, 'the music is still heard');
  assert.equal(server.packets, 0, 'something was sent to who plays the music');
  assert.equal(trunk.negotiations(), before);
  await phone.press('Hang up');
  await party.done();
});
