import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { HotlineError } from '../core/errors.ts';

const days = (maximum: number) => Type.Integer({ minimum: 1, maximum });
const minutes = Type.Integer({ minimum: 1, maximum: 10_080 });
const term = days(120);

/**
 * The terms of the house as data. A case keeps the version it was born under, so that an edit changes no running case.
 * Every figure is a setting; where the opinion sets one, the rule stands beside it.
 */
export const CasePolicy = Type.Object(
  {
    /** From registration to dispatch, in office minutes (R10; the figure is a house rule). */
    dispatchMinutes: minutes,
    /** A dispatched case nobody signed for, in office minutes (R13). */
    signAlarmMinutes: minutes,
    /** Working days after receipt within which a unit may return a case (山东省办法). */
    returnWorkingDays: days(10),
    /** Working days from dispatch by request type; R14 says three for everything that is not urgent. */
    terms: Type.Object(
      { consultation: term, help: term, complaint: term, report: term, suggestion: term, praise: term, other: term },
      { additionalProperties: false },
    ),
    /** Key cases, when they have a term of their own. */
    keyCaseWorkingDays: Type.Union([term, Type.Null()]),
    /** Each further round of handling. */
    reworkWorkingDays: term,
    urgent: Type.Object(
      {
        /** True until the local measure's own figures are entered (R15: its text was not found). */
        placeholder: Type.Boolean(),
        respondMinutes: minutes,
        firstResultMinutes: minutes,
        finalMinutes: minutes,
        yellowMinutesBefore: minutes,
      },
      { additionalProperties: false },
    ),
    extension: Type.Object({ mostWorkingDays: days(30) }, { additionalProperties: false }),
    /** Yellow card so many working days before the due day. */
    yellowWorkingDaysBefore: days(10),
    supervisionWorkingDays: days(30),
    /** The principal's contact on repeats: 第一时间 (R30); the figure is a house rule. */
    principalContactWorkingDays: days(10),
    /** 2次以上: two submissions in all, or two repeats after the first (domain A3). */
    repeats: Type.Object(
      { mode: Type.Union([Type.Literal('total'), Type.Literal('repeats')]), least: Type.Integer({ minimum: 1, maximum: 20 }) },
      { additionalProperties: false },
    ),
    /** Attempts without an answer before a citizen counts as not to be reached (domain §3h). */
    callbackAttempts: Type.Integer({ minimum: 1, maximum: 10 }),
  },
  { additionalProperties: false },
);
export type CasePolicy = Static<typeof CasePolicy>;

export interface PolicyVersion {
  /** 0 is the one that ships with the product. */
  version: number;
  effectiveFrom: Date;
  policy: CasePolicy;
}

export const DEFAULT_POLICY: CasePolicy = {
  dispatchMinutes: 30,
  signAlarmMinutes: 120,
  returnWorkingDays: 2,
  terms: { consultation: 3, help: 3, complaint: 3, report: 3, suggestion: 3, praise: 3, other: 3 },
  keyCaseWorkingDays: null,
  reworkWorkingDays: 3,
  // 潍坊's figures, to be replaced by the local measure (淄政投诉字〔2019〕1号).
  urgent: { placeholder: true, respondMinutes: 30, firstResultMinutes: 120, finalMinutes: 1440, yellowMinutesBefore: 120 },
  extension: { mostWorkingDays: 10 },
  yellowWorkingDaysBefore: 1,
  supervisionWorkingDays: 3,
  principalContactWorkingDays: 1,
  repeats: { mode: 'total', least: 2 },
  callbackAttempts: 3,
};

export const SHIPPED_POLICY: PolicyVersion = { version: 0, effectiveFrom: new Date(0), policy: DEFAULT_POLICY };

/** @throws HotlineError request.invalid naming the figure */
export const checkPolicy = (value: unknown): CasePolicy => {
  if (Value.Check(CasePolicy, value)) return value;
  const [first] = Value.Errors(CasePolicy, value);
  const field = first?.instancePath ?? '';
  throw new HotlineError('request.invalid', `时限设置不对：${field} The policy is not valid`, { field });
};

/** The version in force at an instant: of those that have taken effect, the last that was made. */
export const policyAt = (versions: readonly PolicyVersion[], at: Date): PolicyVersion =>
  versions.reduce(
    (best, each) =>
      each.effectiveFrom <= at &&
      (each.effectiveFrom > best.effectiveFrom || (+each.effectiveFrom === +best.effectiveFrom && each.version > best.version))
        ? each
        : best,
    SHIPPED_POLICY,
  );

/** 反复投诉: how many submissions of one matter, this one included, make a repeat. */
export const isRepeat = (policy: CasePolicy, submissions: number): boolean =>
  submissions >= policy.repeats.least + (policy.repeats.mode === 'repeats' ? 1 : 0);
