import type { HotlineHours, HoursView, OpeningHours, SaveHours, Span } from '../../hours/schemas.ts';

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];
export type Row = Day | 'dayOff' | 'makeUp';
export const ROWS: readonly Row[] = [...DAYS, 'dayOff', 'makeUp'];

/** The form: times as they are typed, so that half a time is not lost while it is being written. */
export interface HoursForm {
  always: boolean;
  spans: Record<Row, string>;
  dutyNumbers: string;
  maxWaiting: string;
  overflow: HotlineHours['overflow'];
}

/** 08:30-12:00 13:30-17:30 */
export const spansText = (spans: readonly Span[]): string => spans.map(({ from, to }) => `${from}-${to}`).join(' ');

const TIME = /^(\d{1,2})[:：]?(\d{2})$/;

const timeOf = (text: string): string | null => {
  const [, hours, minutes] = TIME.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) return null;
  const whole = Number(hours) * 60 + Number(minutes);
  return Number(minutes) < 60 && whole <= 24 * 60 ? `${hours.padStart(2, '0')}:${minutes}` : null;
};

/** Periods as people type them: any dash, commas or blanks between them, 830 for 08:30. Null when one cannot be read; empty is closed. */
export const readSpans = (text: string): Span[] | null => {
  const pieces = text
    .replace(/\s*[-–—~～至到]+\s*/g, '-')
    .split(/[\s,，;；、]+/)
    .filter(Boolean);
  const spans = pieces.map((piece) => {
    const [from, to, more] = piece.split('-').map(timeOf);
    return from && to && more === undefined ? { from, to } : null;
  });
  return spans.every((span) => span !== null) ? spans : null;
};

const OFFICE: readonly Span[] = [
  { from: '08:30', to: '12:00' },
  { from: '13:30', to: '17:30' },
];
const USUAL: OpeningHours = {
  weekly: { mon: [...OFFICE], tue: [...OFFICE], wed: [...OFFICE], thu: [...OFFICE], fri: [...OFFICE], sat: [], sun: [] },
  dayOff: [],
  makeUp: [...OFFICE],
};

export const formOfHours = ({ settings }: Pick<HoursView, 'settings'>): HoursForm => {
  const hours = settings.hours ?? USUAL;
  const rows = ROWS.map((row) => [row, spansText(row === 'dayOff' || row === 'makeUp' ? hours[row] : hours.weekly[row])]);
  return {
    always: settings.hours === null,
    spans: Object.fromEntries(rows) as HoursForm['spans'],
    dutyNumbers: settings.dutyNumbers.join(' '),
    maxWaiting: settings.maxWaiting === null ? '' : String(settings.maxWaiting),
    overflow: settings.overflow,
  };
};

/** What to send, or the field that cannot be read. Whether it is wise is the service's to say. */
export const saveOf = (form: HoursForm, version: number): { body: SaveHours } | { wrong: Row | 'maxWaiting' } => {
  const read = Object.fromEntries(ROWS.map((row) => [row, readSpans(form.spans[row])])) as Record<Row, Span[] | null>;
  const unread = form.always ? undefined : ROWS.find((row) => read[row] === null);
  if (unread) return { wrong: unread };
  const most = form.maxWaiting.trim();
  if (most !== '' && !/^[1-9]\d{0,3}$/.test(most)) return { wrong: 'maxWaiting' };
  const of = (row: Row): Span[] => read[row] ?? [];
  const weekly = Object.fromEntries(DAYS.map((day) => [day, of(day)])) as OpeningHours['weekly'];
  return {
    body: {
      version,
      settings: {
        hours: form.always ? null : { weekly, dayOff: of('dayOff'), makeUp: of('makeUp') },
        dutyNumbers: form.dutyNumbers.split(/[\s,，;；、]+/).filter(Boolean),
        maxWaiting: most === '' ? null : Number(most),
        overflow: form.overflow,
      },
    },
  };
};
