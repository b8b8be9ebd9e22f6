import { HotlineError } from '../core/errors.ts';
import type { SwitchQueues } from '../telephony/port.ts';
import { BEST_LEVEL, type Queue, type QueuePlace, type SaveSkills, type Skill, type SkillHeld } from './schemas.ts';

/** The queues and skills as they are kept, each change a version. */
export interface Plan {
  /** The first is everybody's: whoever signs in stands in it unless they were moved out. */
  queues: Queue[];
  skills: Skill[];
  /** Names that were queues: the record still speaks of them, so none of them is given again. */
  retired: string[];
}

/** What was decided for one person, beside what the rules say. */
export interface Standing {
  /** Put in, with the penalty, or (null) taken out of a queue where the rules have them. */
  queues: Record<string, number | null>;
  skills: Record<string, number>;
}
/** By staff id. */
export type Standings = Readonly<Record<string, Standing>>;

export const EVERYBODYS = 'main';

export const FIRST_PLAN: Plan = {
  queues: [
    {
      queue: EVERYBODYS,
      zh: '综合受理',
      en: 'General',
      strategy: 'rrmemory',
      ringSeconds: 20,
      wrapUpSeconds: 2,
      patienceSeconds: null,
      announcement: null,
      announceEverySeconds: 60,
      skill: null,
      open: true,
      numbers: [],
    },
  ],
  skills: [],
  retired: [],
};

const NOTHING: Standing = { queues: {}, skills: {} };
export const standingOf = (standings: Standings, staffId: number): Standing => standings[String(staffId)] ?? NOTHING;

/** Where the rules alone have somebody, before anybody is moved. */
const ruledPlace = (queue: Queue, standing: Standing): QueuePlace | null => {
  if (queue.queue === EVERYBODYS) return { queue: queue.queue, penalty: 0, why: 'everybody' };
  const level = queue.skill === null ? undefined : standing.skills[queue.skill];
  return level === undefined ? null : { queue: queue.queue, penalty: BEST_LEVEL - level, why: 'skill' };
};

/** The queues somebody is rung for, in the order of the plan. */
export const placesOf = (plan: Plan, standing: Standing): QueuePlace[] =>
  plan.queues.flatMap((queue) => {
    const own = standing.queues[queue.queue];
    if (own === null) return [];
    if (own !== undefined) return [{ queue: queue.queue, penalty: own, why: 'placed' as const }];
    const ruled = ruledPlace(queue, standing);
    return ruled ? [ruled] : [];
  });

const invalid = (field: string, zh: string, en: string): HotlineError => new HotlineError('request.invalid', `${zh} ${en}`, { field });

/**
 * What is kept of somebody so that they stand in exactly these queues. Only what differs from the rules is kept: whoever
 * was never moved follows a rule that changes later.
 * @throws HotlineError request.invalid for a queue that is not there, or twice
 */
export const movedTo = (plan: Plan, standing: Standing, wanted: readonly { queue: string; penalty: number }[]): Standing => {
  const byName = new Map(wanted.map((each) => [each.queue, each.penalty]));
  if (byName.size !== wanted.length) throw invalid('queues', '队列重复', 'A queue is given twice');
  for (const queue of byName.keys())
    if (!plan.queues.some((each) => each.queue === queue)) throw invalid('queues', '没有这个队列', 'There is no such queue');
  const queues: Standing['queues'] = {};
  for (const queue of plan.queues) {
    const penalty = byName.get(queue.queue);
    const ruled = ruledPlace(queue, standing);
    if (penalty === undefined) {
      if (ruled) queues[queue.queue] = null;
    } else if (ruled?.penalty !== penalty) queues[queue.queue] = penalty;
  }
  return { ...standing, queues };
};

/** @throws HotlineError request.invalid for a skill that is not there, or twice */
export const holding = (plan: Plan, standing: Standing, held: readonly SkillHeld[]): Standing => {
  const skills = Object.fromEntries(held.map(({ skill, level }) => [skill, level]));
  if (Object.keys(skills).length !== held.length) throw invalid('skills', '技能重复', 'A skill is given twice');
  for (const { skill } of held)
    if (!plan.skills.some((each) => each.code === skill)) throw invalid('skills', '没有这个技能', 'There is no such skill');
  return { ...standing, skills };
};

/** Names that mean something else to the switch. `agent_…` is allowed, `agent-…` is not a name at all. */
const RESERVED: readonly string[] = ['general', 'default', 'globals'];

/** What a queue may be, beside its shape. */
const checkQueue = (plan: Plan, queue: Queue, offered: { numbers: readonly string[]; announcements: readonly string[] }): void => {
  const others = plan.queues.filter((each) => each.queue !== queue.queue);
  if (others.some((each) => each.zh === queue.zh.trim())) throw invalid('zh', '已有同名的队列', 'Another queue is called so');
  if (others.some((each) => each.en.toLowerCase() === queue.en.trim().toLowerCase()))
    throw invalid('en', '已有同名的队列', 'Another queue is called so');
  if (queue.skill !== null && !plan.skills.some((each) => each.code === queue.skill))
    throw invalid('skill', '没有这个技能', 'There is no such skill');
  if (queue.announcement !== null && !offered.announcements.includes(queue.announcement))
    throw invalid('announcement', '没有这段语音', 'There is no such prompt');
  for (const number of queue.numbers) {
    if (!offered.numbers.includes(number)) throw invalid('numbers', `${number} 不是热线的号码`, 'is no number of this hotline');
    const taken = others.find((each) => each.numbers.includes(number));
    if (taken) throw invalid('numbers', `${number} 已属于「${taken.zh}」`, `belongs to ${taken.en}`);
  }
  if (queue.queue !== EVERYBODYS) return;
  // Everything that fails elsewhere ends here; and a switch without us has this queue alone.
  if (!queue.open) throw invalid('open', '人人都在的队列不能关', 'Everybody’s queue cannot be closed');
  if (queue.announcement !== null) throw invalid('announcement', '在「排队」设置里改播报', 'Its announcements are the setting on waiting');
  if (queue.patienceSeconds !== null || queue.skill !== null || queue.numbers.length > 0)
    throw invalid('queue', '人人都在的队列没有溢出、技能和专属号码', 'Everybody’s queue has no overflow, skill or numbers of its own');
};

const tidy = (queue: Queue): Queue => ({ ...queue, zh: queue.zh.trim(), en: queue.en.trim() });

/** @throws HotlineError request.invalid with the field */
export const withNewQueue = (plan: Plan, given: Queue, offered: Parameters<typeof checkQueue>[2]): Plan => {
  const queue = tidy(given);
  if (RESERVED.includes(queue.queue)) throw invalid('queue', '这个代号交换机另有用处', 'The switch means something else by this name');
  if (plan.queues.some((each) => each.queue === queue.queue)) throw invalid('queue', '代号已被使用', 'The name is taken');
  if (plan.retired.includes(queue.queue))
    throw invalid('queue', '代号曾是另一个队列，通话记录里还有它', 'The name was another queue’s; call records still speak of it');
  checkQueue(plan, queue, offered);
  return { ...plan, queues: [...plan.queues, queue] };
};

/** @throws HotlineError request.invalid with the field, thing.not_found */
export const withChangedQueue = (plan: Plan, given: Queue, offered: Parameters<typeof checkQueue>[2]): Plan => {
  const queue = tidy(given);
  if (!plan.queues.some((each) => each.queue === queue.queue))
    throw new HotlineError('thing.not_found', '没有这个队列 There is no such queue');
  checkQueue(plan, queue, offered);
  return { ...plan, queues: plan.queues.map((each) => (each.queue === queue.queue ? queue : each)) };
};

/** What makes use of a thing that is to go: kind, how many, and who where it is people. */
export interface Use {
  kind: 'everybody' | 'waiting' | 'number' | 'placed' | 'skill' | 'queue' | 'holder';
  names: string[];
}

const USE_WORDS: Readonly<Record<Use['kind'], readonly [zh: string, en: string]>> = {
  everybody: ['这是人人都在的队列', 'it is everybody’s queue'],
  waiting: ['有来电在排队', 'callers wait in it'],
  number: ['专属号码', 'numbers'],
  placed: ['安排在里面的坐席', 'agents placed in it'],
  skill: ['按技能进队', 'agents by skill'],
  queue: ['队列', 'queues'],
  holder: ['会的人', 'people who have it'],
};

/** A refusal that lists everything, so that it can be cleared away in one go. */
const inUse = (code: 'queue.in_use' | 'skill.in_use', uses: readonly Use[]): HotlineError => {
  const say = (language: 0 | 1): string =>
    uses.map(({ kind, names }) => `${USE_WORDS[kind][language]}${names.length > 0 ? ` ${names.join('、')}` : ''}`).join('；');
  return new HotlineError(code, `还在使用，先清开：${say(0)} Still in use: ${say(1)}`, { uses: [...uses] });
};

const some = (kind: Use['kind'], names: readonly string[]): Use[] => (names.length > 0 ? [{ kind, names: [...names] }] : []);

/**
 * @param about.waiting how many callers wait in it now
 * @param about.nameOf who somebody is; null: works here no more and holds nothing up
 * @throws HotlineError queue.in_use with everything that uses it, thing.not_found
 */
export const withoutQueue = (
  plan: Plan,
  standings: Standings,
  name: string,
  about: { waiting: number; nameOf(staffId: number): string | null },
): Plan => {
  const queue = plan.queues.find((each) => each.queue === name);
  if (!queue) throw new HotlineError('thing.not_found', '没有这个队列 There is no such queue');
  const placed = Object.entries(standings).flatMap(([staffId, standing]) =>
    typeof standing.queues[name] === 'number' ? [about.nameOf(Number(staffId)) ?? ''] : [],
  );
  const uses: Use[] = [
    ...(name === EVERYBODYS ? [{ kind: 'everybody' as const, names: [] }] : []),
    ...(about.waiting > 0 ? [{ kind: 'waiting' as const, names: [String(about.waiting)] }] : []),
    ...some('number', queue.numbers),
    ...some('placed', placed.filter(Boolean)),
    ...(queue.skill === null ? [] : some('skill', [plan.skills.find((each) => each.code === queue.skill)?.zh ?? queue.skill])),
  ];
  if (uses.length > 0) throw inUse('queue.in_use', uses);
  return { ...plan, queues: plan.queues.filter((each) => each !== queue), retired: [...plan.retired, name] };
};

/**
 * The list as a whole; a new skill is given a code of its own.
 * @throws HotlineError request.invalid, skill.in_use with the queues and people that use one that is no longer there
 */
export const withSkills = (
  plan: Plan,
  standings: Standings,
  wanted: SaveSkills['skills'],
  nameOf: (staffId: number) => string | null,
): Plan => {
  let next = Math.max(0, ...plan.skills.map(({ code }) => Number(/^skill_(\d+)$/.exec(code)?.[1] ?? 0)));
  const skills = wanted.map(({ code, zh, en }) => {
    if (code !== null && !plan.skills.some((each) => each.code === code)) throw invalid('skills', '没有这个技能', 'There is no such skill');
    if (code === null) next += 1;
    return { code: code ?? `skill_${next}`, zh: zh.trim(), en: en.trim() };
  });
  if (new Set(skills.map(({ code }) => code)).size !== skills.length || new Set(skills.map(({ zh }) => zh)).size !== skills.length)
    throw invalid('skills', '技能重复', 'A skill is given twice');
  for (const gone of plan.skills.filter(({ code }) => !skills.some((each) => each.code === code))) {
    const holders = Object.entries(standings).flatMap(([staffId, { skills: held }]) =>
      held[gone.code] === undefined ? [] : [nameOf(Number(staffId)) ?? ''],
    );
    const uses = [
      ...some(
        'queue',
        plan.queues.filter(({ skill }) => skill === gone.code).map(({ zh }) => zh),
      ),
      ...some('holder', holders.filter(Boolean)),
    ];
    if (uses.length > 0) throw inUse('skill.in_use', uses);
  }
  return { ...plan, skills };
};

/** @param numbers every number the hotline answers to */
export const queuesForSwitch = (plan: Plan, numbers: readonly string[]): SwitchQueues => ({
  queues: plan.queues.map(({ queue, strategy, ringSeconds, wrapUpSeconds, announcement, announceEverySeconds, open, patienceSeconds }) => ({
    queue,
    strategy,
    ringSeconds,
    wrapUpSeconds,
    announcement,
    announceEverySeconds,
    open,
    patienceSeconds,
  })),
  retired: plan.retired,
  lines: Object.fromEntries(numbers.map((number) => [number, plan.queues.find((each) => each.numbers.includes(number))?.queue ?? null])),
});
