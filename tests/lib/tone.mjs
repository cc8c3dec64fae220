// Tones to be sent, and the measurement that says which tone was heard.
//
// Each party of a call sends a tone of its own; a Fourier transform of what another party heard then says
// whom it heard, how loud, and whom it did not.

/**
 * A tone in pulses. A browser's noise suppression takes a steady tone for noise and removes it
 * within seconds; pulses pass as speech does.
 *
 * @param {number} hertz
 * @returns {import('./wav.mjs').Sound}
 */
export function pulsedTone(hertz, { seconds = 2, rate = 48_000, level = 0.4, on = 0.3, off = 0.1 } = {}) {
  const samples = new Float32Array(Math.round(seconds * rate));
  const ramp = 0.01;
  for (let i = 0; i < samples.length; i += 1) {
    const t = (i / rate) % (on + off);
    const edge = Math.min(1, t / ramp, (on - t) / ramp);
    samples[i] = edge > 0 ? level * edge * Math.sin((2 * Math.PI * hertz * i) / rate) : 0;
  }
  return { rate, samples };
}

/** The same sound over and over. */
export function repeated({ rate, samples }, seconds) {
  const long = new Float32Array(Math.round(seconds * rate));
  for (let at = 0; at < long.length; at += samples.length) long.set(samples.subarray(0, long.length - at), at);
  return { rate, samples: long };
}

/** Two tones at once, as DTMF is. */
export function mixed(...sounds) {
  const samples = new Float32Array(Math.max(...sounds.map((s) => s.samples.length)));
  for (const sound of sounds) sound.samples.forEach((value, i) => (samples[i] += value));
  return { rate: sounds[0].rate, samples };
}

/** What counts as hearing a tone: this far above everything else in the same stretch of sound, in dB. */
const CLEAR_DB = 10;
/** Below this, in dB relative to full scale, a stretch is silence. */
const SILENCE_DB = -55;
/** Length of one stretch, in seconds. */
const STRETCH = 0.064;

/**
 * Listens to a sound in stretches of 64 ms.
 *
 * @param {import('./wav.mjs').Sound} sound
 * @returns {{stretches: number, silent: number, loudest: number, tones: Map<number, number>}}
 *   how many stretches there are, how many of them are silent, the level of the loudest in dB, and in
 *   how many stretches each of the `candidates` was clearly heard
 */
export function listen({ rate, samples }, candidates) {
  const size = 2 ** Math.round(Math.log2(rate * STRETCH));
  const heard = { stretches: 0, silent: 0, loudest: -Infinity, tones: new Map(candidates.map((hz) => [hz, 0])) };
  for (let at = 0; at + size <= samples.length; at += size) {
    const power = powerSpectrum(samples.subarray(at, at + size));
    const total = sum(power, 0, power.length);
    const level = 10 * Math.log10(total + 1e-12);
    heard.stretches += 1;
    heard.loudest = Math.max(heard.loudest, level);
    if (level < SILENCE_DB) {
      heard.silent += 1;
      continue;
    }
    for (const hertz of candidates) {
      // A Hann window spreads a tone over four bins; a codec's pitch errors stay within 1.5 more.
      const centre = (hertz * size) / rate;
      const of = sum(power, Math.floor(centre - 3), Math.ceil(centre + 3) + 1);
      if (10 * Math.log10((of + 1e-12) / (total - of + 1e-12)) > CLEAR_DB)
        heard.tones.set(hertz, heard.tones.get(hertz) + 1);
    }
  }
  return heard;
}

/** A tone that is there at all, among others or alone, has at least this level, in dB. */
const PRESENT_DB = -40;

/**
 * In how many stretches of 64 ms each of the `candidates` is part of what is heard, also where others sound at the
 * same time, as in a conference.
 *
 * @param {import('./wav.mjs').Sound} sound
 * @returns {Map<number, number>}
 */
export function partsOf({ rate, samples }, candidates) {
  const size = 2 ** Math.round(Math.log2(rate * STRETCH));
  const parts = new Map(candidates.map((hertz) => [hertz, 0]));
  for (let at = 0; at + size <= samples.length; at += size) {
    const power = powerSpectrum(samples.subarray(at, at + size));
    for (const hertz of candidates) {
      const centre = (hertz * size) / rate;
      const of = sum(power, Math.floor(centre - 3), Math.ceil(centre + 3) + 1);
      if (10 * Math.log10(of + 1e-12) > PRESENT_DB) parts.set(hertz, parts.get(hertz) + 1);
    }
  }
  return parts;
}

/**
 * The strongest frequency in a sound, in Hz, and its level in dB; for messages and for tests of the tools.
 *
 * @param {import('./wav.mjs').Sound} sound
 */
export function strongest({ rate, samples }) {
  const size = 2 ** Math.floor(Math.log2(Math.min(samples.length, rate)));
  const power = powerSpectrum(samples.subarray(0, size));
  let best = 1;
  for (let i = 1; i < power.length; i += 1) if (power[i] > power[best]) best = i;
  return { hertz: (best * rate) / size, level: 10 * Math.log10(sum(power, best - 2, best + 3) + 1e-12) };
}

/** Power per bin, scaled so that a sine of full scale sums to 0.5 (−3 dB). */
function powerSpectrum(samples) {
  const size = samples.length;
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  for (let i = 0; i < size; i += 1) re[i] = samples[i] * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
  transform(re, im);
  const power = new Float64Array(size / 2);
  // One-sided, and 3/8 is the mean power of the Hann window.
  for (let i = 1; i < power.length; i += 1) power[i] = (2 * (re[i] ** 2 + im[i] ** 2)) / (size ** 2 * 0.375);
  return power;
}

/** The fast Fourier transform of Cooley and Tukey in place; the length is a power of two. */
function transform(re, im) {
  const size = re.length;
  for (let i = 1, j = 0; i < size; i += 1) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
  }
  for (let length = 2; length <= size; length *= 2) {
    const angle = (-2 * Math.PI) / length;
    for (let k = 0; k < length / 2; k += 1) {
      const wr = Math.cos(angle * k);
      const wi = Math.sin(angle * k);
      for (let a = k; a < size; a += length) {
        const b = a + length / 2;
        const tr = re[b] * wr - im[b] * wi;
        const ti = re[b] * wi + im[b] * wr;
        re[b] = re[a] - tr;
        im[b] = im[a] - ti;
        re[a] += tr;
        im[a] += ti;
      }
    }
  }
}

function sum(values, from, to) {
  let total = 0;
  for (let i = Math.max(0, from); i < Math.min(values.length, to); i += 1) total += values[i];
  return total;
}
