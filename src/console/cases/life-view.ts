import type { CasePageView, MoveForm } from '../../cases/life-schemas.ts';
import { dayOf } from '../../core/working-time.ts';
import type { PhraseKey } from '../i18n/phrases.ts';
import { duration } from '../ui/format.ts';

/** The life of a case as its page tells it. Pure: a page view in, entries and stages out. */
export type Entry = CasePageView['timeline'][number];
export type Kind = 'calls' | 'moves' | 'papers' | 'clocks';

export interface LifeEntry {
  key: string;
  at: string;
  kind: Kind;
  /** What the entry is told by: a move's name, or that of a thing on record. */
  title: PhraseKey;
  who: string | null;
  unitCode: string | null;
  callId: number | null;
  /** Short words after the title, in order. */
  parts: Part[];
  /** The words somebody wrote. */
  texts: string[];
}

/** A phrase with its values, or words as they stand. An instant among the values is written out by the page. */
export type Part = { key: PhraseKey; values?: Record<string, string | number> } | { words: string } | { at: string; key: PhraseKey };

const text = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value : null);
const phrase = (prefix: string, value: unknown): Part[] => (typeof value === 'string' ? [{ key: `${prefix}.${value}` as PhraseKey }] : []);
const texts = (...values: unknown[]): string[] => values.flatMap((value) => text(value) ?? []);

/** Moves whose content has an entry of its own, so that one act is told once. */
const TOLD_BY: Readonly<Record<string, Entry['kind']>> = {
  record_work: 'work',
  hand_over: 'work',
  give_feedback: 'feedback',
  record_callback: 'callback',
  confirm_otherwise: 'callback',
  record_reply: 'reply',
  request_return: 'ruling',
  request_extension: 'ruling',
  request_ledger: 'ruling',
  request_termination: 'ruling',
  urge: 'order',
  order_supervision: 'order',
  give_guidance: 'order',
  report_important: 'order',
};
const CLOCK_MOVES = ['raise_card', 'recompute_due'];

const moveOf = ({ facts }: Entry): Pick<LifeEntry, 'kind' | 'title' | 'parts' | 'texts'> => {
  const moved = facts.fromState !== facts.toState;
  return {
    kind: CLOCK_MOVES.includes(String(facts.command)) ? 'clocks' : 'moves',
    title: `move.${String(facts.command)}` as PhraseKey,
    parts: [...(moved ? phrase('case_state', facts.toState) : []), ...phrase('reason', facts.reasonCode)],
    texts: texts(facts.text),
  };
};

const feedbackOf = ({ facts }: Entry): Pick<LifeEntry, 'kind' | 'title' | 'parts' | 'texts'> => ({
  kind: 'papers',
  title: 'life.feedback',
  parts: [
    ...phrase('truth', facts.truth),
    ...(facts.contacted === true ? [{ key: 'carry.contacted' } as const] : []),
    ...phrase('solved', facts.solved),
  ],
  texts: texts(facts.course, facts.publicText),
});

const callbackOf = ({ facts }: Entry): Pick<LifeEntry, 'kind' | 'title' | 'parts' | 'texts'> => ({
  kind: 'calls',
  title: 'life.callback',
  parts: [
    ...phrase('outcome', facts.outcome),
    ...phrase('solved', facts.solved),
    ...(typeof facts.score === 'number' ? phrase('score', String(facts.score)) : []),
    ...phrase('reason', facts.reasonCode || null),
  ],
  texts: texts(facts.text),
});

const rulingOf = ({ facts }: Entry): Pick<LifeEntry, 'kind' | 'title' | 'parts' | 'texts'> => ({
  kind: 'papers',
  title: `ruling.${String(facts.kind)}` as PhraseKey,
  parts: [
    ...phrase('reason', facts.reasonCode || null),
    ...(typeof facts.workingDays === 'number' ? [{ key: 'ruled.days', values: { n: facts.workingDays } } as const] : []),
    ...(typeof facts.promisedOn === 'string' ? [{ key: 'ruled.promised', values: { day: facts.promisedOn } } as const] : []),
    ...phrase('ruled', facts.outcome),
  ],
  texts: texts(facts.text, facts.toldHow, facts.rulingText),
});

const orderOf = ({ facts }: Entry): Pick<LifeEntry, 'kind' | 'title' | 'parts' | 'texts'> => ({
  kind: 'papers',
  title: `order.${String(facts.order)}` as PhraseKey,
  parts: [
    ...phrase('reason', facts.reasonCode || null),
    ...(typeof facts.recipient === 'string' ? [{ words: facts.recipient }] : []),
    ...(typeof facts.dueAt === 'string' ? [{ key: 'order.due', at: facts.dueAt } as const] : []),
    ...(typeof facts.answer === 'string' ? [{ key: 'order.answered', values: { text: facts.answer } } as const] : []),
  ],
  texts: texts(facts.text),
});

const ENTRY: Readonly<Record<Entry['kind'], (entry: Entry) => Pick<LifeEntry, 'kind' | 'title' | 'parts' | 'texts'>>> = {
  move: moveOf,
  feedback: feedbackOf,
  callback: callbackOf,
  ruling: rulingOf,
  order: orderOf,
  called: ({ facts }) => ({
    kind: 'calls',
    title: 'life.called',
    parts: [
      { key: `disposition.${String(facts.disposition ?? 'open')}` as PhraseKey },
      ...(Number(facts.talkSeconds) > 0 ? [{ key: 'life.talked', values: { time: duration(Number(facts.talkSeconds)) } } as const] : []),
    ],
    texts: [],
  }),
  reply: ({ facts }) => ({ kind: 'papers', title: 'life.reply', parts: [], texts: texts(facts.publicText, facts.privateText) }),
  work: ({ facts }) => ({
    kind: facts.kind === 'contact' || facts.kind === 'handover' ? 'calls' : 'papers',
    title: `work.${String(facts.kind)}` as PhraseKey,
    parts: [
      ...texts(facts.place, facts.people).map((words) => ({ words })),
      ...(Array.isArray(facts.fileIds) ? [{ key: 'life.photos', values: { n: facts.fileIds.length } } as const] : []),
    ],
    texts: texts(facts.text),
  }),
};

/** Newest first. A move that only carries a thing on record is told by the thing. */
export const lifeEntries = (timeline: readonly Entry[]): LifeEntry[] => {
  const has = new Set(timeline.map((entry) => `${entry.kind} ${entry.at}`));
  return timeline
    .map((entry, index) => ({ entry, index }))
    .filter(({ entry }) => {
      const told = entry.kind === 'move' ? TOLD_BY[String(entry.facts.command)] : undefined;
      return told === undefined || !has.has(`${told} ${entry.at}`);
    })
    .map(({ entry, index }) => ({
      key: `${entry.kind}-${index}`,
      at: entry.at,
      who: entry.staffName,
      unitCode: entry.unitCode,
      callId: entry.callId,
      ...ENTRY[entry.kind](entry),
    }))
    .reverse();
};

export const byDay = (entries: readonly LifeEntry[]): { day: number; entries: LifeEntry[] }[] => {
  const days: { day: number; entries: LifeEntry[] }[] = [];
  for (const entry of entries) {
    const day = dayOf(new Date(entry.at));
    const last = days.at(-1);
    if (last?.day === day) last.entries.push(entry);
    else days.push({ day, entries: [entry] });
  }
  return days;
};

export interface Stage {
  key: string;
  state: string;
  round: number;
  from: string;
  /** Null while the case stands there. */
  to: string | null;
}

/** How long the case stood in each state, in order (R09). The round shows where a state comes again. */
export const stages = (view: Pick<CasePageView, 'timeline' | 'state' | 'createdAt'>): Stage[] => {
  const moves = view.timeline.filter((entry) => entry.kind === 'move' && entry.facts.fromState !== entry.facts.toState);
  const found: Stage[] = [];
  for (const [index, { at, facts }] of moves.entries()) {
    const to = moves[index + 1]?.at ?? null;
    // Passed through in the same instant: nobody stood there.
    if (to !== null && Date.parse(to) - Date.parse(at) < 1000) continue;
    found.push({ key: `${index}`, state: String(facts.toState), round: Number(facts.round ?? 0), from: at, to });
  }
  return found;
};

/** Orders that nobody has answered, with what they say and when they are due. */
export interface OpenOrder {
  orderId: number;
  kind: string;
  dueAt: string | null;
  text: string;
}

export const openOrders = (timeline: readonly Entry[]): OpenOrder[] =>
  timeline
    .filter(({ kind, facts }) => kind === 'order' && !facts.answeredAt && !facts.lapsedAt)
    .map(({ facts }) => ({
      orderId: Number(facts.orderId),
      kind: String(facts.order),
      dueAt: text(facts.dueAt),
      text: text(facts.text) ?? '',
    }));

/** What is pressed first in each state: the next step, never the way out of it. */
const FIRST: readonly string[] = [
  'rule_return',
  'rule_extension',
  'rule_ledger',
  'rule_termination',
  'sign',
  'begin',
  'sign_off',
  'give_feedback',
  'register',
  'dispatch',
  'record_callback',
  'retry_callback',
  'order_supervision',
  'escalate',
  'explain_and_close',
  'archive',
  'confirm_report',
  'review',
];

/** Moves that turn the case away from its usual course; they stand behind a word of their own. */
const ASIDE: readonly string[] = [
  'merge',
  'unmerge',
  'hand_over',
  'mark',
  'submit_original',
  'record_instruction',
  'report_important',
  'request_termination',
  'withdraw_request',
  'confirm_otherwise',
];

/**
 * The next step first. Feedback that lacks something on record gives way to recording it, which is the next step then.
 */
export const movesInOrder = (forms: readonly MoveForm[]): { primary: MoveForm | null; near: MoveForm[]; aside: MoveForm[] } => {
  const usual = FIRST.flatMap((name) => forms.find((form) => form.command === name) ?? []);
  const [first] = usual;
  const work = forms.find((form) => form.command === 'record_work');
  const primary = first && first.command === 'give_feedback' && first.lacks.length > 0 && work ? work : (first ?? forms[0] ?? null);
  const rest = forms.filter((form) => form !== primary);
  return {
    primary,
    near: rest.filter((form) => !ASIDE.includes(form.command)),
    aside: rest.filter((form) => ASIDE.includes(form.command)),
  };
};
