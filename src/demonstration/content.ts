import { readFileSync } from 'node:fs';
import type { CaseForm } from '../cases/schemas.ts';
import type { Role } from '../core/roles.ts';
import type { PastLife } from './lives.ts';

/** One line of content/calls.json: a past call of the district, told relative to the day it is seeded. */
export interface PastCall {
  daysAgo: number;
  /** Shanghai wall clock, HH:mm. */
  at: string;
  /** As a trunk would send it; "anonymous" when withheld. */
  number: string;
  /** What the agent wrote; `happenedText` null stands for the day of the call. */
  draft?: Omit<CaseForm, 'proposed' | 'happenedText'> & { happenedText: string | null };
}

export interface Content {
  units: { code: string; name: string; league: string | null; kind: string; phone: string | null }[];
  places: { code: string; name: string; townCode: string; townName: string }[];
  categories: {
    code: string;
    name: string;
    parentCode: string | null;
    level: number;
    path: string;
    unitKind: string | null;
    keywords: string[];
  }[];
  routing: { categoryCode: string; placeCode: string; lead: string; assist: string[]; reason: string }[];
  articles: {
    code: string;
    title: string;
    answer: string;
    askAs: string;
    categoryCode: string;
    ownerName: string;
    sourceName: string;
    articleVersion: number;
    keywords: string[];
    validToInDays: number;
    reviewInDays: number;
  }[];
  staff: { account: string; name: string; roles: Role[]; extension: string | null; unitCode: string | null }[];
  citizens: {
    name: string;
    gender: 'female' | 'male' | 'unknown';
    language: 'zh' | 'en';
    address: string | null;
    callbackPreference: string | null;
    numbers: string[];
  }[];
  calls: PastCall[];
  lives: PastLife[];
}

/** Read from files, not imported: a production start never loads a word of the made-up district. */
const read = <K extends keyof Content>(name: K): Content[K] =>
  JSON.parse(readFileSync(new URL(`content/${name}.json`, import.meta.url), 'utf8')) as Content[K];

export const readContent = (): Content => ({
  units: read('units'),
  routing: read('routing'),
  places: read('places'),
  categories: read('categories'),
  articles: read('articles'),
  staff: read('staff'),
  citizens: read('citizens'),
  calls: read('calls'),
  lives: read('lives'),
});
