import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import pg from 'pg';
import { caseNumber } from '../../../src/cases/case.ts';
import { CASE_STATES, type CaseState, WITH_UNIT_STATES } from '../../../src/cases/states.ts';
import { indexWords } from '../../../src/cases/words.ts';
import type { NewRow } from '../../../src/storage/schema.ts';

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
const BATCH = 2000;

/** Nearly all cases of a year are filed; a few thousandths are in hand. */
const stateOf = (roll: (below: number) => number): CaseState => {
  const point = roll(1000);
  if (point < 960) return 'archived';
  return CASE_STATES[1 + roll(CASE_STATES.length - 2)] ?? 'closed';
};

const lineOf = (index: number): string => `199${String(index).padStart(8, '0')}`;
export const lines = (size: number): number => Math.max(50, Math.floor(size / 3));

const rowOf = (id: number, size: number, roll: (below: number) => number, categories: readonly string[]) => {
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
    version: STEPS.length + 1,
  } satisfies NewRow<'cases'>;
};

type Value = string | number | boolean | Date | null | readonly string[];
type Values = Readonly<Record<string, Value>>;

/** A database filled past the service: its query builder costs ten times what the database itself does. */
interface Filler {
  run(sql: string): Promise<void>;
  /** @param rows all with the same fields, named as the schema names them; `words` becomes what the engine searches in */
  insert(table: string, rows: readonly Values[]): Promise<void>;
  close(): Promise<void>;
}

const column = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const sqliteFiller = (file: string): Filler => {
  const client = new Database(file);
  client.pragma('synchronous = OFF');
  client.pragma('cache_size = -200000');
  const plain = (value: Value): string | number | null =>
    value instanceof Date
      ? value.getTime()
      : typeof value === 'boolean'
        ? Number(value)
        : typeof value === 'object' && value !== null
          ? JSON.stringify(value)
          : value;
  return {
    run: async (sql) => void client.exec(sql),
    async insert(table, rows) {
      const fields = Object.keys(rows[0] ?? {});
      const insert = client.prepare(`insert into ${table} (${fields.map(column)}) values (${fields.map(() => '?')})`);
      client.transaction(() => {
        for (const row of rows) insert.run(fields.map((field) => plain(row[field] ?? null)));
      })();
    },
    close: async () => void client.close(),
  };
};

const postgresFiller = async (url: string): Promise<Filler> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    run: async (sql) => void (await client.query(sql)),
    async insert(table, rows) {
      const fields = Object.keys(rows[0] ?? {}).map(column);
      const shown = fields.map((field) => (field === 'words' ? "array_to_tsvector(string_to_array(words, ' '))" : field));
      const json = JSON.stringify(
        rows.map((row) => Object.fromEntries(Object.entries(row).map(([field, value]) => [column(field), value]))),
      );
      const from =
        table === 'case_search' ? 'json_to_recordset($1) as row (rowid bigint, words text)' : `json_populate_recordset(null::${table}, $1)`;
      await client.query(`insert into ${table} (${fields}) select ${shown} from ${from}`, [json]);
    },
    close: () => client.end(),
  };
};

const STEPS = [
  ['register', 'draft', 'registered'],
  ['dispatch', 'registered', 'dispatched'],
  ['sign', 'dispatched', 'signed'],
  ['begin', 'signed', 'handling'],
  ['give_feedback', 'handling', 'feedback'],
] as const;

/** What follows from the cases themselves, made by the database: their units, a round, five moves, a reply and a callback each. */
const HISTORY = [
  `insert into case_units (case_id, unit_code, duty, round, assigned_at)
   select id, lead_unit, 'lead', 1, created_at from cases`,
  `insert into case_rounds (case_id, round, lead_unit, dispatched_at, due_at)
   select id, 1, lead_unit, created_at, due_at from cases`,
  ...STEPS.map(
    ([command, from, to], index) =>
      `insert into case_transitions (case_id, version, at, command, from_state, to_state, round, actor_kind, unit_code)
       select id, ${index + 2}, created_at, '${command}', '${from}', '${to}', 1, 'system', lead_unit from cases`,
  ),
  `insert into case_replies (case_id, round, at, public_text)
   select id, 1, created_at, purpose from cases where state in ('closed', 'archived')`,
  `insert into case_callbacks (case_id, round, at, mode, outcome, solved, score)
   select id, 1, created_at, 'ivr', 'reached', 'yes', 5 from cases where state in ('closed', 'archived')`,
];

/** Fills an empty, migrated database with `size` cases, their units, their moves and their words. */
export const generateCases = async (where: { databaseUrl: string | null; file: string }, size: number): Promise<void> => {
  const roll = dice(12_345);
  const categories = names('categories');
  const filler = where.databaseUrl === null ? sqliteFiller(where.file) : await postgresFiller(where.databaseUrl);
  try {
    await filler.insert(
      'units',
      UNITS.map((code) => ({ code, name: code, kind: 'x' })),
    );
    for (let first = 1; first <= size; first += BATCH) {
      const rows = Array.from({ length: Math.min(BATCH, size - first + 1) }, (_, index) => rowOf(first + index, size, roll, categories));
      await filler.insert('cases', rows);
      await filler.insert(
        'case_search',
        rows.map(({ id, course, purpose, placeText }) => ({ rowid: id, words: indexWords([course, purpose, placeText]).join(' ') })),
      );
    }
    for (const sql of HISTORY) await filler.run(sql);
    if (where.databaseUrl !== null) {
      // Ids were given by hand, so the counter must be told; and the server's own housekeeping would have looked at tables this old.
      await filler.run("select setval(pg_get_serial_sequence('cases', 'id'), (select max(id) from cases))");
      await filler.run('vacuum analyze');
    }
  } finally {
    await filler.close();
  }
};
