import type { KeptPlace, KeptPlaceState } from '../events.ts';
import type { AmiMessage } from './ami-frames.ts';
import type { Action } from './caller-rules.ts';

/** Families of the switch's database, written by dialplans/waiting.conf. */
const FAMILY = 'hotline-place';
const STATE_FAMILY = 'hotline-place-state';
const OF_FAMILY = 'hotline-place-of';

const STATES: ReadonlySet<string> = new Set<KeptPlaceState>(['waiting', 'dialling', 'reached', 'not_reached', 'expired']);

const instantOf = (seconds: string | undefined): Date => new Date((Number(seconds) || 0) * 1000);

/** @returns null for what the dialplan did not write whole */
export const readKeptPlace = (place: string, kept: string, stateText: string): KeptPlace | null => {
  const [number = '', queue = '', since, ahead, asked, shown = ''] = kept.split('|');
  const [state = '', at, channelId = '', attempts] = stateText.split('|');
  if (place === '' || queue === '' || !/^\+?\d{3,20}$/.test(number) || !STATES.has(state) || !(Number(asked) > 0)) return null;
  return {
    place,
    number,
    queue,
    since: instantOf(since),
    aheadMinutes: Number(ahead) || 0,
    askedAt: instantOf(asked),
    shown,
    state: state as KeptPlaceState,
    stateAt: instantOf(at),
    channelId,
    attempts: Number(attempts) || 0,
  };
};

/** Both families in one answer: DBGetTree of a family gives its keys with their whole path. */
export const keptPlacesQuestions: readonly Action[] = [FAMILY, STATE_FAMILY].map((Family) => ({ Action: 'DBGetTree', Family }));

/** @param items what was answered to both questions */
export const readKeptPlaces = (items: readonly AmiMessage[]): KeptPlace[] => {
  const valuesOf = (family: string): Map<string, string> =>
    new Map(
      items.flatMap(({ key = '', val = '' }) => {
        const [, found, ...rest] = key.split('/');
        return found === family ? [[rest.join('/'), val] as const] : [];
      }),
    );
  const states = valuesOf(STATE_FAMILY);
  return [...valuesOf(FAMILY)].flatMap(([place, kept]) => readKeptPlace(place, kept, states.get(place) ?? '') ?? []);
};

const seconds = (at: Date): number => Math.floor(at.getTime() / 1000);

/** The promise as the dialplan writes it, and a channel that waits in the citizen's place from now on. */
export const keepPlaceActions = (place: KeptPlace): Action[] => [
  {
    Action: 'DBPut',
    Family: FAMILY,
    Key: place.place,
    Val: [place.number, place.queue, seconds(place.since), place.aheadMinutes, seconds(place.askedAt), place.shown].join('|'),
  },
  {
    Action: 'DBPut',
    Family: STATE_FAMILY,
    Key: place.place,
    Val: `waiting|${seconds(place.stateAt)}||${place.attempts}`,
  },
  { Action: 'DBPut', Family: OF_FAMILY, Key: place.number, Val: place.place },
  {
    Action: 'Originate',
    Channel: 'Local/s@hotline-place/n',
    Context: 'hotline-place-citizen',
    Exten: 's',
    Priority: 1,
    Timeout: 86_400_000,
    Async: 'true',
    Variable: `HOTLINE_PLACE=${place.place}`,
  },
];

export const forgetPlaceActions = (place: Pick<KeptPlace, 'place' | 'number'>): Action[] => [
  { Action: 'DBDel', Family: OF_FAMILY, Key: place.number },
  { Action: 'DBDel', Family: STATE_FAMILY, Key: place.place },
  { Action: 'DBDel', Family: FAMILY, Key: place.place },
];

/** The half that waits in the queue; the other one dials the citizen. */
export const keepsPlace = (channelName: string): boolean => /^Local\/s@hotline-place-[0-9a-f]+;2$/.test(channelName);
