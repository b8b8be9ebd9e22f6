import { setTimeout as delay } from 'node:timers/promises';

/** One party's ear: how much of the last third of a second is a tone, for every tone asked about, and whether there was any sound. */
export interface Ear {
  name: string;
  /** The tone of this party's own voice. */
  hz: number;
  listen(tones: readonly number[]): Promise<{ shares: number[]; loud: boolean }>;
}

/** Names of the voices that somebody must hear, all others being absent; or music, or nothing at all. */
export type Hearing = readonly string[] | 'music' | 'nothing';

/** Of three who speak at once each is a third to a half of the sound; a browser's voice pauses between its syllables. */
const IS_HEARD = 0.15;
const IS_ABSENT = 0.08;
/** A piece of music may touch a voice's tone for a moment, and is never mostly that tone. */
const IN_MUSIC = 0.5;
const LOOK_MS = 80;
/** The picture must stand this many looks without a break: a tone that only fades out is no proof. */
const LOOKS = 3;
/** An ear holds the last third of a second: what was heard before the question is not its answer. */
const EAR_MS = 320;

const fits = (hearing: Hearing, shares: ReadonlyMap<string, number>, loud: boolean): boolean => {
  if (hearing === 'nothing') return !loud;
  if (hearing === 'music') return loud && [...shares.values()].every((share) => share < IN_MUSIC);
  return [...shares].every(([name, share]) => (hearing.includes(name) ? share > IS_HEARD : share < IS_ABSENT));
};

/**
 * Waits until everybody hears exactly whom they should, their own voice never among them.
 *
 * @param wanted by the name of whose ear it is; who is not named is not asked
 * @returns epoch milliseconds of the first look of those that held
 * @throws Error with what each ear held when it does not come about within the limit
 */
export const hear = async (what: string, ears: readonly Ear[], wanted: Record<string, Hearing>, limitMs = 8_000): Promise<number> => {
  const tones = ears.map(({ hz }) => hz);
  const judged = ears.filter(({ name }) => name in wanted);
  let since = 0;
  let looks = 0;
  let last = '';
  const end = Date.now() + limitMs;
  await delay(EAR_MS);
  for (; Date.now() < end; await delay(LOOK_MS)) {
    const at = Date.now();
    const heard = await Promise.all(judged.map((ear) => ear.listen(tones).catch(() => ({ shares: tones.map(() => 0), loud: false }))));
    const right = judged.every(({ name }, index) => {
      const { shares, loud } = heard[index] ?? { shares: [], loud: false };
      return fits(wanted[name] ?? 'nothing', new Map(ears.map((ear, tone) => [ear.name, shares[tone] ?? 0])), loud);
    });
    last = judged
      .map(({ name }, index) => {
        const { shares = [], loud = false } = heard[index] ?? {};
        return `${name} ${loud ? '' : '(silent) '}${ears.map((ear, tone) => `${ear.name}=${(shares[tone] ?? 0).toFixed(2)}`).join(' ')}`;
      })
      .join(' | ');
    looks = right ? looks + 1 : 0;
    if (looks === 1) since = at;
    if (looks >= LOOKS) return since;
  }
  throw new Error(`${what}: wanted ${JSON.stringify(wanted)}, heard ${last}`);
};
