import type { HistoryItem } from '../../history/schemas.ts';
import type { Translate } from '../i18n/i18n.ts';
import { PHRASES, type PhraseKey } from '../i18n/phrases.ts';

const phrase = (key: string): PhraseKey | null => (key in PHRASES ? (key as PhraseKey) : null);

/** An act in words, a move of a case in those of its button; one that is newer than this page keeps its plain name rather than losing it. */
export const actWord = (t: Translate, act: string): string => {
  const key = phrase(`act_of.${act}`) ?? phrase(`move.${act.replace(/^case\./, '')}`);
  return key ? t(key) : act;
};

export const thingWord = (t: Translate, kind: string): string => {
  const key = phrase(`thing.${kind}`);
  return key ? t(key) : kind;
};

/** Details that only name the thing again or are of use to machines. */
const HIDDEN = new Set(['callId', 'offerId', 'version', 'recordingId', 'exportId']);
const LISTS: Record<string, string> = { fields: 'field', roles: 'role', events: 'notice_rule' };
const WORDS: Record<string, string> = {
  disposition: 'disposition',
  outcome: 'outcome',
  source: 'source',
  intent: 'intent',
  kind: 'media_kind',
};

const valueWord = (t: Translate, name: string, value: unknown): string => {
  if (typeof value === 'boolean') return t(value ? 'word.yes' : 'word.no');
  if (Array.isArray(value)) {
    const words = value.map((each) => phrase(`${LISTS[name] ?? name}.${each}`) ?? phrase(`staff.${each}`) ?? String(each));
    return words.map((word) => (word in PHRASES ? t(word as PhraseKey) : word)).join(t('list.comma'));
  }
  const key = phrase(`${WORDS[name] ?? name}.${value}`);
  if (key) return t(key);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
};

/** What else the record says of an act, as people say it: 理由：回拨市民 · 栏目：经过、诉求. */
export const detailWords = (t: Translate, details: HistoryItem['details']): string =>
  Object.entries(details)
    .filter(([name, value]) => !HIDDEN.has(name) && value !== null && value !== undefined && value !== '' && value !== false)
    .map(([name, value]) => {
      const key = phrase(`detail.${name}`);
      return `${key ? t(key) : name} ${valueWord(t, name, value)}`;
    })
    .join(' · ');

/** The filters as the address holds them; what cannot be one is left out rather than sent. */
export interface HistoryFilters {
  who?: number;
  act?: string;
  from?: string;
  to?: string;
}

const DAY = /^20\d\d-\d\d-\d\d$/;
const ACT = /^[a-z_]+(\.[a-z_]+)?$/;

export const readFilters = (search: Record<string, unknown>): HistoryFilters => {
  const who = Number(search.who);
  const text = (name: string, form: RegExp): string | undefined => {
    const value = search[name];
    return typeof value === 'string' && form.test(value) ? value : undefined;
  };
  const found = { act: text('act', ACT), from: text('from', DAY), to: text('to', DAY) };
  return {
    ...(Number.isInteger(who) && who > 0 ? { who } : {}),
    ...(found.act ? { act: found.act } : {}),
    ...(found.from ? { from: found.from } : {}),
    ...(found.to ? { to: found.to } : {}),
  };
};
