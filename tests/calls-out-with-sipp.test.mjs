// Every way a call out can go, with SIPp as the other party, which follows its script to the letter.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { toMuLaw } from './lib/g711.mjs';
import { passwordOf } from './lib/kamailio.mjs';
import { Line, NUMBER, OF_THE_BROWSER, OF_THE_NETWORK } from './lib/sipp-line.mjs';
import {
  KEPT,
  byeAsCalled,
  cancelled,
  challenge,
  pause,
  play,
  prompted,
  reply,
  request,
  requestKept,
  response,
} from './lib/sipp-steps.mjs';
import { pulsedTone } from './lib/tone.mjs';

const line = Line.forTests('calls-out');

describe('the browser calls, and the other side refuses', () => {
  const refusals = [
    [486, 'Busy Here', 'The number is busy; try again later.'],
    [600, 'Busy Everywhere', 'The number is busy; try again later.'],
    [480, 'Temporarily Unavailable', 'Nobody answered; try again later.'],
    [408, 'Request Timeout', 'Nobody answered; try again later.'],
    [603, 'Decline', 'The call was declined.'],
    [404, 'Not Found', 'Nobody has that number; check it and dial again.'],
    [410, 'Gone', 'The number has changed or is no longer in use; look up the new one.'],
    [403, 'Forbidden', 'Your line may not call that number; ask your administrator.'],
    [488, 'Not Acceptable Here', 'The two phones have no audio format in common; tell your administrator.'],
    [503, 'Service Unavailable', 'The telephone system cannot take calls right now; try again in a minute.'],
    [420, 'Bad Extension', 'The call could not be made; try again.'],
  ];
  for (const [status, reason, sentence] of refusals) {
    test(`${status} reads: ${sentence}`, async () => {
      const { phone } = line;
      const party = await line.called([
        request('INVITE'),
        reply(100, 'Trying'),
        reply(180, 'Ringing'),
        reply(status, reason),
        request('ACK'),
      ]);
      await phone.dial(party.number);
      await phone.shows(sentence);
      await party.done();
    });
  }

  test('a number that nobody has, at Kamailio itself', async () => {
    const { phone } = line;
    await phone.dial('7777');
    await phone.shows('Nobody has that number; check it and dial again.');
  });
});

describe('the browser calls', () => {
  test('an answer without 100 or 180 before it connects', async () => {
    const { phone } = line;
    const party = await line.called([
      request('INVITE'),
      reply(200, 'OK', { sdp: true }),
      request('ACK'),
      request('BYE'),
      reply(200, 'OK', { tagged: true }),
    ]);
    await phone.dial(party.number);
    await phone.shows('Connected');
    await phone.press('Hang up');
    await party.done();
  });

  test('ringing, then the caller thinks better of it', async () => {
    const { phone } = line;
    const party = await line.called([
      request('INVITE'),
      reply(180, 'Ringing'),
      request('CANCEL'),
      reply(200, 'OK'),
      cancelled(),
      request('ACK'),
    ]);
    await phone.dial(party.number);
    await phone.shows('Ringing…');
    await phone.press('Hang up');
    await party.done();
  });

  test('the caller thinks better of it before anything came back: CANCEL waits for the first answer', async () => {
    const { phone } = line;
    // RFC 3261 §9.1: no CANCEL before a provisional response.
    const party = await line.called([
      request('INVITE'),
      pause(700),
      reply(180, 'Ringing'),
      request('CANCEL'),
      reply(200, 'OK'),
      cancelled(),
      request('ACK'),
    ]);
    await phone.dial(party.number);
    await phone.shows('Calling…');
    await phone.press('Hang up');
    await party.done();
  });

  test('an answer that crosses the CANCEL is hung up at once', async () => {
    const { phone } = line;
    const party = await line.called([
      requestKept(),
      reply(180, 'Ringing'),
      request('CANCEL'),
      reply(200, 'OK'),
      reply(200, 'OK', { sdp: true, to: KEPT }),
      request('ACK'),
      request('BYE'),
      reply(200, 'OK', { tagged: true }),
    ]);
    await phone.dial(party.number);
    await phone.shows('Ringing…');
    await phone.press('Hang up');
    await party.done();
  });

  test('an answer that is sent again, since the ACK was lost, is acknowledged again', async () => {
    const { phone } = line;
    const party = await line.called([
      requestKept(),
      reply(200, 'OK', { sdp: true, repeated: true }),
      request('ACK'),
      byeAsCalled(),
      response(200),
    ]);
    await phone.dial(party.lossyNumber);
    await party.done();
    const answers = (await party.messages()).filter((m) => m.direction === 'sent' && m.text.startsWith('SIP/2.0 200'));
    assert.equal(answers.length, 2);
  });

  test('the other side hangs up', async () => {
    const { phone } = line;
    const party = await line.called([
      requestKept(),
      reply(180, 'Ringing'),
      reply(200, 'OK', { sdp: true }),
      request('ACK'),
      prompted(),
      byeAsCalled(),
      response(200),
    ]);
    await phone.dial(party.number);
    await phone.shows('Connected');
    await party.prompt('ACK');
    await phone.shows('The other party ended the call.');
    await party.done();
  });

  test('early media is heard while it rings, and the answer keeps it', async () => {
    const { phone } = line;
    const file = join(line.scope.directory, 'announcement.ulaw');
    await writeFile(file, Uint8Array.from(pulsedTone(OF_THE_NETWORK, { rate: 8_000, seconds: 4 }).samples, toMuLaw));
    const party = await line.called([
      requestKept(),
      reply(183, 'Session Progress', { sdp: 'played' }),
      play(file),
      prompted(),
      reply(200, 'OK', { sdp: 'played', to: KEPT }),
      request('ACK'),
      request('BYE'),
      reply(200, 'OK', { tagged: true }),
    ]);
    await phone.dial(party.number);
    await phone.hears(OF_THE_NETWORK);
    await phone.shows('Ringing…', 1_000);
    await party.prompt();
    await phone.shows('Connected');
    await phone.hears(OF_THE_NETWORK);
    await phone.press('Hang up');
    await party.done();
  });

  test('a party that echoes sends the own tone back', async () => {
    const { phone } = line;
    const party = await line.called(
      [
        request('INVITE'),
        reply(200, 'OK', { sdp: true }),
        request('ACK'),
        request('BYE'),
        reply(200, 'OK', { tagged: true }),
      ],
      { echo: true },
    );
    await phone.dial(party.number);
    await phone.hears(OF_THE_BROWSER);
    await phone.press('Hang up');
    await party.done();
  });

  test('a party that asks for a password gets it', async () => {
    const { phone } = line;
    const party = await line.called([
      request('INVITE'),
      challenge(),
      request('ACK'),
      request('INVITE'),
      reply(486, 'Busy Here'),
      request('ACK'),
    ]);
    await phone.dial(party.number);
    await phone.shows('The number is busy; try again later.');
    await party.done();
    const invites = (await party.messages()).filter((m) => m.text.startsWith('INVITE'));
    const header = invites[1].text.match(/^Authorization: Digest (.*realm="script".*)$/im)[1];
    const given = Object.fromEntries(
      [...header.matchAll(/(\w+)="?([^",\s]+)"?/g)].map(([, key, value]) => [key, value]),
    );
    const md5 = (text) => createHash('md5').update(text).digest('hex');
    // RFC 2617 §3.2.2.1 with qop=auth.
    const expected = md5(
      `${md5(`${NUMBER}:script:${passwordOf(NUMBER)}`)}:5ad3c1f0:${given.nc}:${given.cnonce}:auth:${md5(`INVITE:${given.uri}`)}`,
    );
    assert.equal(given.username, NUMBER);
    assert.equal(given.response, expected);
  });
});
