import { type Static, Type } from 'typebox';
import { nullable } from '../core/shapes.ts';

const strict = { additionalProperties: false } as const;

/** What a citizen gets while waiting. */
export const WaitingRules = Type.Object(
  {
    placeEverySeconds: nullable(
      Type.Integer({ minimum: 20, maximum: 300, description: 'seconds between two announcements of the place; null: it is not said' }),
    ),
    saysExpectedWait: Type.Boolean({ description: 'the expected wait, once' }),
    callback: nullable(
      Type.Object(
        {
          everySeconds: Type.Integer({ minimum: 30, maximum: 600, description: 'seconds between two offers of the key' }),
          attempts: Type.Integer({ minimum: 1, maximum: 5, description: 'how often the citizen is dialled in all' }),
          restMinutes: Type.Integer({ minimum: 1, maximum: 60, description: 'between two of them' }),
        },
        { ...strict, description: 'null: the key is not offered' },
      ),
    ),
    knowingAgentSeconds: nullable(
      Type.Integer({
        minimum: 5,
        maximum: 60,
        description: 'how long the agent who knows the case is rung alone; null: nobody is preferred',
      }),
    ),
    asksRating: Type.Boolean({ description: 'one question to the citizen after the agent has hung up 一次一评' }),
    urgentMinutes: Type.Integer({ minimum: 0, maximum: 49, description: 'how far ahead goes who has an urgent case open' }),
    repeatMinutes: Type.Integer({ minimum: 0, maximum: 49, description: 'how far ahead goes who called in vain' }),
    repeatCalls: Type.Integer({ minimum: 2, maximum: 10, description: 'so many calls in vain within 24 hours' }),
  },
  strict,
);

export const WaitingRulesView = Type.Object({
  version: Type.Integer({ description: '0: nothing has been set' }),
  rules: WaitingRules,
  /** False while no switch could be told: it is told as soon as it is back. */
  onSwitch: Type.Boolean(),
});

export const SaveWaitingRules = Type.Object({ version: Type.Integer({ minimum: 0 }), rules: WaitingRules }, strict);

export type WaitingRules = Static<typeof WaitingRules>;
export type WaitingRulesView = Static<typeof WaitingRulesView>;
export type SaveWaitingRules = Static<typeof SaveWaitingRules>;
