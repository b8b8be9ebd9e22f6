import { type Static, Type } from 'typebox';
import { instant, nullable, oneOf } from '../core/shapes.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const strict = { additionalProperties: false } as const;
const time = Type.String({
  pattern: '^([01]\\d|2[0-3]):[0-5]\\d$|^24:00$',
  description: 'HH:mm, China’s time; 24:00 is the end of the day',
});
export const Span = Type.Object({ from: time, to: time }, strict);
const spans = Type.Array(Span, { maxItems: 4 });

export const OpeningHours = Type.Object(
  {
    weekly: Type.Object({ mon: spans, tue: spans, wed: spans, thu: spans, fri: spans, sat: spans, sun: spans }, strict),
    /** On days the State Council's calendar takes off; empty: closed. */
    dayOff: spans,
    /** On Saturdays and Sundays it has worked (调休); empty: closed. */
    makeUp: spans,
  },
  strict,
);

export const HotlineHours = Type.Object(
  {
    hours: nullable(OpeningHours),
    dutyNumbers: Type.Array(Type.String({ pattern: '^\\+?\\d{3,20}$' }), { maxItems: 5, description: 'dialled one after the other' }),
    maxWaiting: nullable(Type.Integer({ minimum: 1, maximum: 10_000 })),
    overflow: oneOf('message', 'duty_phone'),
  },
  strict,
);

export const HoursView = Type.Object({
  version: Type.Integer({ description: '0: nothing has been set, the hotline is open always' }),
  updatedAt: nullable(instant),
  settings: HotlineHours,
  /** Last day whose holidays are published; after it weekends and the holidays fixed by law are counted on. */
  calendarUntil: nullable(Type.String({ format: 'date' })),
  /** False while no switch could be told: it is told as soon as it is back. */
  onSwitch: Type.Boolean(),
});

export const SaveHours = Type.Object({ version: Type.Integer({ minimum: 0 }), settings: HotlineHours }, strict);

export type Span = Static<typeof Span>;
export type OpeningHours = Static<typeof OpeningHours>;
export type HotlineHours = Static<typeof HotlineHours>;
export type HoursView = Static<typeof HoursView>;
export type SaveHours = Static<typeof SaveHours>;
