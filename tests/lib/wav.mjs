// WAV files of 16-bit samples: what baresip and Chromium play, and what baresip records.

import { readFile, writeFile } from 'node:fs/promises';

/**
 * Sound: one channel of samples between -1 and 1.
 *
 * @typedef {{rate: number, samples: Float32Array}} Sound
 */

/** @param {string} path @param {Sound} sound */
export async function writeWav(path, { rate, samples }) {
  const data = Buffer.alloc(44 + samples.length * 2);
  data.write('RIFF', 0, 'latin1');
  data.writeUInt32LE(36 + samples.length * 2, 4);
  data.write('WAVEfmt ', 8, 'latin1');
  data.writeUInt32LE(16, 16);
  data.writeUInt16LE(1, 20); // PCM
  data.writeUInt16LE(1, 22); // one channel
  data.writeUInt32LE(rate, 24);
  data.writeUInt32LE(rate * 2, 28);
  data.writeUInt16LE(2, 32);
  data.writeUInt16LE(16, 34);
  data.write('data', 36, 'latin1');
  data.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((value, i) => data.writeInt16LE(Math.round(Math.max(-1, Math.min(1, value)) * 32767), 44 + i * 2));
  await writeFile(path, data);
}

/**
 * Reads the first channel. A file that is still being written has lengths of zero in its header; then
 * everything up to the end of the file is sound.
 *
 * @param {string} path
 * @returns {Promise<Sound>}
 */
export async function readWav(path) {
  const file = await readFile(path);
  if (file.length < 12 || file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') {
    throw new Error(`${path} is not a WAV file`);
  }
  let format;
  for (let at = 12; at + 8 <= file.length;) {
    const name = file.toString('latin1', at, at + 4);
    const length = file.readUInt32LE(at + 4);
    const body = at + 8;
    if (name === 'fmt ') {
      format = {
        channels: file.readUInt16LE(body + 2),
        rate: file.readUInt32LE(body + 4),
        bits: file.readUInt16LE(body + 14),
      };
      if (format.bits !== 16) throw new Error(`${path} has ${format.bits} bits per sample, not 16`);
    } else if (name === 'data') {
      if (!format) throw new Error(`${path} has samples before their format`);
      const end = length === 0 ? file.length : Math.min(body + length, file.length);
      const frame = format.channels * 2;
      const samples = new Float32Array(Math.floor((end - body) / frame));
      for (let i = 0; i < samples.length; i += 1) samples[i] = file.readInt16LE(body + i * frame) / 32768;
      return { rate: format.rate, samples };
    }
    at = body + length + (length % 2);
  }
  throw new Error(`${path} has no samples`);
}
