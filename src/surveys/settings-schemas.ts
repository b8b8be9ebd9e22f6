import { type Static, type TObject, type TSchema, Type } from 'typebox';
import { instant, nullable, oneOf } from '../core/shapes.ts';
import { OpeningHours } from '../hours/schemas.ts';
import { RETRIED } from './attempts.ts';
import { MEASURES } from './states.ts';
import { DIGITS, ENDINGS, FAULTS } from './survey.ts';

const strict = { additionalProperties: false } as const;

// ── when, how often, how many at once ──

const Retry = Type.Object(
  {
    afterMinutes: Type.Integer({ minimum: 5, maximum: 7 * 24 * 60, description: 'at least so long after the call ended' }),
    otherHalfDay: Type.Boolean({ description: 'never twice within one morning or one afternoon' }),
  },
  strict,
);
const each = <K extends string, S extends TSchema>(keys: readonly K[], schema: S): TObject<Record<K, S>> =>
  Type.Object(Object.fromEntries(keys.map((key) => [key, schema])) as Record<K, S>, strict);

export const SurveyRules = Type.Object(
  {
    windows: OpeningHours,
    attempts: Type.Object(
      {
        budget: Type.Integer({
          minimum: 1,
          maximum: 9,
          description: 'calls over all channels; never fewer than the case’s own terms ask for',
        }),
        retry: each(RETRIED, Retry),
        textWaitHours: Type.Integer({
          minimum: 1,
          maximum: 168,
          description: 'how long the link sent after the budget is waited for; not longer than it lives',
        }),
        faultsUntilPause: Type.Integer({ minimum: 2, maximum: 50, description: 'faults of our trunk in a row' }),
      },
      strict,
    ),
    pacing: Type.Object(
      {
        lines: Type.Integer({ minimum: 1, maximum: 1_000 }),
        perSecond: Type.Integer({ minimum: 1, maximum: 50 }),
        trunkLines: Type.Integer({ minimum: 1, maximum: 10_000 }),
        keptFree: Type.Integer({ minimum: 1, maximum: 10_000, description: 'of the trunk’s lines, for citizens who call' }),
        stopAtWaiting: Type.Integer({ minimum: 1, maximum: 1_000 }),
      },
      strict,
    ),
  },
  strict,
);
export type SurveyRules = Static<typeof SurveyRules>;

export const SurveyRulesView = Type.Object({
  version: Type.Integer({ description: '0: nothing has been set' }),
  rules: SurveyRules,
  /** The case's own terms ask for so many calls before somebody counts as unreachable. */
  leastBudget: Type.Integer(),
});
export type SurveyRulesView = Static<typeof SurveyRulesView>;
export const SaveSurveyRules = Type.Object({ version: Type.Integer({ minimum: 0 }), rules: SurveyRules }, strict);
export type SaveSurveyRules = Static<typeof SaveSurveyRules>;

// ── what is asked ──

const name = Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' });
const prompt = Type.String({ pattern: '^[a-z0-9][a-z0-9._]{0,79}$' });
const Line = Type.Object({ prompt, otherwise: Type.Optional(prompt) }, strict);
const say = Type.Array(Line, { maxItems: 10 });
const milliseconds = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum });

const Step = Type.Union([
  Type.Object({ kind: Type.Literal('say'), say, next: name }, strict),
  Type.Object(
    {
      kind: Type.Literal('ask'),
      say,
      again: Type.Optional(Line),
      measure: Type.Optional(oneOf(...MEASURES)),
      choices: Type.Array(
        Type.Object({ key: oneOf(...DIGITS), value: Type.Optional(Type.Integer({ minimum: 1, maximum: 5 })), next: name }, strict),
        { maxItems: 12 },
      ),
      anyKey: Type.Optional(name),
      waitMs: milliseconds(500, 30_000),
      tries: Type.Integer({ minimum: 1, maximum: 5 }),
      giveUp: name,
    },
    strict,
  ),
  Type.Object({ kind: Type.Literal('record'), say, longestSeconds: Type.Integer({ minimum: 5, maximum: 300 }), next: name }, strict),
  Type.Object({ kind: Type.Literal('next_case'), again: name, next: name }, strict),
  Type.Object({ kind: Type.Literal('person'), say }, strict),
  Type.Object({ kind: Type.Literal('end'), say, ending: oneOf(...ENDINGS) }, strict),
]);

export const Script = Type.Object(
  {
    first: name,
    steps: Type.Record(Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' }), Step, { maxProperties: 60, additionalProperties: false }),
    wrongKey: Line,
    noKey: Line,
    settleMs: milliseconds(300, 3_000),
    deafMs: milliseconds(0, 1_000),
  },
  strict,
);

/** What is wrong with a script, by step. */
export const FaultView = Type.Object({ code: oneOf(...FAULTS), step: Type.String(), detail: Type.String() });

export const TrialView = Type.Object({
  trialId: Type.String(),
  /** Of the draft it tried. */
  draft: Type.Integer(),
  number: Type.String({ description: 'masked' }),
  state: oneOf('dialling', 'ringing', 'talking', 'over'),
  /** How it ended, once it is over. */
  ending: nullable(Type.String()),
  heard: Type.Array(Type.String({ description: 'prompt' })),
  pressed: Type.Array(Type.Object({ measure: oneOf(...MEASURES), value: Type.Integer(), key: nullable(Type.String()) })),
  at: instant,
});
export type TrialView = Static<typeof TrialView>;

export const ScriptView = Type.Object({
  /** Of the draft as it is kept: what is saved names it. 0: there has never been one. */
  version: Type.Integer(),
  /** Null: nobody is changing anything. */
  draft: nullable(Script),
  note: Type.String(),
  live: Type.Object({ version: Type.Integer({ description: '0: the one that ships' }), script: Script }),
  versions: Type.Array(
    Type.Object({
      version: Type.Integer(),
      note: Type.String(),
      madeAt: instant,
      name: nullable(Type.String()),
    }),
    { description: 'newest first' },
  ),
  /** The latest trial call of this draft. */
  trial: nullable(TrialView),
  /** What a draft kept here has become wrong in: a recording may have gone since. */
  faults: Type.Array(FaultView),
});
export type ScriptView = Static<typeof ScriptView>;

const note = Type.String({ maxLength: 200 });
export const SaveScript = Type.Object({ version: Type.Integer({ minimum: 0 }), script: Script, note }, strict);
export const OfDraft = Type.Object({ version: Type.Integer({ minimum: 1 }) }, strict);
export const TryScript = Type.Object(
  {
    version: Type.Integer({ minimum: 1 }),
    number: Type.String({ minLength: 3, maxLength: 30, description: 'the administrator’s own telephone' }),
  },
  strict,
);
export const VersionView = Type.Object({ version: Type.Integer(), script: Script });
export type VersionView = Static<typeof VersionView>;
