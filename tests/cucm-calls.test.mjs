// Calls with Cisco Unified Communications Manager over a trunk, with SIPp writing as CUCM writes.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CALLER,
  ack,
  ackRefusal,
  answerInvite,
  answerRequest,
  call,
  cancelBecause,
  change,
  delayedInvite,
  hangUp,
  hungUp,
  inDialog,
  media,
  ping,
  reinvite,
  update,
} from './lib/cucm-steps.mjs';
import { OF_THE_CALLER, Trunk, awaited, got, portOf } from './lib/cucm-trunk.mjs';
import { maybe, prompted, request, requestKept, response } from './lib/sipp-steps.mjs';

const trunk = Trunk.forTests('cucm-calls');

describe('a call with delayed offer', () => {
  const ends = {
    tcp: { steps: hungUp(), how: 'the user hangs up' },
    udp: { steps: [prompted(), hangUp(102)], how: 'the caller hangs up, with the reason that Q.850 has for it' },
  };
  for (const [transport, { steps, how }] of Object.entries(ends)) {
    test(`rings with the caller's name over ${transport}, both are heard, and ${how}`, async () => {
      const { phone, telephone } = trunk;
      const party = await trunk.calls([call(media(telephone)), steps], { transport });
      await phone.calls(CALLER.name).filter({ hasText: 'Incoming call' }).waitFor();
      assert.match(await phone.calls(CALLER.name).innerText(), new RegExp(CALLER.number));
      await trunk.answer(party);
      await trunk.bothAreHeard();
      if (transport === 'tcp') {
        await phone.press('Hang up');
      } else {
        await party.prompt();
        await phone.shows('The other party ended the call.');
      }
      await party.done();
      const [accepted] = await got(party, 'SIP/2.0 200', '101 INVITE');
      // RFC 4028: nobody was named, so that the caller refreshes what it asked for.
      assert.match(accepted, /^Session-Expires: 1800;refresher=uac\r?$/m);
      assert.match(accepted, /^Require: timer\r?$/m);
      assert.match(accepted, /^m=audio \d+ RTP\/AVP (\d+ )*0\b.* 101\b/m);
    });
  }

  test('a call that was answered at another phone says so', async () => {
    const { phone } = trunk;
    const party = await trunk.calls([
      delayedInvite(),
      maybe(100),
      response(180),
      prompted(),
      cancelBecause('SIP;cause=200;text="Call completed elsewhere"'),
      response(200),
      response(487),
      ackRefusal(),
    ]);
    await phone.shows('Incoming call');
    await awaited(party, 'SIP/2.0 180');
    await party.prompt();
    await phone.shows('The call went to another phone.');
    await party.done();
  });
});

test('the ping with no forward left is answered, over tcp and udp', async () => {
  for (const transport of ['tcp', 'udp']) {
    const party = await trunk.calls([ping(), response(200)], { transport });
    await party.done();
  }
});

test('a session is refreshed by UPDATE and by re-INVITE, and the call goes on as it was', async () => {
  const { phone, telephone } = trunk;
  const party = await trunk.calls([
    call(media(telephone)),
    prompted(),
    update(102, { headers: ['Session-Expires:  1800;refresher=uac'] }),
    response(200),
    change(103, { offer: media(telephone) }),
    // Now the refreshing is ours to do.
    inDialog('UPDATE', 104, {
      headers: ['Supported: timer', 'Session-Expires:  90;refresher=uas', 'Min-SE:  90'],
    }),
    response(200),
    reinvite(105, media(telephone), { headers: ['Session-Expires:  60;refresher=uac'] }),
    maybe(100),
    response(422),
    ack(105),
    hungUp(),
  ]);
  await trunk.answer(party);
  await trunk.bothAreHeard();
  const before = trunk.negotiations();
  await party.prompt();
  for (const cseq of ['102 UPDATE', '103 INVITE']) {
    const accepted = await awaited(party, 'SIP/2.0 200', cseq);
    assert.match(accepted, /^Session-Expires: 1800;refresher=uac\r?$/m);
    assert.match(accepted, /^Require: timer\r?$/m);
  }
  assert.match(await awaited(party, 'SIP/2.0 200', '104 UPDATE'), /^Session-Expires: 90;refresher=uas\r?$/m);
  assert.match(await awaited(party, 'SIP/2.0 422', '105 INVITE'), /^Min-SE: 90\r?$/m);
  await trunk.bothAreHeard();
  await phone.shows('Connected');
  assert.equal(trunk.negotiations(), before);
  await phone.press('Hang up');
  await party.done();
});

test('what is heard before the answer is acknowledged where CUCM insists, and need not be described again', async () => {
  const { phone, telephone } = trunk;
  const number = 7_043;
  const party = await trunk.isCalled([
    requestKept({ hops: 1 }),
    answerInvite(100, 'Trying'),
    answerInvite(183, 'Session Progress', {
      headers: ['Require: 100rel', `RSeq: ${number}`],
      body: media(telephone),
    }),
    request('PRACK'),
    answerRequest(200, 'OK'),
    prompted(),
    answerInvite(200, 'OK'),
    request('ACK'),
    hungUp(),
  ]);
  await phone.dial('2077');
  const invite = await awaited(party, 'INVITE');
  assert.match(invite, /^Supported:.*\b100rel\b/m);
  telephone.talkTo(portOf(invite));
  await phone.hears(OF_THE_CALLER);
  await phone.shows('Ringing…', 1_000);
  await party.prompt('PRACK');
  await phone.shows('Connected');
  await trunk.bothAreHeard();
  const pracks = await got(party, 'PRACK');
  assert.equal(pracks.length, 1);
  const [, sequence] = invite.match(/^CSeq: (\d+) INVITE/m);
  assert.match(pracks[0], new RegExp(`^RAck: ${number} ${sequence} INVITE\\r?$`, 'm'));
  await phone.press('Hang up');
  await party.done();
});

test('the user sees to whom the call was forwarded, and who has answered', async () => {
  const { phone, telephone } = trunk;
  const kim = { name: 'Kim Muster', number: '2077' };
  const lou = { name: 'Lou Sample', number: '2078' };
  const party = await trunk.isCalled([
    requestKept({ hops: 1 }),
    answerInvite(100, 'Trying'),
    answerInvite(180, 'Ringing', { party: kim }),
    prompted(),
    answerInvite(180, 'Ringing', { party: lou }),
    prompted(),
    answerInvite(200, 'OK', { party: lou, body: media(telephone) }),
    request('ACK'),
    hungUp(),
  ]);
  await phone.dial('2077');
  await phone.calls(kim.name).filter({ hasText: 'Ringing…' }).waitFor();
  await party.prompt();
  await phone.calls(lou.name).filter({ hasText: 'Ringing…' }).waitFor();
  await party.prompt();
  await phone.calls(lou.name).filter({ hasText: 'Connected' }).waitFor();
  telephone.talkTo(portOf((await got(party, 'INVITE'))[0]));
  await trunk.bothAreHeard();
  await phone.press('Hang up');
  await party.done();
});
