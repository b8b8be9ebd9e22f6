import { readFileSync } from 'node:fs';
import { caseNumber } from '../../../src/cases/case.ts';
import { CASE_STATES, type CaseState, WITH_UNIT_STATES } from '../../../src/cases/states.ts';
import { indexWords } from '../../../src/cases/words.ts';
import type { NewRow } from '../../../src/storage/schema.ts';
import type { Store } from '../../../src/storage/store.ts';

/** Repeatable chance, so that two engines and two sizes hold the same cases. */
export const dice = (seed: number) => {
  let state = seed >>> 0;
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

const names = (file: string): string[] =>
  (
    JSON.parse(readFileSync(new URL(`../../../src/demonstration/content/${file}.json`, import.meta.url), 'utf8')) as {
      name: string;
      level?: number;
    }[]
  )
    .filter((each) => each.level === undefined || each.level === 3)
    .map((each) => each.name);

const OPENINGS = ['来电人反映', '市民反映', '来电反映，', '反映'];
const PLACES = ['小区门口', '楼道里', '学校对面', '菜市场旁', '河边步道', '工地北侧', '公交站台', '沿街商铺'];
const MATTERS = [
  '长时间无人处理',
  '影响居民休息',
  '存在安全隐患',
  '多次联系物业没有结果',
  '希望尽快解决',
  '要求说明原因',
  '气味很大',
  '晚上特别严重',
];
const RARE = ['化粪池', '窨井盖', '油烟机', '电梯门', '助听器', '共享单车', '杨絮', '路牌'];

/** In every case, and in about one of a hundred. */
export const COMMON_WORD = '反映';
export const RARE_WORD = '杨絮';
export const UNITS = Array.from({ length: 24 }, (_, index) => `D${String(index + 1).padStart(2, '0')}`);
export const START = new Date('2025-11-24T01:00:00Z');
const YEAR_MS = 365 * 86_400_000;
const BATCH = 400;

/** Nearly all cases of a year are filed; a few thousandths are in hand. */
const stateOf = (roll: (below: number) => number): CaseState => {
  const point = roll(1000);
  if (point < 960) return 'archived';
  return CASE_STATES[1 + roll(CASE_STATES.length - 2)] ?? 'closed';
};

const lineOf = (index: number): string => `199${String(index).padStart(8, '0')}`;
export const lines = (size: number): number => Math.max(50, Math.floor(size / 3));

const rowOf = (id: number, size: number, roll: (below: number) => number, categories: readonly string[]): NewRow<'cases'> => {
  const pick = <T>(list: readonly T[]): T => list[roll(list.length)] as T;
  const createdAt = new Date(START.getTime() + Math.floor((id / size) * YEAR_MS));
  const state = stateOf(roll);
  const dueAt = new Date(createdAt.getTime() + (1 + roll(10)) * 86_400_000);
  const withUnit = (WITH_UNIT_STATES as readonly string[]).includes(state);
  const rare = roll(8 * 13) < 8 ? `，${pick(RARE)}的问题` : '';
  return {
    id,
    number: caseNumber(createdAt, id),
    state,
    source: 'desk',
    requestType: pick(['consultation', 'help', 'complaint', 'report', 'suggestion'] as const),
    categoryCode: String(10_000 + roll(270)),
    contactName: `市民${roll(50_000)}`,
    contactNumber: roll(50) === 0 ? null : lineOf(roll(lines(size))),
    placeText: `第${roll(3000)}号${pick(PLACES)}`,
    placeCode: `T${String(roll(60)).padStart(4, '0')}`,
    course: `${pick(OPENINGS)}${pick(PLACES)}${pick(categories)}${pick(MATTERS)}${rare}，${pick(categories)}，${pick(MATTERS)}。`,
    purpose: pick(MATTERS),
    urgent: roll(100) === 0,
    confidential: roll(50) === 0,
    proposed: [],
    createdAt,
    updatedAt: createdAt,
    registeredAt: createdAt,
    round: 1,
    leadUnit: pick(UNITS),
    dispatchedAt: createdAt,
    dueAt,
    breaksAt: withUnit ? dueAt : null,
  };
};

const stepsOf = (row: NewRow<'cases'>): NewRow<'caseTransitions'>[] => {
  const path = ['register', 'dispatch', 'sign', 'begin', 'give_feedback'] as const;
  const states = ['draft', 'registered', 'dispatched', 'signed', 'handling', 'feedback'] as const;
  return path.map((command, index) => ({
    caseId: row.id as number,
    version: index + 2,
    at: row.createdAt,
    command,
    fromState: states[index] ?? 'draft',
    toState: states[index + 1] ?? 'feedback',
    round: 1,
    actorKind: 'system',
    unitCode: row.leadUnit ?? null,
  }));
};

/** Fills an empty store with `size` cases, five moves each, their units and their words. */
export const generateCases = async (store: Store, size: number): Promise<void> => {
  const roll = dice(12_345);
  const categories = names('categories');
  const s = store.schema;
  const { caseSearch, wordsValue } = store.dialect;
  await store.write((db) =>
    db
      .insert(s.units)
      .values(UNITS.map((code) => ({ code, name: code, kind: 'x' })))
      .returning({ id: s.units.id }),
  );
  for (let first = 1; first <= size; first += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, size - first + 1) }, (_, index) => rowOf(first + index, size, roll, categories));
    const steps = rows.flatMap(stepsOf);
    await store.write(async (db) => {
      await db.insert(s.cases).values(rows).returning({ id: s.cases.id });
      await db
        .insert(s.caseUnits)
        .values(
          rows.map((row) => ({
            caseId: row.id as number,
            unitCode: row.leadUnit ?? '',
            duty: 'lead' as const,
            round: 1,
            assignedAt: row.createdAt,
          })),
        )
        .returning({ id: s.caseUnits.id });
      for (let at = 0; at < steps.length; at += BATCH * 2)
        await db
          .insert(s.caseTransitions)
          .values(steps.slice(at, at + BATCH * 2))
          .returning({ id: s.caseTransitions.id });
      await db.insert(caseSearch).values(
        rows.map((row) => ({
          rowid: row.id as number,
          words: wordsValue(indexWords([row.course ?? '', row.purpose ?? '', row.placeText ?? ''])),
        })),
      );
    });
  }
};
