// G.711 µ-law, for the raw files that SIPp plays.

/** One sample between -1 and 1 as a µ-law byte (ITU-T G.711, table 2a, in the usual 14-bit form). */
export function toMuLaw(sample) {
  const BIAS = 0x84;
  const CLIP = 32_635;
  const sign = sample < 0 ? 0x80 : 0;
  const value = Math.min(CLIP, Math.round(Math.abs(sample) * 32767)) + BIAS;
  const exponent = Math.floor(Math.log2(value)) - 7;
  const mantissa = (value >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

/** A µ-law byte as a sample between -1 and 1. */
export function fromMuLaw(byte) {
  const bits = ~byte & 0xff;
  const value = ((((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4)) - 0x84;
  return (bits & 0x80 ? -value : value) / 32768;
}
