import { type Static, Type } from 'typebox';
import { CASE_STATES } from '../cases/states.ts';
import { instant, nullable, oneOf } from '../core/shapes.ts';
import { HANDOVER_FIELDS, REASONS } from './handover.ts';
import { IMPORT_STATES, PROFILES } from './states.ts';

const text = (description: string) => Type.Optional(Type.String({ maxLength: 4000, description }));
const flag = Type.Optional(Type.Boolean());

/** One case of the city platform. Longer texts than a case holds are refused by their field, never cut. */
export const HandOver = Type.Object(
  {
    cityNumber: Type.String({ maxLength: 100, description: '市平台编号 the same number is the same case, however often it is sent' }),
    requestType: Type.String({ maxLength: 20, description: 'consultation help complaint report suggestion praise other, 或中文' }),
    category: Type.String({ maxLength: 100, description: '三级类别的编码、名称或全路径 code, name or path of a subject' }),
    contactName: text('联系人'),
    contactNumber: text('联系电话 left out: withheld'),
    placeText: text('地址'),
    place: text('社区的编码或名称 code or name of a place'),
    happenedText: text('发生时间'),
    course: Type.String({ maxLength: 4000, description: '诉求内容' }),
    purpose: text('诉求目的'),
    urgent: flag,
    keyCase: flag,
    important: flag,
    confidential: flag,
    wantsReply: Type.Optional(Type.Boolean({ description: 'true when left out' })),
    dueAt: text('市平台要求办结时间 instant, or a day in Asia/Shanghai'),
  },
  { additionalProperties: false },
);

const State = oneOf(...CASE_STATES);
export const HandedOver = Type.Object({
  cityNumber: Type.String(),
  number: Type.String({ description: '本平台工单编号' }),
  state: State,
  /** False: it was handed over before, and this is that case. */
  isNew: Type.Boolean(),
  receivedAt: instant,
});

export const FollowedCase = Type.Object({
  cityNumber: Type.String(),
  number: Type.String(),
  state: State,
  receivedAt: instant,
  dueAt: nullable(instant),
  closedAt: nullable(instant),
  publicReply: nullable(Type.String({ description: '公开答复，最近一次' })),
});

export const RefusedField = Type.Object({ field: oneOf(...HANDOVER_FIELDS), code: oneOf(...REASONS) });
const PreviewRow = Type.Object({ row: Type.Integer(), cityNumber: Type.String(), course: Type.String(), category: Type.String() });

/** What a spreadsheet would do, counted over all of it; of rows only the first are shown. */
export const ImportPreview = Type.Object({
  sheet: nullable(Type.String()),
  otherSheets: Type.Array(Type.String()),
  unknownColumns: Type.Array(Type.String()),
  created: Type.Integer(),
  present: Type.Integer(),
  refused: Type.Integer(),
  rows: Type.Array(PreviewRow),
  refusedRows: Type.Array(Type.Object({ row: Type.Integer(), cityNumber: Type.String(), reasons: Type.Array(RefusedField) })),
});

export const ImportView = Type.Object({
  importId: Type.Integer(),
  fileName: Type.String(),
  state: oneOf(...IMPORT_STATES),
  /** Null once the import has ended: it holds citizens' words. */
  preview: nullable(ImportPreview),
  created: Type.Integer(),
  present: Type.Integer(),
  refused: Type.Integer(),
  /** Code of the refusal that ended it, null when there was none. */
  failure: nullable(Type.String()),
  uploadedByName: Type.String(),
  uploadedAt: instant,
  confirmedAt: nullable(instant),
  endedAt: nullable(instant),
});

export const ProfileView = Type.Object(
  { version: Type.Integer({ minimum: 0 }), profile: oneOf(...PROFILES) },
  { additionalProperties: false },
);

export type HandOver = Static<typeof HandOver>;
export type HandedOver = Static<typeof HandedOver>;
export type FollowedCase = Static<typeof FollowedCase>;
export type ImportPreview = Static<typeof ImportPreview>;
export type ImportView = Static<typeof ImportView>;
export type ProfileView = Static<typeof ProfileView>;
