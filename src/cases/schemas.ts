import { type Static, Type } from 'typebox';
import { ShownNumber } from '../calls/schemas.ts';
import { instant, nullable, oneOf } from '../core/shapes.ts';
import { CASE_SOURCES, CASE_STATES } from './states.ts';

/** 咨询 求助 投诉 举报 建议 表扬 其他 (R03). */
export const REQUEST_TYPES = ['consultation', 'help', 'complaint', 'report', 'suggestion', 'praise', 'other'] as const;
export const RequestType = oneOf(...REQUEST_TYPES);

/** The form beside the call. Texts are kept as typed; every screen shows them as text. */
export const CaseForm = Type.Object(
  {
    requestType: nullable(RequestType),
    categoryCode: nullable(Type.String({ maxLength: 12 })),
    contactName: Type.String({ maxLength: 60 }),
    placeText: Type.String({ maxLength: 200 }),
    placeCode: nullable(Type.String({ maxLength: 12 })),
    happenedText: Type.String({ maxLength: 100 }),
    course: Type.String({ maxLength: 2000 }),
    purpose: Type.String({ maxLength: 500 }),
    urgent: Type.Boolean(),
    keyCase: Type.Boolean(),
    important: Type.Boolean(),
    confidential: Type.Boolean(),
    wantsReply: Type.Boolean(),
    /** Names of fields whose value the machine proposed and nobody has confirmed. */
    proposed: Type.Array(Type.String({ maxLength: 30 }), { maxItems: 20 }),
  },
  { additionalProperties: false },
);

export const CaseView = Type.Object({
  caseId: Type.Integer(),
  number: Type.String(),
  state: oneOf(...CASE_STATES),
  source: oneOf(...CASE_SOURCES),
  callId: nullable(Type.Integer()),
  contactNumber: nullable(ShownNumber),
  form: CaseForm,
  /** 五要素 who · phone · where · what · why that are still empty. */
  missing: Type.Array(Type.String()),
  createdBy: nullable(Type.Object({ staffId: Type.Integer(), name: Type.String() })),
  createdAt: instant,
  updatedAt: instant,
  version: Type.Integer(),
});

export const OpenDraft = Type.Object({ callId: nullable(Type.Integer()) }, { additionalProperties: false });
export const SaveDraft = Type.Object({ version: Type.Integer(), form: CaseForm }, { additionalProperties: false });
export const CasePage = Type.Object({ rows: Type.Array(CaseView), next: nullable(Type.String()) });
/** Body of a 409 `case.version_stale`: both versions, so that nobody's words are lost. */
export const StaleCase = Type.Object({
  code: Type.Literal('case.version_stale'),
  message: Type.String(),
  details: Type.Object({ yours: SaveDraft, theirs: CaseView, changedBy: nullable(Type.String()) }),
});

export type CaseForm = Static<typeof CaseForm>;
export type CaseView = Static<typeof CaseView>;
export type RequestType = Static<typeof RequestType>;
export type SaveDraft = Static<typeof SaveDraft>;
export type CasePage = Static<typeof CasePage>;
export type StaleCase = Static<typeof StaleCase>;
