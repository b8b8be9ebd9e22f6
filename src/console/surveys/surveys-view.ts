import { REASONS } from '../../cases/states.ts';
import type { RecordCall, SurveysView, UnitResultView, WorkRow } from '../../surveys/schemas.ts';
import type { PhraseKey } from '../i18n/phrases.ts';

type Said = WorkRow['said'];
type Ended = SurveysView['ended'][number];

const SETTLED = ['yes', 'partly', 'no'] as const;
const CONTACTED = ['callbacks.said.contacted.1', 'callbacks.said.contacted.2'] as const;

/** What was answered, in words and in the order of the questions; what was not is left out. */
export const saidWords = (said: Said): PhraseKey[] => [
  ...(said.satisfied === null ? [] : [`score.${said.satisfied}` as PhraseKey]),
  ...(said.contacted === null ? [] : [CONTACTED[said.contacted - 1] ?? CONTACTED[1]]),
  ...(said.settled === null ? [] : [`solved.${SETTLED[said.settled - 1] ?? 'no'}` as PhraseKey]),
];

/** Amber, not red: a citizen's word breaks no promise. */
export const isUnhappySaid = (said: Said): boolean => said.settled === 3 || (said.satisfied !== null && said.satisfied <= 2);

/** What comes after a call; `at` goes into the words that name a time. */
export const nextOf = (row: Pick<Ended, 'state' | 'dueAt'>): { key: PhraseKey; at: string | null } => {
  if (row.state === 'waiting') return { key: 'surveys.next.again', at: row.dueAt };
  if (row.state === 'person') return { key: 'surveys.next.by', at: row.dueAt };
  return { key: `surveys.next.${row.state}`, at: null };
};

export type BrakeWord = 'none' | 'closed' | 'inbound_waits' | 'switch' | 'not_begun' | 'person' | 'line_faults';

/** Why nothing new is dialled, the strongest reason first; full lines and the rate are normal work. */
export const brakeOf = (view: Pick<SurveysView, 'pause' | 'brake'>): BrakeWord => {
  if (view.pause.all) return view.pause.reason ?? 'person';
  const { brake } = view;
  return brake === 'closed' || brake === 'inbound_waits' || brake === 'switch' ? brake : 'none';
};

/** Under this many ratings a rate says more about chance than about the unit. */
export const LEAST_RATED = 5;
export const TARGET_PERCENT = 90;

/** Units with a rate first, best first, then those with too few ratings; units without any are left out. */
export const unitsInOrder = (units: readonly UnitResultView[]): UnitResultView[] => {
  const counted = (unit: UnitResultView): boolean => unit.rated >= LEAST_RATED;
  return units
    .filter((unit) => unit.rated > 0)
    .sort(
      (a, b) =>
        Number(counted(b)) - Number(counted(a)) ||
        b.satisfied * a.rated - a.satisfied * b.rated ||
        (a.unitCode ?? '').localeCompare(b.unitCode ?? ''),
    );
};

const WHYS = [
  'confidential_shared',
  'costly',
  'dissatisfied',
  'loop',
  'machine_failed',
  'no_number',
  'opted_out',
  'ruling',
  'wanted',
  'wrong_number',
] as const;

/** Why it needs a person. */
export const whyOf = (reason: string | null): PhraseKey => {
  const known = WHYS.find((each) => each === reason);
  return known ? `callbacks.why.${known}` : 'callbacks.why.other';
};

export type Part = 'call' | 'ruling';
export const partOfRow = (row: Pick<WorkRow, 'asks'>): Part => (row.asks === 'ruling' ? 'ruling' : 'call');

/** What a person fills in about one call. */
export interface CallDraft {
  /** Sent twice under one name it counts once. */
  formId: string;
  outcome: RecordCall['outcome'];
  contacted: number | null;
  settled: number | null;
  satisfied: number | null;
  reasonCode: string;
  text: string;
  againAt: string;
  optOut: boolean;
}

export const EMPTY_CALL: CallDraft = {
  formId: '',
  outcome: 'reached',
  contacted: null,
  settled: null,
  satisfied: null,
  reasonCode: '',
  text: '',
  againAt: '',
  optOut: false,
};

/** Whether the reason must be told: the machine heard it, or these answers say so. */
export const needsReason = (draft: CallDraft, asks: WorkRow['asks']): boolean =>
  draft.outcome === 'reached' && (asks === 'reason' || isUnhappySaid(draft));

/** What is still to be said before it can be recorded. */
export const openOf = (draft: CallDraft, asks: WorkRow['asks']): PhraseKey[] => [
  ...(draft.outcome === 'reached' && asks === 'questions' && draft.settled === null && draft.satisfied === null
    ? (['callbacks.q3'] as const)
    : []),
  ...(needsReason(draft, asks) && draft.reasonCode === '' ? (['callbacks.reason'] as const) : []),
];

/** @param againAt the instant that was typed, or null */
export const recordOf = (draft: CallDraft, asks: WorkRow['asks'], againAt: string | null): RecordCall => {
  const answers = (['contacted', 'settled', 'satisfied'] as const).filter(
    (each) => draft.outcome === 'reached' && asks === 'questions' && draft[each] !== null,
  );
  const reasonCode = needsReason(draft, asks) ? REASONS.dissatisfied.find((each) => each === draft.reasonCode) : undefined;
  return {
    formId: draft.formId,
    outcome: draft.outcome,
    ...Object.fromEntries(answers.map((each) => [each, draft[each]])),
    ...(reasonCode ? { reasonCode } : {}),
    ...(draft.text.trim() === '' ? {} : { text: draft.text.trim() }),
    ...(draft.outcome === 'not_now' && againAt !== null ? { againAt } : {}),
    ...(draft.optOut ? { optOut: true } : {}),
  };
};
