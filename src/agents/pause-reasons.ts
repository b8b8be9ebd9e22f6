import { HotlineError } from '../core/errors.ts';
import type { PauseReasonItem, SavePauseReasons } from './schemas.ts';

/** What a hotline begins with. */
export const FIRST_REASONS: readonly PauseReasonItem[] = [
  { code: 'break', zh: '小休', en: 'Break', active: true },
  { code: 'meal', zh: '用餐', en: 'Meal', active: true },
  { code: 'training', zh: '培训', en: 'Training', active: true },
  { code: 'meeting', zh: '会议', en: 'Meeting', active: true },
  { code: 'away', zh: '离席', en: 'Away', active: true },
];

const refuse = (zh: string, en: string, row: number | null): HotlineError =>
  new HotlineError('request.invalid', `${zh} ${en}`, row === null ? {} : { row });

const firstTwice = (words: readonly string[]): number => words.findIndex((word, index) => words.indexOf(word) !== index);

/**
 * The list as it shall be kept. A new reason gets a code that never was; one that was there stays, at least as no longer in use,
 * because the record and the days of agents name it.
 *
 * @throws HotlineError request.invalid with the row, counted from 0
 */
export const checkedReasons = (before: readonly PauseReasonItem[], wanted: SavePauseReasons['reasons']): PauseReasonItem[] => {
  const known = new Set(before.map(({ code }) => code));
  let made = before.length;
  const newCode = (): string => {
    do made++;
    while (known.has(`reason_${made}`));
    return `reason_${made}`;
  };
  const strange = wanted.findIndex(({ code }) => code !== null && !known.has(code));
  if (strange >= 0) throw refuse('没有这个原因', 'There is no such reason', strange);
  const reasons = wanted.map(({ code, zh, en, active }) => ({ code: code ?? newCode(), zh: zh.trim(), en: en.trim(), active }));
  const unnamed = reasons.findIndex(({ zh, en }) => zh === '' || en === '');
  if (unnamed >= 0) throw refuse('要有中文和英文名称', 'It needs a name in Chinese and in English', unnamed);
  const codes = firstTwice(reasons.map(({ code }) => code));
  if (codes >= 0) throw refuse('原因重复', 'A reason stands there twice', codes);
  const named = [firstTwice(reasons.map(({ zh }) => zh)), firstTwice(reasons.map(({ en }) => en.toLowerCase()))].find((row) => row >= 0);
  if (named !== undefined) throw refuse('名称重复', 'Two reasons have one name', named);
  const gone = before.find(({ code }) => !reasons.some((reason) => reason.code === code));
  if (gone) throw refuse(`“${gone.zh}”已有记录，只能停用`, `“${gone.en}” is in the record: it can only be put out of use`, null);
  if (!reasons.some(({ active }) => active)) throw refuse('至少留一个在用的原因', 'At least one reason stays in use', null);
  return reasons;
};

/** One entry of the record that changed an agent's desk: how it stood afterwards. */
export interface DeskChange {
  at: Date;
  intent: 'ready' | 'paused' | 'wrap_up' | 'signed_out';
  reason: string;
}

/**
 * How long an agent paused for each reason, from the record, the longest first. Before the first change of the day the desk is not
 * counted: whoever works across midnight begins the new day with the next change.
 */
export const pausesOf = (changes: readonly DeskChange[], now: Date): { reason: string; seconds: number }[] => {
  const ms = new Map<string, number>();
  for (const [index, { at, intent, reason }] of changes.entries()) {
    const until = changes[index + 1]?.at ?? now;
    if (intent === 'paused') ms.set(reason, (ms.get(reason) ?? 0) + Math.max(0, until.getTime() - at.getTime()));
  }
  return [...ms]
    .map(([reason, lasted]) => ({ reason, seconds: Math.round(lasted / 1000) }))
    .sort((a, b) => b.seconds - a.seconds || a.reason.localeCompare(b.reason));
};
