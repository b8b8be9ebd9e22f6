import { type Static, Type } from 'typebox';
import { nullable, oneOf } from '../core/shapes.ts';
import { QUEUE_STRATEGIES } from '../telephony/port.ts';

const strict = { additionalProperties: false } as const;
/** Records carry the name for ever, so it is chosen once. */
const QueueName = Type.String({ pattern: '^[a-z][a-z0-9_]{1,30}$', description: 'the switch’s name for it; never changes' });
const SkillCode = Type.String({ pattern: '^[a-z][a-z0-9_]{0,30}$' });
const words = {
  zh: Type.String({ minLength: 1, maxLength: 12, pattern: '\\S', description: 'shown in Chinese' }),
  en: Type.String({ minLength: 1, maxLength: 24, pattern: '\\S', description: 'shown in English' }),
};

export const LARGEST_PENALTY = 9;
export const BEST_LEVEL = 3;
const penalty = Type.Integer({
  minimum: 0,
  maximum: LARGEST_PENALTY,
  description: '0 is rung first; a larger one only when all with a smaller one are busy',
});

const queueFields = {
  ...words,
  strategy: oneOf(...QUEUE_STRATEGIES),
  ringSeconds: Type.Integer({ minimum: 5, maximum: 120, description: 'one telephone rings this long' }),
  wrapUpSeconds: Type.Integer({ minimum: 2, maximum: 30, description: 'the switch rings nobody this long after a call' }),
  patienceSeconds: nullable(Type.Integer({ minimum: 5, maximum: 3600, description: 'then on to everybody’s queue; null: never' })),
  announcement: nullable(Type.String({ maxLength: 64, description: 'a prompt said to who waits' })),
  announceEverySeconds: Type.Integer({ minimum: 15, maximum: 600 }),
  skill: nullable(Type.String({ maxLength: 31, description: 'everybody who has it is a member, the best are rung first' })),
  open: Type.Boolean({ description: 'false: new callers go to everybody’s queue' }),
  numbers: Type.Array(Type.String({ pattern: '^\\+?\\d{2,20}$' }), {
    maxItems: 20,
    uniqueItems: true,
    description: 'the hotline’s own numbers whose callers wait here',
  }),
};

export const Queue = Type.Object({ queue: QueueName, ...queueFields }, strict);
export const Skill = Type.Object({ code: SkillCode, ...words }, strict);

export const QueuesView = Type.Object({
  version: Type.Integer({ description: '0: nothing has been set' }),
  queues: Type.Array(Type.Object({ queue: QueueName, ...queueFields, members: Type.Integer(), signedIn: Type.Integer() }), {
    description: 'the first is everybody’s',
  }),
  skills: Type.Array(Skill),
  /** What may be said to who waits, and the numbers callers may have dialled. */
  announcements: Type.Array(Type.String()),
  numbers: Type.Array(Type.String()),
  /** False while no switch could be told: it is told as soon as it is back. */
  onSwitch: Type.Boolean(),
});

const version = Type.Integer({ minimum: 0 });
export const NewQueue = Type.Object({ version, queue: Queue }, strict);
export const ChangeQueue = Type.Object({ version, queue: Type.Object(queueFields, strict) }, strict);
export const SaveSkills = Type.Object(
  { version, skills: Type.Array(Type.Object({ code: nullable(SkillCode), ...words }, strict), { maxItems: 40 }) },
  strict,
);

/** Why somebody stands in a queue. */
export const PLACE_REASONS = ['everybody', 'skill', 'placed'] as const;
export const QueuePlace = Type.Object({ queue: Type.String(), penalty, why: oneOf(...PLACE_REASONS) });
export const SkillHeld = Type.Object({ skill: SkillCode, level: Type.Integer({ minimum: 1, maximum: BEST_LEVEL }) }, strict);
export const PersonPlaces = Type.Object({
  staffId: Type.Integer(),
  name: Type.String(),
  extension: nullable(Type.String()),
  signedIn: Type.Boolean(),
  queues: Type.Array(QueuePlace),
  skills: Type.Array(SkillHeld),
});
export const PlacesView = Type.Object({
  queues: Type.Array(Type.Object({ queue: QueueName, ...words })),
  skills: Type.Array(Skill),
  people: Type.Array(PersonPlaces),
});
export const SavePlaces = Type.Object(
  {
    queues: Type.Array(Type.Object({ queue: QueueName, penalty }, strict), {
      minItems: 1,
      maxItems: 60,
      description: 'exactly these; whoever is in none is never rung',
    }),
  },
  strict,
);
export const SaveHeld = Type.Object({ skills: Type.Array(SkillHeld, { maxItems: 40 }) }, strict);

export type Queue = Static<typeof Queue>;
export type Skill = Static<typeof Skill>;
export type QueuesView = Static<typeof QueuesView>;
export type NewQueue = Static<typeof NewQueue>;
export type ChangeQueue = Static<typeof ChangeQueue>;
export type SaveSkills = Static<typeof SaveSkills>;
export type QueuePlace = Static<typeof QueuePlace>;
export type SkillHeld = Static<typeof SkillHeld>;
export type PersonPlaces = Static<typeof PersonPlaces>;
export type PlacesView = Static<typeof PlacesView>;
export type SavePlaces = Static<typeof SavePlaces>;
export type SaveHeld = Static<typeof SaveHeld>;
