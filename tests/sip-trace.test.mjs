// The trace of SIP as an admin sees it: whole conversations, however many dialogs they have.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Kamailio } from './lib/kamailio.mjs';
import { LOAD_HASH, LOAD_PASSWORD } from './lib/lab-clients.mjs';
import { Relay, lineOn } from './lib/relay.mjs';
import { Scope } from './lib/scope.mjs';
import { Sipp } from './lib/sipp.mjs';
import { pause, reply, request } from './lib/sipp-steps.mjs';
import { pulsedTone } from './lib/tone.mjs';
import { hearEachOther } from './lib/who-hears-whom.mjs';

const TONES = { browser: 1_100, anna: 700, bert: 1_700 };
const ANNA = '2001';
const BERT = '2002';
const ADMIN = { username: 'admin', password: LOAD_PASSWORD };

let scope;
let relay;
let phone;
let anna;
let bert;
/** The admin's page. */
let page;

before(async () => {
  scope = await Scope.open('sip-trace');
  const kamailio = await Kamailio.start(scope);
  relay = await Relay.start(scope, {
    user: [lineOn(kamailio, '1001')],
    admin: { name: ADMIN.username, password_hash: LOAD_HASH },
  });
  const browser = await Browser.start(scope, { tone: pulsedTone(TONES.browser) });
  const context = await browser.chromium.newContext({
    ignoreHTTPSErrors: true,
    httpCredentials: ADMIN,
    viewport: { width: 1280, height: 800 },
  });
  page = await context.newPage();
  const telephone = (user, hertz) => Baresip.start(scope, { exchange: kamailio, user, tone: pulsedTone(hertz) });
  anna = await telephone(ANNA, TONES.anna);
  bert = await telephone(BERT, TONES.bert);
  phone = (await browser.phone()).mustStayWell();
});
after(() => scope.close());

const trace = () => page.goto(`${relay.url}admin/trace`);
const rows = () => page.locator('tbody tr');
const screenshot = (name) =>
  page.screenshot({ path: join(process.env.SIDETONE_SCREENSHOTS ?? scope.directory, `${name}.png`), fullPage: true });

/** Opens the latest conversation with that party. */
async function open(party) {
  await trace();
  await rows().filter({ has: page.getByRole('cell', { name: party, exact: true }) }).first().getByRole('link').click();
  await page.getByRole('link', { name: 'All calls' }).waitFor();
}

/** What the ladder shows: the first line of each message, with the letter of its dialog where there is one. */
const messages = () =>
  page.locator('.message').evaluateAll((cells) =>
    cells.map((cell) => ({
      dialog: cell.querySelector('.mark')?.textContent ?? '',
      label: cell.querySelector('.label').textContent,
      text: cell.querySelector('pre').textContent,
      again: cell.closest('tr').className === 'again',
    })),
  );

describe('an admin', () => {
  test('sees an empty list while nothing has come or gone', async () => {
    await trace();
    await page.getByText('No SIP message has come or gone yet').waitFor();
    await screenshot('trace-empty');
    await phone.signIn(relay.url, '1001');
  });

  test('sees a consultation and the transfer that follows as one conversation of two dialogs', async () => {
    await phone.dial(ANNA);
    await phone.callReads(ANNA, 'Connected');
    for (let i = 0; i < 4; i += 1) {
      await phone.press('Hold');
      await phone.press('Resume');
      await phone.callReads(ANNA, 'Connected');
    }
    await phone.press('Transfer…');
    await phone.page.getByRole('combobox', { name: 'Transfer to' }).fill(BERT);
    await phone.press('Ask first');
    await phone.callReads(BERT, 'Connected');
    // Before a message names the other dialog.
    await open(ANNA);
    const before = await messages();
    assert.deepEqual([...new Set(before.map(({ dialog }) => dialog))], ['A', 'B']);
    assert.ok(!before.some(({ text }) => /^(refer-to|replaces):/im.test(text)));
    await phone.press('Transfer now');
    await hearEachOther({ anna, bert }, TONES);
    await phone.idle();

    await open(ANNA);
    const all = await messages();
    assert.ok(all.length > 40, `${all.length} messages`);
    const invited = all.filter(({ label, text }) => label === 'INVITE' && !/^to:.*;tag=/im.test(text));
    // Each was sent again with credentials.
    assert.deepEqual(invited.map(({ dialog }) => dialog), ['A', 'A', 'B', 'B']);
    assert.ok(all.some(({ dialog, label }) => dialog === 'A' && label === 'REFER'));
    assert.equal(await page.locator('.facts .id').count(), 2);
    await screenshot('trace-transfer');
    anna.hangUp();
  });

  test('reads messages without their secrets, by mouse and by keyboard', async () => {
    await open(ANNA);
    await page.getByText('REGISTER').first().isHidden();
    await page.getByRole('link', { name: 'Unfold all messages' }).click();
    const proxy = page.getByText(/Proxy-Authorization: Digest/).first();
    await proxy.waitFor();
    assert.match(await proxy.textContent(), /response="\*\*\*"/);
    await screenshot('trace-unfolded');
    await page.getByRole('link', { name: 'Fold all messages' }).click();
    const summary = page.locator('summary').first();
    await summary.focus();
    await page.keyboard.press('Enter');
    await page.locator('details[open] pre').waitFor();
    await screenshot('trace-one-message');
  });

  test('sees what was sent again, and what a call came to', async () => {
    // Silent for longer than timer A.
    const steps = [request('INVITE'), pause(700), reply(486, 'Busy Here'), request('ACK')];
    const party = await Sipp.called(scope, steps);
    await phone.dial(party.number);
    await phone.shows('The number is busy; try again later.');
    await party.done();
    await phone.idle();
    await open(party.number);
    assert.ok((await messages()).some(({ label, again }) => label === 'INVITE' && again));
    await page.locator('.facts').getByText('486 Busy Here').waitFor();
    await screenshot('trace-busy');
  });

  test('finds calls in the list by kind and by number', async () => {
    await trace();
    await screenshot('trace-list');
    await page.getByRole('combobox', { name: 'Show' }).selectOption('Registrations and others');
    await page.getByRole('button', { name: 'Show' }).click();
    assert.deepEqual([...new Set(await rows().locator('td:nth-child(3)').allTextContents())], ['REGISTER']);
    await page.getByRole('combobox', { name: 'Show' }).selectOption('Everything');
    await page.getByRole('searchbox').fill('486 busy');
    await page.keyboard.press('Enter');
    await rows().filter({ hasText: '486 Busy Here' }).waitFor();
    assert.equal(await rows().count(), 1);
    await page.getByRole('searchbox').fill('nothing is called so');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing of what is kept fits.').waitFor();
  });

  test('can use both pages on a narrow screen: only what is wide scrolls', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    for (const [name, show] of [
      ['trace-list-narrow', trace],
      ['trace-transfer-narrow', () => open(ANNA)],
    ]) {
      await show();
      const { wide, visible } = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth,
        visible: document.documentElement.clientWidth,
      }));
      assert.ok(wide <= visible, `${name} is ${wide} wide`);
      await screenshot(name);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('saves the conversation as text and as a capture that tools for captures can read', async () => {
    await open(ANNA);
    const count = (await messages()).length;
    const saved = async (name) => {
      const href = await page.getByRole('link', { name }).getAttribute('href');
      const response = await page.request.get(new URL(href, relay.url).href);
      assert.equal(response.status(), 200);
      return await response.body();
    };
    const text = String(await saved('Save as text'));
    assert.equal(text.match(/ UTC {2}UDP {2}/g).length, count);
    const capture = await saved('Save for Wireshark');
    assert.equal(capture.readUInt32LE(0), 0xa1b2c3d4);
    const file = join(scope.directory, 'call.pcap');
    await writeFile(file, capture);
    // Where tcpdump is at hand it has to agree.
    const read = await promisify(execFile)('tcpdump', ['-nr', file]).catch((error) => error);
    if (read.code !== 'ENOENT') assert.equal(read.stdout.trim().split('\n').length, count);
  });
});
