import { type Static, Type } from 'typebox';
import { ShownState } from '../agents/schemas.ts';
import { instant, nullable, oneOf } from '../core/shapes.ts';

/** Every rate shows its fraction, and nothing of nothing is no rate. */
export const Fraction = Type.Object({ part: Type.Integer(), whole: Type.Integer() });

export const HourFigures = Type.Object({
  /** 0 to 23, by the clock in Shanghai. */
  hour: Type.Integer(),
  arrived: Type.Integer(),
  answered: Type.Integer(),
  /** Wanted a person and got none, short ones apart. */
  unanswered: Type.Integer(),
  short: Type.Integer(),
});

export const BoardFigures = Type.Object({
  /** Calls of today, from midnight in Shanghai. */
  today: Type.Object({
    arrived: Type.Integer(),
    answered: Type.Integer(),
    abandoned: Type.Integer(),
    short: Type.Integer(),
    /** Left a message, was passed to the duty phone, or was lost. */
    unserved: Type.Integer(),
    /** Answered within 15 s, of all who wanted a person and either got one or no longer wait. */
    inTime: Fraction,
    talk: Type.Object({ seconds: Type.Integer(), calls: Type.Integer() }),
  }),
  /** The last 24 hours without a break (GB/T 33358). */
  connected: Fraction,
  hours: Type.Array(HourFigures),
});

export const BoardQueue = Type.Object({
  queue: Type.String(),
  waiting: Type.Integer(),
  longestSince: nullable(instant),
  ready: Type.Integer(),
});

export const BoardWaiting = Type.Object({
  callId: Type.Integer(),
  queue: Type.String(),
  since: instant,
  masked: nullable(Type.String()),
  /** A telephone rings for it now. */
  rings: Type.Boolean(),
  /** Calls of this number in the last 24 hours, this one included; 1 where there is no number. */
  times: Type.Integer(),
});

export const BoardAgent = Type.Object({
  staffId: Type.Integer(),
  name: Type.String(),
  extension: Type.String(),
  state: ShownState,
  reason: Type.String(),
  since: instant,
  helpSince: nullable(instant),
  answeredToday: Type.Integer(),
  /** Of what team leaders have told this agent since they signed in. */
  unseenMessages: Type.Integer(),
});

const BoardAlarm = Type.Object({ id: Type.String(), kind: Type.String(), at: instant, detail: Type.String() });

export const BoardTargets = Type.Object({
  answerSeconds: Type.Integer(),
  answerPercent: Type.Integer(),
  connectPercent: Type.Integer(),
  /** Who gives up sooner than this is counted apart. */
  shortSeconds: Type.Integer(),
});

export const Board = Type.Object({
  queues: Type.Array(BoardQueue),
  waiting: Type.Array(BoardWaiting),
  agents: Type.Array(BoardAgent),
  figures: BoardFigures,
  alarms: Type.Array(BoardAlarm),
  targets: BoardTargets,
  switchState: oneOf('up', 'down'),
});

export type Fraction = Static<typeof Fraction>;
export type HourFigures = Static<typeof HourFigures>;
export type BoardFigures = Static<typeof BoardFigures>;
export type BoardWaiting = Static<typeof BoardWaiting>;
export type BoardAgent = Static<typeof BoardAgent>;
export type BoardQueue = Static<typeof BoardQueue>;
export type BoardTargets = Static<typeof BoardTargets>;
export type Board = Static<typeof Board>;
