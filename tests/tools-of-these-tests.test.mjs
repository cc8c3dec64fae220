// The instruments have to be right before anything is measured with them.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fromMuLaw, toMuLaw } from './lib/g711.mjs';
import { Process } from './lib/process.mjs';
import { Scope } from './lib/scope.mjs';
import { listen, mixed, pulsedTone, strongest } from './lib/tone.mjs';
import { eventually } from './lib/wait.mjs';
import { readWav, writeWav } from './lib/wav.mjs';

let scope;
before(async () => {
  scope = await Scope.open('tools');
});
after(() => scope.close());

test('a tone in a WAV file is found at its frequency and level, and no other is', async () => {
  for (const rate of [8_000, 16_000, 48_000]) {
    const file = join(scope.directory, `${rate}.wav`);
    await writeWav(file, pulsedTone(1_100, { rate, level: 0.5, on: 10, off: 0, seconds: 2 }));
    const sound = await readWav(file);
    assert.equal(sound.rate, rate);
    const peak = strongest(sound);
    assert.ok(Math.abs(peak.hertz - 1_100) < 2, `${peak.hertz} Hz`);
    assert.ok(Math.abs(peak.level - 20 * Math.log10(0.5) + 3) < 0.5, `${peak.level} dB`);
    const heard = listen(sound, [700, 1_100]);
    assert.equal(heard.tones.get(700), 0);
    assert.ok(heard.tones.get(1_100) >= heard.stretches - 1);
  }
});

test('pulses are heard in most stretches, and the gaps between them do not hide them', () => {
  const heard = listen(pulsedTone(700, { seconds: 4 }), [700, 1_100]);
  assert.ok(heard.tones.get(700) > heard.stretches * 0.5, JSON.stringify([...heard.tones]));
  assert.equal(heard.tones.get(1_100), 0);
});

test('neither of two equally loud tones is clear, and noise is no tone', () => {
  const both = listen(mixed(pulsedTone(700), pulsedTone(1_100)), [700, 1_100]);
  assert.deepEqual([...both.tones.values()], [0, 0]);
  let state = 1;
  const samples = Float32Array.from({ length: 48_000 }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return (state / 1_073_741_824 - 1) * 0.3;
  });
  assert.deepEqual([...listen({ rate: 48_000, samples }, [700, 1_100]).tones.values()], [0, 0]);
});

test('silence is silence, and hiss below -55 dB counts as it', () => {
  const samples = Float32Array.from({ length: 48_000 }, (_, i) => ((i * 7) % 13) / 13_000);
  const heard = listen({ rate: 48_000, samples }, [700]);
  assert.equal(heard.silent, heard.stretches);
});

test('a WAV file that is still being written is read up to where it ends', async () => {
  const file = join(scope.directory, 'growing.wav');
  await writeWav(file, pulsedTone(700, { seconds: 1, rate: 8_000 }));
  const bytes = await readFile(file);
  bytes.writeUInt32LE(0, 40);
  await writeFile(file, bytes.subarray(0, bytes.length - 8_000));
  assert.equal((await readWav(file)).samples.length, 4_000);
});

test('every µ-law byte survives being decoded and encoded', () => {
  for (let byte = 0; byte < 256; byte += 1) {
    // 0x7f is the negative zero, which encodes as the positive one.
    if (byte !== 0x7f) assert.equal(toMuLaw(fromMuLaw(byte)), byte);
  }
});

test('a process that ends too early is reported with what it wrote', async () => {
  const sh = new Process(scope, { name: 'sh', command: 'sh', args: ['-c', 'echo no such luck >&2; exit 3'] });
  await assert.rejects(sh.line(/ready/), /ended \(exit status 3\)[^]*no such luck/);
});

test('a process that is killed takes its children along', async () => {
  const sh = new Process(scope, { name: 'parent', command: 'sh', args: ['-c', 'sleep 60 & echo child $!; wait'] });
  const [, child] = await sh.line(/child (\d+)/);
  await sh.kill();
  await eventually('the child is gone, or only waits to be reaped', async () => {
    const status = await readFile(`/proc/${child}/status`, 'utf8').catch(() => 'State:\tZ');
    return /^State:\s+Z/m.test(status);
  });
});
