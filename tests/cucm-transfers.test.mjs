// Transfers over a trunk to Cisco Unified Communications Manager: of the user, and by the user.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CALLER, answerRequest, call, change, hungUp, media, transferNews, update } from './lib/cucm-steps.mjs';
import { OF_ANOTHER, Trunk, got } from './lib/cucm-trunk.mjs';
import { RtpTelephone } from './lib/rtp-telephone.mjs';
import { prompted, request, response } from './lib/sipp-steps.mjs';
import { eventually } from './lib/wait.mjs';

const trunk = Trunk.forTests('cucm-transfers');

test('who is transferred sees and hears whom they are with now', async () => {
  const { phone, telephone } = trunk;
  const other = await RtpTelephone.open(trunk.scope, OF_ANOTHER, { host: '127.0.0.13' });
  const party = await trunk.calls([
    call(media(telephone)),
    prompted(),
    change(102, { offer: media(telephone, { direction: 'inactive', version: 2 }) }),
    change(103, { offer: media(other, { version: 3 }) }),
    update(104, { party: { name: 'Kim Muster', number: '2077' } }),
    response(200),
    hungUp(),
  ]);
  const port = await trunk.answer(party);
  await trunk.bothAreHeard();
  telephone.hush();
  other.talkTo(port);
  await party.prompt();
  const now = phone.calls('Kim Muster');
  await now.waitFor();
  assert.match(await now.innerText(), /2077/);
  await phone.shows('Connected');
  await trunk.bothAreHeard(other, OF_ANOTHER);
  await phone.press('Hang up');
  await party.done();
});

describe('the user transfers the caller without asking first', () => {
  /** The call is put on hold, and we are asked to be transferred. */
  const held = (telephone) => [
    '  <recv request="INVITE"/>',
    answerRequest(200, 'OK', { body: media(telephone, { direction: 'recvonly', version: 2 }) }),
    request('ACK'),
    request('REFER'),
  ];

  /** The call is taken off hold. */
  const resumed = (telephone) => [
    '  <recv request="INVITE"/>',
    answerRequest(200, 'OK', { body: media(telephone, { version: 3 }) }),
    request('ACK'),
  ];

  async function transfer() {
    const { phone } = trunk;
    await phone.press('Transfer…');
    await phone.page.getByRole('combobox', { name: 'Transfer to' }).fill('2077');
    await phone.press('Transfer');
  }

  test('and sees how it goes', async () => {
    const { phone, telephone } = trunk;
    const party = await trunk.calls([
      call(media(telephone)),
      held(telephone),
      answerRequest(202, 'Accepted'),
      transferNews(102, 100, 'Trying'),
      prompted(),
      transferNews(103, 180, 'Ringing'),
      prompted(),
      transferNews(104, 200, 'OK', 'terminated;reason=noresource'),
      hungUp(),
    ]);
    await trunk.answer(party);
    await transfer();
    await phone.shows('Transferring to 2077…');
    await eventually('the first news was taken', async () => (await got(party, 'SIP/2.0 200', '102 NOTIFY')).length);
    await party.prompt();
    await phone.shows('Ringing at 2077…');
    await party.prompt();
    await phone.shows('You transferred the call.');
    const [refer] = await got(party, 'REFER');
    assert.match(refer, /^Refer-To: <sip:2077@/m);
    assert.match((await got(party, 'INVITE'))[0], /^a=sendonly\r?$/m);
    await party.done();
  });

  const failures = {
    'nobody has the number': [
      answerRequest(202, 'Accepted'),
      transferNews(102, 404, 'Not Found', 'terminated;reason=noresource'),
    ],
    'the telephone system cannot': [
      answerRequest(202, 'Accepted'),
      transferNews(102, 100, 'Trying'),
      transferNews(103, 503, 'Service Unavailable', 'terminated;reason=noresource'),
    ],
    'the telephone system does not let them': [answerRequest(403, 'Forbidden')],
  };
  for (const [why, answers] of Object.entries(failures)) {
    test(`in vain, since ${why}: the call is still there, with words, and goes on`, async () => {
      const { phone, telephone } = trunk;
      const steps = [call(media(telephone)), held(telephone), answers, resumed(telephone), hungUp()];
      const party = await trunk.calls(steps.flat());
      await trunk.answer(party);
      await trunk.bothAreHeard();
      await transfer();
      await phone.shows('Not transferred to 2077.');
      await phone.press('Resume');
      await phone.calls(CALLER.name).filter({ hasText: 'Connected' }).waitFor();
      await trunk.bothAreHeard();
      await phone.press('Hang up');
      await party.done();
    });
  }
});
