import { and, asc, desc, eq, gte, inArray, isNotNull, isNull, lt, lte, notInArray, or, type SQL, sql } from 'drizzle-orm';
import { titleOf } from '../../cases/case.ts';
import type { Outcome } from '../../surveys/attempts.ts';
import type {
  DayCounts,
  LiveRow,
  NewAnswer,
  StoredAnswer,
  SurveyAttempt,
  SurveysRepository,
  SurveyTask,
  UnitResult,
} from '../../surveys/repository.ts';
import type { TaskState } from '../../surveys/states.ts';
import { type Digit, isUnhappy } from '../../surveys/survey.ts';
import type { Row } from '../schema.ts';
import type { Exec, Store } from '../store.ts';

/** States in which a callback is over and stays as it is. */
const OVER: readonly TaskState[] = ['done', 'unreachable', 'not_asked'];

const taskOf = (row: Row<'surveyTasks'>): SurveyTask => {
  const { id, createdAt: _createdAt, ...rest } = row;
  return { taskId: id, ...rest };
};

const attemptOf = (row: Row<'surveyAttempts'>): SurveyAttempt => {
  const { id, channelId, number, version, claimedBy, claimedAt, dialledAt, rangAt, answeredAt } = row;
  return { attemptId: id, channelId, number, version, claimedBy, claimedAt, dialledAt, rangAt, answeredAt };
};

const answerOf = (row: Row<'surveyAnswers'>): StoredAnswer => {
  const { id, supersedes, reason, key, ...rest } = row;
  return {
    answerId: id,
    ...rest,
    key: key as Digit | null,
    ...(supersedes === null ? {} : { supersedes }),
    ...(reason === null ? {} : { reason }),
  };
};

/** Without those that a later one of them supersedes. */
const standing = (rows: readonly Row<'surveyAnswers'>[]): StoredAnswer[] => {
  const superseded = new Set(rows.map((row) => row.supersedes));
  return rows.filter((row) => !superseded.has(row.id)).map(answerOf);
};

/** A person was on the line, whatever they then said. */
const REACHED: readonly Outcome[] = ['answered', 'hung_up_early', 'not_now', 'wrong_person'];

const first = <T>(rows: readonly T[]): T => {
  const [row] = rows;
  if (row === undefined) throw new Error('the database returned no row for a new one');
  return row;
};

type TaskDoors = Pick<
  SurveysRepository,
  'openTask' | 'withdrawTask' | 'task' | 'taskOf' | 'lockTask' | 'dueTasks' | 'textsUnanswered' | 'setTask' | 'outcomesOf' | 'tasksOf'
>;

const taskDoors = (store: Store): TaskDoors => {
  const { surveyTasks: t, surveyAttempts: a, surveyAttemptTasks: both } = store.schema;
  return {
    async openTask(db, task, at) {
      const again = { ...task, attemptId: null, updatedAt: at };
      await db
        .insert(t)
        .values({ ...again, createdAt: at })
        .onConflictDoUpdate({ target: [t.caseId, t.round], set: again })
        .returning({ id: t.id });
    },
    async withdrawTask(db, caseId, round, at) {
      await db
        .update(t)
        .set({ state: 'withdrawn', dueAt: null, updatedAt: at })
        .where(and(eq(t.caseId, caseId), eq(t.round, round), notInArray(t.state, [...OVER, 'withdrawn', 'calling'])))
        .returning({ id: t.id });
    },
    task: (taskId) =>
      store.read(async (db) => {
        const [row] = await db.select().from(t).where(eq(t.id, taskId)).limit(1);
        return row ? taskOf(row) : null;
      }),
    taskOf: (caseId, round) =>
      store.read(async (db) => {
        const [row] = await db
          .select()
          .from(t)
          .where(and(eq(t.caseId, caseId), eq(t.round, round)))
          .limit(1);
        return row ? taskOf(row) : null;
      }),
    async lockTask(db, taskId) {
      // A write that changes nothing locks the row alike on both engines.
      const rows = await db
        .update(t)
        .set({ updatedAt: sql`${t.updatedAt}` })
        .where(eq(t.id, taskId))
        .returning();
      return rows[0] ? taskOf(rows[0]) : null;
    },
    textsUnanswered: (now, limit) =>
      store.read(async (db) => {
        const due = and(eq(t.state, 'text'), lte(t.dueAt, now));
        return (await db.select().from(t).where(due).orderBy(asc(t.dueAt), asc(t.id)).limit(limit)).map(taskOf);
      }),
    dueTasks: (now, limit, withoutUnits) =>
      store.read(async (db) => {
        const busy = db.select({ number: a.openNumber }).from(a).where(isNotNull(a.openNumber));
        const rows = await db
          .select()
          .from(t)
          .where(
            and(
              eq(t.state, 'waiting'),
              lte(t.dueAt, now),
              isNotNull(t.number),
              notInArray(t.number, busy),
              ...(withoutUnits.length ? [or(isNull(t.unitCode), notInArray(t.unitCode, [...withoutUnits]))] : []),
            ),
          )
          .orderBy(asc(t.dueAt), asc(t.id))
          .limit(limit);
        return rows.map(taskOf);
      }),
    async setTask(db, taskId, from, set, at) {
      const rows = await db
        .update(t)
        .set({ ...set, updatedAt: at })
        .where(and(eq(t.id, taskId), inArray(t.state, [...from])))
        .returning({ id: t.id });
      return rows.length > 0;
    },
    outcomesOf: (taskId) =>
      store.read(async (db) => {
        const rows = await db
          .select({ outcome: both.outcome, endedAt: a.endedAt })
          .from(both)
          .innerJoin(a, eq(a.id, both.attemptId))
          .where(and(eq(both.taskId, taskId), isNotNull(both.outcome), isNotNull(a.endedAt)))
          .orderBy(asc(a.endedAt), asc(a.id));
        return rows.flatMap(({ outcome, endedAt }) => (outcome && endedAt ? [{ outcome, endedAt }] : []));
      }),
    tasksOf: (attemptId) =>
      store.read(async (db) => {
        const rows = await db
          .select({ task: t })
          .from(both)
          .innerJoin(t, eq(t.id, both.taskId))
          .where(eq(both.attemptId, attemptId))
          .orderBy(asc(both.caseIndex));
        return rows.map(({ task }) => taskOf(task));
      }),
  };
};

type AttemptDoors = Pick<
  SurveysRepository,
  'claim' | 'markDialled' | 'note' | 'extend' | 'endAttempt' | 'setTaskOutcome' | 'abandoned' | 'counts' | 'latestOutcomes'
>;

const attemptDoors = (store: Store): AttemptDoors => {
  const { surveyTasks: t, surveyAttempts: a, surveyAttemptTasks: both } = store.schema;
  return {
    async claim(db, { taskIds, worker, at, until, number, channelId, version }) {
      const values = { channelId, number, openNumber: number, version, claimedBy: worker, claimedAt: at, claimedUntil: until };
      // The unique number is the lock: of two instances that see the same citizen due, one gets no row.
      const [row] = await db.insert(a).values(values).onConflictDoNothing({ target: a.openNumber }).returning();
      if (!row) return null;
      const taken = await db
        .update(t)
        .set({ state: 'calling', attemptId: row.id, updatedAt: at })
        .where(and(inArray(t.id, [...taskIds]), eq(t.state, 'waiting'), eq(t.number, number)))
        .returning();
      const tasks = taskIds.flatMap((id) => taken.filter((each) => each.id === id));
      if (!tasks.length) {
        await db.delete(a).where(eq(a.id, row.id)).returning({ id: a.id });
        return null;
      }
      await db
        .insert(both)
        .values(tasks.map((task, caseIndex) => ({ attemptId: row.id, taskId: task.id, caseIndex })))
        .returning({ id: both.id });
      return { attempt: attemptOf(row), tasks: tasks.map(taskOf) };
    },
    markDialled: (attemptId, worker, at) =>
      store.write(async (db) => {
        const rows = await db
          .update(a)
          .set({ dialledAt: at })
          .where(and(eq(a.id, attemptId), eq(a.claimedBy, worker), isNull(a.endedAt)))
          .returning({ id: a.id });
        return rows.length > 0;
      }),
    async note(attemptId, set) {
      await store.write((db) => db.update(a).set(set).where(eq(a.id, attemptId)).returning({ id: a.id }));
    },
    async extend(worker, attemptIds, until) {
      if (!attemptIds.length) return;
      await store.write((db) =>
        db
          .update(a)
          .set({ claimedUntil: until })
          .where(and(inArray(a.id, [...attemptIds]), eq(a.claimedBy, worker), isNull(a.endedAt)))
          .returning({ id: a.id }),
      );
    },
    async endAttempt(db, attemptId, { at, outcome, ending, cause, sip }) {
      const rows = await db
        .update(a)
        .set({ endedAt: at, outcome, ending, cause, sip, openNumber: null })
        .where(and(eq(a.id, attemptId), isNull(a.endedAt)))
        .returning({ id: a.id });
      return rows.length > 0;
    },
    async setTaskOutcome(db, attemptId, taskId, outcome) {
      await db
        .update(both)
        .set({ outcome })
        .where(and(eq(both.attemptId, attemptId), eq(both.taskId, taskId)))
        .returning({ id: both.id });
    },
    abandoned: (now, limit) =>
      store.read(async (db) => {
        const rows = await db
          .select()
          .from(a)
          .where(and(isNotNull(a.openNumber), lt(a.claimedUntil, now)))
          .orderBy(asc(a.id))
          .limit(limit);
        return rows.map(attemptOf);
      }),
    counts: (since) =>
      store.read(async (db) => ({
        open: await db.$count(a, isNotNull(a.openNumber)),
        begun: await db.$count(a, gte(a.claimedAt, since)),
      })),
    latestOutcomes: (since) =>
      store.read(async (db) => {
        const rows = await db
          .select({ outcome: a.outcome })
          .from(a)
          .where(and(isNotNull(a.outcome), gte(a.claimedAt, since)))
          .orderBy(desc(a.id))
          .limit(20);
        return rows.flatMap(({ outcome }) => (outcome ? [outcome] : [])).reverse();
      }),
  };
};

type AnswerDoors = Pick<
  SurveysRepository,
  | 'latestScript'
  | 'script'
  | 'scripts'
  | 'addScript'
  | 'addAnswer'
  | 'answersOf'
  | 'answersOfAll'
  | 'addVoice'
  | 'voice'
  | 'voicesOf'
  | 'voicesOfAll'
  | 'personCallsOf'
  | 'addPersonCall'
  | 'outcomeOfForm'
  | 'addLink'
  | 'linksOf'
  | 'linkBy'
  | 'linkFailed'
  | 'spendLink'
  | 'addOptOut'
  | 'hasOptedOut'
>;

const answerDoors = (store: Store): AnswerDoors => {
  const { surveyVersions: v, surveyAnswers: n, surveyVoices: voices, surveyOptOuts: o } = store.schema;
  const { surveyPersonCalls: p, surveyLinks: l, staff } = store.schema;
  return {
    latestScript: () =>
      store.read(async (db) => {
        const [row] = await db.select({ version: v.id, script: v.script }).from(v).orderBy(desc(v.id)).limit(1);
        return row ?? null;
      }),
    script: (version) =>
      store.read(async (db) => {
        const [row] = await db.select({ script: v.script }).from(v).where(eq(v.id, version)).limit(1);
        return row?.script ?? null;
      }),
    scripts: (limit) =>
      store.read((db) =>
        db
          .select({ version: v.id, note: v.note, madeAt: v.madeAt, name: staff.name })
          .from(v)
          .leftJoin(staff, eq(staff.id, v.madeBy))
          .orderBy(desc(v.id))
          .limit(limit),
      ),
    async addScript(db, script, note, staffId, at) {
      return first(await db.insert(v).values({ script, note, madeBy: staffId, madeAt: at }).returning({ id: v.id })).id;
    },
    async addAnswer(db: Exec, answer: NewAnswer) {
      return first(await db.insert(n).values(answer).returning({ id: n.id })).id;
    },
    answersOf: (taskId) =>
      store.read(async (db) => {
        return standing(await db.select().from(n).where(eq(n.taskId, taskId)).orderBy(asc(n.id)));
      }),
    answersOfAll: (taskIds) =>
      store.read(async (db) =>
        standing(
          await db
            .select()
            .from(n)
            .where(inArray(n.taskId, [...taskIds]))
            .orderBy(asc(n.id)),
        ),
      ),
    async addVoice(db, voice) {
      await db.insert(voices).values(voice).returning({ id: voices.id });
    },
    voicesOf: (taskId) =>
      store.read((db) =>
        db
          .select({ file: voices.file, sha256: voices.sha256, milliseconds: voices.milliseconds })
          .from(voices)
          .where(eq(voices.taskId, taskId))
          .orderBy(asc(voices.id)),
      ),
    voice: (voiceId) =>
      store.read(async (db) => {
        const [row] = await db.select().from(voices).where(eq(voices.id, voiceId)).limit(1);
        return row ? { taskId: row.taskId, node: row.node, file: row.file, sha256: row.sha256 } : null;
      }),
    voicesOfAll: (taskIds) =>
      store.read((db) =>
        db
          .select({ taskId: voices.taskId, voiceId: voices.id, milliseconds: voices.milliseconds })
          .from(voices)
          .where(inArray(voices.taskId, [...taskIds]))
          .orderBy(asc(voices.id)),
      ),
    personCallsOf: (taskIds) =>
      store.read(async (db) => {
        const rows = await db
          .select({ call: p, staffName: staff.name })
          .from(p)
          .innerJoin(staff, eq(staff.id, p.staffId))
          .where(inArray(p.taskId, [...taskIds]))
          .orderBy(asc(p.id));
        return rows.map(({ call: { id: _id, formId: _formId, ...call }, staffName }) => ({ ...call, staffName }));
      }),
    async addPersonCall(db, call) {
      await db.insert(p).values(call).returning({ id: p.id });
    },
    outcomeOfForm: (taskId, formId) =>
      store.read(async (db) => {
        const [row] = await db
          .select({ outcome: p.outcome })
          .from(p)
          .where(and(eq(p.taskId, taskId), eq(p.formId, formId)))
          .limit(1);
        return row?.outcome ?? null;
      }),
    async addLink(db, link) {
      await db.update(l).set({ openTaskId: null }).where(eq(l.openTaskId, link.taskId)).returning({ id: l.id });
      await db
        .insert(l)
        .values({ ...link, openTaskId: link.taskId })
        .returning({ id: l.id });
    },
    linksOf: (taskId) => store.read((db) => db.$count(l, eq(l.taskId, taskId))),
    linkBy: (tokenHash) =>
      store.read(async (db) => {
        const [row] = await db.select().from(l).where(eq(l.tokenHash, tokenHash)).limit(1);
        if (!row) return null;
        const { id: linkId, taskId, expiresAt, usedAt, failures } = row;
        return { linkId, taskId, expiresAt, usedAt, failures, replaced: usedAt === null && row.openTaskId === null };
      }),
    async linkFailed(db, linkId) {
      const set = { failures: sql`${l.failures} + 1` };
      return first(await db.update(l).set(set).where(eq(l.id, linkId)).returning({ failures: l.failures })).failures;
    },
    async spendLink(db, linkId, at) {
      const rows = await db
        .update(l)
        .set({ usedAt: at, openTaskId: null })
        .where(and(eq(l.id, linkId), isNull(l.usedAt)))
        .returning({ id: l.id });
      return rows.length > 0;
    },
    async addOptOut(db, change) {
      await db.insert(o).values(change).returning({ id: o.id });
    },
    hasOptedOut: (number) =>
      store.read(async (db) => {
        const [row] = await db.select({ optedOut: o.optedOut }).from(o).where(eq(o.number, number)).orderBy(desc(o.id)).limit(1);
        return row?.optedOut ?? false;
      }),
  };
};

const views = (store: Store): Pick<SurveysRepository, 'live' | 'unhappy' | 'endedSince' | 'day' | 'countByState' | 'resultsByUnit'> => {
  const { surveyTasks: t, surveyAttempts: a, surveyAttemptTasks: both, surveyAnswers: n, cases } = store.schema;
  const liveWhere = (where: SQL | undefined, limit: number): Promise<LiveRow[]> =>
    store.read(async (db) => {
      const rows = await db
        .select({
          task: t,
          caseNumber: cases.number,
          caseState: cases.state,
          course: cases.course,
          purpose: cases.purpose,
          requestType: cases.requestType,
          confidential: cases.confidential,
          dialledAt: a.dialledAt,
          rangAt: a.rangAt,
          answeredAt: a.answeredAt,
          openNumber: a.openNumber,
          attempts: db.$count(both, eq(both.taskId, t.id)),
        })
        .from(t)
        .innerJoin(cases, eq(cases.id, t.caseId))
        .leftJoin(a, eq(a.id, t.attemptId))
        .where(where)
        .orderBy(asc(t.dueAt), asc(t.id))
        .limit(limit);
      return rows.map(({ task, openNumber, dialledAt, rangAt, answeredAt, course, purpose, requestType, confidential, ...rest }) => ({
        ...taskOf(task),
        ...rest,
        title: titleOf({ course, purpose }, null),
        guarded: confidential || requestType === 'report',
        dialledAt: openNumber === null ? null : dialledAt,
        rangAt: openNumber === null ? null : rangAt,
        answeredAt: openNumber === null ? null : answeredAt,
      }));
    });
  return {
    live: (states, limit) => liveWhere(inArray(t.state, [...states]), limit),
    unhappy: (limit) => liveWhere(and(eq(t.state, 'person'), inArray(t.reason, ['dissatisfied', 'ruling'])), limit),
    endedSince: (since, limit) =>
      store.read(async (db) => {
        const rows = await db
          .select({ task: t, caseNumber: cases.number, outcome: both.outcome, endedAt: a.endedAt })
          .from(both)
          .innerJoin(a, eq(a.id, both.attemptId))
          .innerJoin(t, eq(t.id, both.taskId))
          .innerJoin(cases, eq(cases.id, t.caseId))
          .where(and(isNotNull(both.outcome), gte(a.endedAt, since)))
          .orderBy(desc(a.endedAt), desc(both.id))
          .limit(limit);
        return rows.flatMap(({ task: { id: taskId, caseId, unitCode, state, reason, dueAt }, caseNumber, outcome, endedAt }) =>
          outcome && endedAt ? [{ taskId, caseId, caseNumber, unitCode, state, reason, dueAt, outcome, endedAt }] : [],
        );
      }),
    day: (from, until) =>
      store.read(async (db) => {
        const each = { taskId: both.taskId, outcome: both.outcome, dialledAt: a.dialledAt };
        const made = await db.select(each).from(both).innerJoin(a, eq(a.id, both.attemptId)).where(gte(a.claimedAt, from));
        const open = await db
          .select({ id: t.id })
          .from(t)
          .where(and(inArray(t.state, ['waiting', 'calling', 'text', 'person', 'settle']), lt(t.dueAt, until)));
        const answers = standing(await db.select().from(n).where(gte(n.at, from)).orderBy(asc(n.id)));
        const tasks = (of: readonly { taskId: number }[]): number => new Set(of.map(({ taskId }) => taskId)).size;
        const rated = answers.filter(({ measure, value }) => measure === 'satisfied' && value > 0);
        const outcomes: DayCounts['outcomes'] = {};
        for (const { outcome } of made) if (outcome) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        return {
          due: new Set([...made.map(({ taskId }) => taskId), ...open.map(({ id }) => id)]).size,
          dialled: tasks(made.filter(({ dialledAt }) => dialledAt)),
          reached: tasks(made.filter(({ outcome }) => outcome && REACHED.includes(outcome))),
          rated: tasks(rated),
          satisfied: tasks(rated.filter(({ value }) => value >= 3)),
          unhappy: tasks(answers.filter(({ measure, value }) => isUnhappy(measure, value))),
          outcomes,
        };
      }),
    countByState: () =>
      store.read(async (db) => {
        const rows = await db.select({ state: t.state, count: sql<number>`count(*)` }).from(t).groupBy(t.state);
        return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]));
      }),
    resultsByUnit: (from, to) =>
      store.read(async (db) => {
        const within = and(gte(t.createdAt, from), lt(t.createdAt, to));
        const tasks = await db
          .select({ unitCode: t.unitCode, state: t.state, count: sql<number>`count(*)` })
          .from(t)
          .where(within)
          .groupBy(t.unitCode, t.state);
        const ratings = await db
          .select({
            unitCode: t.unitCode,
            good: sql<number>`sum(case when ${n.value} >= 3 then 1 else 0 end)`,
            count: sql<number>`count(*)`,
          })
          .from(n)
          .innerJoin(t, eq(t.id, n.taskId))
          .where(
            and(
              within,
              eq(n.measure, 'satisfied'),
              gte(n.value, 1),
              notInArray(
                n.id,
                db
                  .select({ id: sql<number>`${n.supersedes}` })
                  .from(n)
                  .where(isNotNull(n.supersedes)),
              ),
            ),
          )
          .groupBy(t.unitCode);
        const byUnit = new Map<string | null, UnitResult>();
        const of = (unitCode: string | null): UnitResult => {
          const found = byUnit.get(unitCode) ?? { unitCode, tasks: 0, over: 0, done: 0, unreachable: 0, rated: 0, satisfied: 0 };
          byUnit.set(unitCode, found);
          return found;
        };
        for (const { unitCode, state, count } of tasks) {
          const unit = of(unitCode);
          unit.tasks += Number(count);
          if (state === 'done') unit.done += Number(count);
          if (state === 'unreachable') unit.unreachable += Number(count);
          unit.over = unit.done + unit.unreachable;
        }
        for (const { unitCode, good, count } of ratings) {
          const unit = of(unitCode);
          unit.rated += Number(count);
          unit.satisfied += Number(good);
        }
        return [...byUnit.values()].toSorted((one, other) => (one.unitCode ?? '').localeCompare(other.unitCode ?? ''));
      }),
  };
};

export const createSurveysRepository = (store: Store): SurveysRepository => ({
  ...taskDoors(store),
  ...attemptDoors(store),
  ...answerDoors(store),
  ...views(store),
});
