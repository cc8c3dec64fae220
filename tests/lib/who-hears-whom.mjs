// Who hears whom, of parties that each send a tone of their own.

import { partsOf } from './tone.mjs';
import { eventually } from './wait.mjs';

/** How long is listened at a time, in milliseconds. */
const SPELL_MS = 700;
/** In so many stretches of a spell a party is heard who speaks. */
const CLEARLY = 3;

/**
 * Waits until a party hears exactly these others: each of them clearly, and nobody else at all, not even itself.
 *
 * @param {import('./browser.mjs').Phone | import('./baresip.mjs').Baresip} listener
 * @param {string[]} heard names out of `tones`; none: silence
 * @param {Record<string, number>} tones the tone that each party sends, in Hz
 */
export async function hearsOnly(listener, heard, tones, timeout = 10_000) {
  await eventually(
    `${listener.user ?? 'the browser'} hears ${heard.join(' and ') || 'nobody'}`,
    async () => {
      const sounds = [await listener.listen(SPELL_MS)].flat();
      const spells = sounds.map((sound) => partsOf(sound, Object.values(tones)));
      const stretches = (name) => spells.reduce((total, parts) => total + parts.get(tones[name]), 0);
      const found = Object.fromEntries(Object.keys(tones).map((name) => [name, stretches(name)]));
      const right = Object.entries(found).every(([name, count]) =>
        heard.includes(name) ? count >= CLEARLY : count === 0,
      );
      if (!right) throw new Error(`heard, in stretches of 64 ms: ${JSON.stringify(found)}`);
      return true;
    },
    { timeout },
  );
}

/**
 * Waits until these parties hear each other, and nobody else.
 *
 * @param {Record<string, import('./browser.mjs').Phone | import('./baresip.mjs').Baresip>} parties by their names in `tones`
 * @param {Record<string, number>} tones
 */
export async function hearEachOther(parties, tones, timeout = 10_000) {
  const names = Object.keys(parties);
  await Promise.all(
    names.map((name) =>
      hearsOnly(
        parties[name],
        names.filter((other) => other !== name),
        tones,
        timeout,
      ),
    ),
  );
}
