import type { Heading, NamedRow } from '../documents/index.ts';
import type { HandoverField, Reason, Refused } from './handover.ts';

/** Columns of a spreadsheet of the city, under the names that its platforms use; the first is the one we write. */
export const COLUMNS: readonly Heading<HandoverField>[] = [
  { key: 'cityNumber', titles: ['市平台编号', '工单编号', '交办编号', '编号', 'cityNumber', 'city number'], isRequired: true },
  { key: 'requestType', titles: ['诉求类型', '事项类型', '类型', 'requestType', 'request type'], isRequired: true },
  { key: 'category', titles: ['诉求类别', '事项类别', '类别', '问题分类', 'category', 'subject'], isRequired: true },
  { key: 'contactName', titles: ['联系人', '诉求人', '姓名', 'contactName', 'name'], isRequired: false },
  { key: 'contactNumber', titles: ['联系电话', '来电号码', '电话', 'contactNumber', 'phone'], isRequired: false },
  { key: 'placeText', titles: ['地址', '诉求地址', '事发地址', 'placeText', 'address'], isRequired: false },
  { key: 'place', titles: ['社区', '村居', 'place'], isRequired: false },
  { key: 'happenedText', titles: ['发生时间', 'happenedText', 'happened'], isRequired: false },
  { key: 'course', titles: ['诉求内容', '内容', '经过', 'course', 'content'], isRequired: true },
  { key: 'purpose', titles: ['诉求目的', '目的', 'purpose'], isRequired: false },
  { key: 'urgent', titles: ['紧急', '是否紧急', 'urgent'], isRequired: false },
  { key: 'keyCase', titles: ['重点', '是否重点', 'keyCase', 'key case'], isRequired: false },
  { key: 'important', titles: ['重要', '是否重要', 'important'], isRequired: false },
  { key: 'confidential', titles: ['保密', '是否保密', 'confidential'], isRequired: false },
  { key: 'wantsReply', titles: ['要求回复', '是否回复', 'wantsReply', 'wants reply'], isRequired: false },
  { key: 'dueAt', titles: ['办结时限', '要求办结时间', '截止时间', 'dueAt', 'due'], isRequired: false },
];

const TITLE_OF = new Map(COLUMNS.map(({ key, titles }) => [key, titles[0] ?? key]));

/** A merged blank that is not needed is only a blank; everything else that must not be believed unseen is refused. */
export const notesOf = ({ notes, values }: Pick<NamedRow<HandoverField>, 'notes' | 'values'>): Refused[] =>
  notes.flatMap(({ key, kind }): Refused[] => {
    const isNeeded = COLUMNS.find((column) => column.key === key)?.isRequired === true;
    return kind === 'merged' && values[key] === '' && !isNeeded ? [] : [{ field: key, code: kind }];
  });

const REASON_WORDS: Readonly<Record<Reason, string>> = {
  missing: '未填写',
  too_long: '太长',
  malformed: '写法不对',
  unknown: '本区没有',
  ambiguous: '有重名，请填编码',
  formula: '是公式，请改为值',
  merged: '是合并单元格，请拆分',
  error: '单元格报错',
  digits_lost: '长数字已失真，请改为文本',
  twice: '编号在前面的行出现过，内容不同',
  differs: '编号已交办，内容与原来不同',
};

/** The reasons of a row in one line, for whoever mends the file. */
export const reasonsInWords = (reasons: readonly Refused[]): string =>
  reasons.map(({ field, code }) => `${TITLE_OF.get(field) ?? field}：${REASON_WORDS[code]}`).join('；');

/** A text that a spreadsheet program would work out is given out as a text. */
const defused = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
const quoted = (text: string): string => `"${defused(text).replaceAll('"', '""')}"`;

/** Lines of the refused rows as a .csv: the columns that can be imported again, and what was wrong at the end. */
export const csvHead = (): string => `\ufeff${[...TITLE_OF.values(), '原行号', '退回原因'].map(quoted).join(',')}\r\n`;
export const csvLine = (row: { row: number; values: Readonly<Record<string, string>>; reasons: readonly Refused[] }): string =>
  `${[...[...TITLE_OF.keys()].map((key) => row.values[key] ?? ''), String(row.row), reasonsInWords(row.reasons)].map(quoted).join(',')}\r\n`;
