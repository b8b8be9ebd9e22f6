import { type Static, Type } from 'typebox';
import { oneOf } from '../core/shapes.ts';
import type { OutCell } from '../documents/index.ts';
import type { CaseRecord } from './case.ts';
import { CASE_WORDS } from './case-words.ts';
import type { CaseRow, SearchRequest } from './life-schemas.ts';
import { SearchFilters } from './life-schemas.ts';
import { LIST_COLUMNS, LIST_ORDERS, type ListColumn } from './views.ts';

/** A list of cases as a file: which cells a case fills. What may be in them was decided before (sight.ts). */

export const ExportRequest = Type.Object(
  {
    ...SearchFilters,
    order: Type.Optional(oneOf(...LIST_ORDERS)),
    columns: Type.Array(oneOf(...LIST_COLUMNS), { minItems: 1, maxItems: LIST_COLUMNS.length, uniqueItems: true }),
    /** Also what the citizen told and asks for. */
    texts: Type.Boolean(),
    /** Numbers in full, for whoever may see them, and why. */
    fullNumbers: Type.Optional(Type.Object({ reason: Type.String({ minLength: 2, maxLength: 200 }) }, { additionalProperties: false })),
    language: oneOf('zh-CN', 'en'),
  },
  { additionalProperties: false },
);
export type ExportRequest = Static<typeof ExportRequest>;

/** A case as this viewer may see it: the row of the list, and the record behind it. */
export interface ShownCase {
  row: CaseRow;
  record: CaseRecord;
}

type Pair = readonly [zh: string, en: string];
type Language = ExportRequest['language'];
const say = (pair: Pair, language: Language): string => pair[language === 'en' ? 1 : 0];
const word = (key: string, language: Language): string => {
  const pair: Pair | undefined = CASE_WORDS[key as keyof typeof CASE_WORDS];
  return pair ? say(pair, language) : key;
};
const at = (text: string | null): Date | null => (text === null ? null : new Date(text));

interface Filled {
  title: Pair;
  width: number;
  cell(shown: ShownCase, about: { language: Language; fullNumbers: boolean }): OutCell;
}

const NUMBER: Filled = {
  title: ['联系电话', 'Phone'],
  width: 16,
  cell: ({ row, record }, { fullNumbers }) => (fullNumbers ? record.contactNumber : row.contactNumber),
};

const CELLS: Readonly<Record<ListColumn, readonly Filled[]>> = {
  number: [{ title: ['事项编号', 'Case number'], width: 21, cell: ({ row }) => row.number }],
  state: [
    {
      title: ['状态', 'State'],
      width: 14,
      cell: ({ row }, { language }) =>
        [`case_state.${row.state}`, ...(row.side ? [`case_side.${row.side}`] : [])].map((key) => word(key, language)).join(' · '),
    },
  ],
  due: [
    { title: ['时限', 'Due'], width: 17, cell: ({ row }) => at(row.breaksAt ?? row.dueAt) },
    {
      title: ['牌', 'Card'],
      width: 8,
      cell: ({ row }, { language }) => (row.card === 'none' ? null : word(`card.${row.card}`, language)),
    },
  ],
  requestType: [
    {
      title: ['诉求类型', 'Type'],
      width: 10,
      cell: ({ row }, { language }) => (row.requestType === null ? null : word(`type.${row.requestType}`, language)),
    },
  ],
  contact: [{ title: ['来电人', 'Caller'], width: 12, cell: ({ row }) => row.contactName }, NUMBER],
  title: [{ title: ['内容', 'Text'], width: 40, cell: ({ row }) => row.title }],
  unit: [{ title: ['主办单位', 'Lead unit'], width: 22, cell: ({ row }) => row.leadUnitName ?? row.leadUnit }],
  created: [{ title: ['登记时间', 'Created'], width: 17, cell: ({ row }) => at(row.createdAt) }],
  category: [{ title: ['诉求类别', 'Subject'], width: 26, cell: ({ row }) => row.categoryName }],
  place: [{ title: ['地点', 'Place'], width: 26, cell: ({ row }) => row.placeText }],
  dispatched: [{ title: ['转办时间', 'Dispatched'], width: 17, cell: ({ row }) => at(row.dispatchedAt) }],
  round: [{ title: ['办理轮次', 'Round'], width: 9, cell: ({ row }) => row.round }],
};

const MARKS = ['urgent', 'keyCase', 'important', 'confidential'] as const;
const MARK_WORDS: Readonly<Record<(typeof MARKS)[number], Pair>> = {
  urgent: ['紧急', 'Urgent'],
  keyCase: ['重点', 'Key'],
  important: ['重要', 'Important'],
  confidential: ['保密', 'Confidential'],
};

const TEXTS: readonly Filled[] = [
  { title: ['经过', 'What happened'], width: 60, cell: ({ record }) => record.form.course },
  { title: ['诉求', 'What is asked'], width: 40, cell: ({ record }) => record.form.purpose },
  {
    title: ['标记', 'Marks'],
    width: 12,
    cell: ({ row }, { language }) =>
      MARKS.filter((mark) => row[mark])
        .map((mark) => say(MARK_WORDS[mark], language))
        .join(language === 'en' ? ', ' : '、'),
  },
];

/** The columns of a file and how a case fills them. */
export const layoutOf = (request: Pick<ExportRequest, 'columns' | 'texts' | 'language' | 'fullNumbers'>) => {
  const { language } = request;
  const filled = [...request.columns.flatMap((column) => CELLS[column]), ...(request.texts ? TEXTS : [])];
  const about = { language, fullNumbers: request.fullNumbers !== undefined };
  return {
    columns: filled.map(({ title, width }) => ({ title: say(title, language), width })),
    cellsOf: (shown: ShownCase): OutCell[] => filled.map(({ cell }) => cell(shown, about)),
  };
};

/** How a list was filtered, for the record: a name, a number or words that were looked for are said to have been, and no more. */
const PERSONAL: ReadonlySet<string> = new Set(['name', 'phone', 'text', 'number']);
export const filtersForRecord = (filters: SearchRequest): Record<string, unknown> =>
  Object.fromEntries(Object.entries(filters).map(([field, value]) => [field, PERSONAL.has(field) ? '×' : value]));
