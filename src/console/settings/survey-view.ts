import type { OpeningHours, Span } from '../../hours/schemas.ts';
import type { PromptsView } from '../../prompts/schemas.ts';
import type { SurveyRules } from '../../surveys/settings-schemas.ts';
import type { Choice, Line, Step, SurveyScript } from '../../surveys/survey.ts';
import { DAYS, ROWS, type Row, readSpans, spansText } from './hours-view.ts';

// ── what is asked ──

export type Kind = Step['kind'];
export const KINDS: readonly Kind[] = ['ask', 'say', 'record', 'next_case', 'person', 'end'];

export const followersOf = (step: Step): string[] => {
  if (step.kind === 'ask') return [...step.choices.map(({ next }) => next), ...(step.anyKey ? [step.anyKey] : []), step.giveUp];
  if (step.kind === 'next_case') return [step.again, step.next];
  return step.kind === 'say' || step.kind === 'record' ? [step.next] : [];
};

/** In the order in which a call goes through them; what nothing leads to comes last, where it is seen. */
export const orderOf = (script: SurveyScript): string[] => {
  const seen = new Set<string>();
  const walk = (name: string): void => {
    const step = script.steps[name];
    if (!step || seen.has(name)) return;
    seen.add(name);
    for (const next of followersOf(step)) walk(next);
  };
  walk(script.first);
  return [...seen, ...Object.keys(script.steps).filter((name) => !seen.has(name))];
};

/** The first sentence of a step that says something. */
export const sentenceOf = (step: Step): string => (step.kind === 'next_case' ? '' : (step.say[0]?.prompt ?? ''));

export const newStep = (kind: Kind, first: string): Step => {
  switch (kind) {
    case 'ask':
      return { kind, say: [], choices: [{ key: '1', next: first }], waitMs: 6_000, tries: 3, giveUp: first };
    case 'record':
      return { kind, say: [], longestSeconds: 60, next: first };
    case 'next_case':
      return { kind, again: first, next: first };
    case 'person':
      return { kind, say: [] };
    case 'end':
      return { kind, say: [], ending: 'completed' };
    default:
      return { kind: 'say', say: [], next: first };
  }
};

/** A name nobody has yet. */
export const freeName = (script: SurveyScript): string => {
  for (let n = 1; ; n += 1) if (!Object.hasOwn(script.steps, `step_${n}`)) return `step_${n}`;
};

export const withStep = (script: SurveyScript, name: string, step: Step): SurveyScript => ({
  ...script,
  steps: { ...script.steps, [name]: step },
});

export const withoutStep = (script: SurveyScript, name: string): SurveyScript => ({
  ...script,
  steps: Object.fromEntries(Object.entries(script.steps).filter(([each]) => each !== name)),
});

export const replaceAt = <T>(list: readonly T[], at: number, value: T): T[] => list.map((each, index) => (index === at ? value : each));
export const removeAt = <T>(list: readonly T[], at: number): T[] => list.filter((_, index) => index !== at);

/** Another question measures nothing: its keys then carry no value, and the other way about. */
export const choicesFor = (choices: readonly Choice[], measures: boolean): Choice[] =>
  choices.map(({ key, next, value }, index) => (measures ? { key, next, value: value ?? index + 1 } : { key, next }));

export const withPrompt = (line: Line, prompt: string): Line => (line.otherwise === undefined ? { prompt } : { ...line, prompt });

/** What is kept is the whole thing: only what differs is worth saving. */
export const isSameScript = (a: SurveyScript, b: SurveyScript): boolean => stable(a) === stable(b);
const stable = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );

// ── when, how often, how many ──

/** The same limits as the service's (surveys/settings-schemas.ts). */
export const PACE = {
  lines: { min: 1, max: 1_000 },
  perSecond: { min: 1, max: 50 },
  trunkLines: { min: 1, max: 10_000 },
  keptFree: { min: 1, max: 10_000 },
  stopAtWaiting: { min: 1, max: 1_000 },
} as const;

/** Times as they are typed, so that half a time is not lost while it is being written. */
export interface RulesForm {
  spans: Record<Row, string>;
  attempts: SurveyRules['attempts'];
  pacing: SurveyRules['pacing'];
}

export const formOfSurveyRules = ({ windows, attempts, pacing }: SurveyRules): RulesForm => ({
  spans: Object.fromEntries(
    ROWS.map((row) => [row, spansText(row === 'dayOff' || row === 'makeUp' ? windows[row] : windows.weekly[row])]),
  ) as Record<Row, string>,
  attempts,
  pacing,
});

/** The rules to send, or the row that cannot be read. */
export const surveyRulesOf = (form: RulesForm): { rules: SurveyRules } | { wrong: Row } => {
  const read = Object.fromEntries(ROWS.map((row) => [row, readSpans(form.spans[row])])) as Record<Row, Span[] | null>;
  const wrong = ROWS.find((row) => read[row] === null);
  if (wrong) return { wrong };
  const of = (row: Row): Span[] => read[row] ?? [];
  const weekly = Object.fromEntries(DAYS.map((day) => [day, of(day)])) as OpeningHours['weekly'];
  return { rules: { windows: { weekly, dayOff: of('dayOff'), makeUp: of('makeUp') }, attempts: form.attempts, pacing: form.pacing } };
};

// ── whose voice ──

export interface SpokenPiece {
  sound: string;
  text: string;
  mostSeconds: number | null;
}

/** Every sound of the sentences that hold what is looked for, in their words or their names; callbacks first. */
export const spokenPieces = (prompts: PromptsView['prompts'], language: 'zh' | 'en', wanted: string): SpokenPiece[] => {
  const found = wanted.trim().toLowerCase();
  const rank = (id: string): number => (id.startsWith('custom.') ? 0 : id.startsWith('survey.') ? 1 : 2);
  return prompts
    .filter(({ id, text }) => found === '' || id.includes(found) || text[language].toLowerCase().includes(found))
    .toSorted((a, b) => rank(a.id) - rank(b.id))
    .flatMap(({ pieces, text, maxSeconds }) =>
      pieces[language].map((sound) => ({
        sound,
        text: text[language],
        mostSeconds: pieces[language].length > 1 ? null : maxSeconds[language],
      })),
    );
};
