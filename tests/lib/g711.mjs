// G.711, for the raw files that SIPp plays and for telephones.

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

/** One sample between -1 and 1 as an A-law byte (ITU-T G.711, table 1a, in the usual 13-bit form). */
export function toALaw(sample) {
  const value = Math.min(0x0fff, Math.round(Math.abs(sample) * 4096));
  const exponent = Math.max(0, Math.floor(Math.log2(value || 1)) - 4);
  const mantissa = (exponent === 0 ? value >> 1 : value >> exponent) & 0x0f;
  return ((sample < 0 ? 0 : 0x80) | (exponent << 4) | mantissa) ^ 0x55;
}
