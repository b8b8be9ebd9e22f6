import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { MEASURES, MODES, OUTCOMES, PERSON_OUTCOMES, TASK_STATES } from '../surveys/states.ts';
import type { SurveyScript } from '../surveys/survey.ts';
import type { Kit } from './kit-postgres.ts';

/** Tables of others that these point to, by their ids. */
interface Others {
  cases(): AnyPgColumn;
  staff(): AnyPgColumn;
}

/** The satisfaction survey 回访 (R04): what is asked, whom, what became of each call, what was answered. */
export const defineSurveySchema = (k: Kit, others: Others) => {
  const byStaff = () => k.ref().references(others.staff);

  /** Scripts in the order they took effect. Rows are added, never changed: answers name the one they were given to. */
  const surveyVersions = k.table('survey_versions', {
    id: k.id(),
    script: k.json<SurveyScript>().notNull(),
    note: k.text().notNull(),
    madeBy: byStaff(),
    madeAt: k.at().notNull(),
  });

  /** One call to one number, about one or more matters. */
  const surveyAttempts = k.table(
    'survey_attempts',
    {
      id: k.id(),
      /** Made up before dialling, so that the switch's news finds its way back. */
      channelId: k.text().notNull(),
      number: k.text().notNull(),
      /** The number as long as the call may be under way, then null: unique, so that nobody is called twice at once. */
      openNumber: k.text(),
      /** Script it is made with; 0 is the one that ships. */
      version: k.int().notNull(),
      claimedBy: k.text().notNull(),
      claimedAt: k.at().notNull(),
      /** Beyond this the process that made it is dead. */
      claimedUntil: k.at().notNull(),
      /** Null: certainly never dialled. */
      dialledAt: k.at(),
      rangAt: k.at(),
      answeredAt: k.at(),
      endedAt: k.at(),
      outcome: k.oneOf(...OUTCOMES),
      /** How the script ended. */
      ending: k.text(),
      cause: k.int(),
      sip: k.int(),
    },
    (t) => [
      k.uniqueIndex('survey_attempts_channel_uq').on(t.channelId),
      k.uniqueIndex('survey_attempts_open_uq').on(t.openNumber),
      k.index('survey_attempts_claimed_ix').on(t.claimedAt),
    ],
  );

  /** The callback of one case and round. */
  const surveyTasks = k.table(
    'survey_tasks',
    {
      id: k.id(),
      caseId: k.ref().notNull().references(others.cases),
      round: k.int().notNull(),
      /** Lead unit of that round: the answer is attributed to it. */
      unitCode: k.text(),
      number: k.text(),
      state: k.oneOf(...TASK_STATES).notNull(),
      /** From when on it may be called, or by when a person is to have looked. */
      dueAt: k.at(),
      /** Why it stands where it stands. */
      reason: k.text(),
      needsPerson: k.bool().notNull(),
      /** Subject and day that the call names, and nothing else of the matter: somebody else may pick up. */
      subjectCode: k.text(),
      reportedAt: k.at().notNull(),
      attemptId: k.ref().references(() => surveyAttempts.id),
      createdAt: k.at().notNull(),
      updatedAt: k.at().notNull(),
    },
    (t) => [
      k.uniqueIndex('survey_tasks_round_uq').on(t.caseId, t.round),
      k.index('survey_tasks_due_ix').on(t.state, t.dueAt),
      k.index('survey_tasks_unit_ix').on(t.unitCode, t.createdAt),
      k.index('survey_tasks_attempt_ix').on(t.attemptId),
    ],
  );

  /** Which matters one call was about, and what became of each. */
  const surveyAttemptTasks = k.table(
    'survey_attempt_tasks',
    {
      id: k.id(),
      attemptId: k
        .ref()
        .notNull()
        .references(() => surveyAttempts.id),
      taskId: k
        .ref()
        .notNull()
        .references(() => surveyTasks.id),
      /** Place in the call, from 0. */
      caseIndex: k.int().notNull(),
      outcome: k.oneOf(...OUTCOMES),
    },
    (t) => [k.uniqueIndex('survey_attempt_tasks_uq').on(t.attemptId, t.taskId), k.index('survey_attempt_tasks_task_ix').on(t.taskId)],
  );

  /** What was answered. Never edited: a later row supersedes an earlier one, with a reason (R04). */
  const surveyAnswers = k.table(
    'survey_answers',
    {
      id: k.id(),
      taskId: k
        .ref()
        .notNull()
        .references(() => surveyTasks.id),
      attemptId: k.ref().references(() => surveyAttempts.id),
      mode: k.oneOf(...MODES).notNull(),
      version: k.int().notNull(),
      measure: k.oneOf(...MEASURES).notNull(),
      /** -1 no answer, -2 only wrong keys: kept, and no rating. */
      value: k.int().notNull(),
      key: k.text(),
      staffId: byStaff(),
      at: k.at().notNull(),
      supersedes: k.ref(),
      reason: k.text(),
    },
    (t) => [k.index('survey_answers_task_ix').on(t.taskId, t.measure), k.uniqueIndex('survey_answers_supersedes_uq').on(t.supersedes)],
  );

  /** The spoken reason of somebody who is not satisfied. */
  const surveyVoices = k.table(
    'survey_voices',
    {
      id: k.id(),
      taskId: k
        .ref()
        .notNull()
        .references(() => surveyTasks.id),
      attemptId: k
        .ref()
        .notNull()
        .references(() => surveyAttempts.id),
      node: k.text().notNull(),
      file: k.text().notNull(),
      bytes: k.big().notNull(),
      milliseconds: k.int().notNull(),
      sha256: k.text().notNull(),
      at: k.at().notNull(),
    },
    (t) => [k.uniqueIndex('survey_voices_file_uq').on(t.node, t.file), k.index('survey_voices_task_ix').on(t.taskId)],
  );

  /** Who asked not to be called again, and who took it back; the newest row of a number counts. */
  const surveyOptOuts = k.table(
    'survey_opt_outs',
    {
      id: k.id(),
      number: k.text().notNull(),
      optedOut: k.bool().notNull(),
      attemptId: k.ref().references(() => surveyAttempts.id),
      staffId: byStaff(),
      at: k.at().notNull(),
    },
    (t) => [k.index('survey_opt_outs_number_ix').on(t.number)],
  );

  /** What people of the hotline did about a callback by telephone, and the reason code that an unhappy citizen gave them (§3i). */
  const surveyPersonCalls = k.table(
    'survey_person_calls',
    {
      id: k.id(),
      taskId: k
        .ref()
        .notNull()
        .references(() => surveyTasks.id),
      staffId: byStaff().notNull(),
      outcome: k.oneOf(...PERSON_OUTCOMES).notNull(),
      reasonCode: k.text(),
      text: k.text().notNull(),
      at: k.at().notNull(),
      /** Made by the form when it was opened: sent twice it is kept once. */
      formId: k.text(),
    },
    (t) => [k.index('survey_person_calls_task_ix').on(t.taskId), k.uniqueIndex('survey_person_calls_form_uq').on(t.taskId, t.formId)],
  );

  /** One-time links to the questions on a page; the token itself is told once and only its hash is kept. */
  const surveyLinks = k.table(
    'survey_links',
    {
      id: k.id(),
      taskId: k
        .ref()
        .notNull()
        .references(() => surveyTasks.id),
      tokenHash: k.text().notNull(),
      /** The callback as long as this is its link, then null: unique, so that a callback has one link that counts. */
      openTaskId: k.ref(),
      createdAt: k.at().notNull(),
      expiresAt: k.at().notNull(),
      usedAt: k.at(),
      /** Wrong last four digits so far. */
      failures: k.int().notNull().default(0),
    },
    (t) => [
      k.uniqueIndex('survey_links_token_uq').on(t.tokenHash),
      k.uniqueIndex('survey_links_open_uq').on(t.openTaskId),
      k.index('survey_links_task_ix').on(t.taskId),
    ],
  );

  return {
    surveyLinks,
    surveyPersonCalls,
    surveyVersions,
    surveyAttempts,
    surveyTasks,
    surveyAttemptTasks,
    surveyAnswers,
    surveyVoices,
    surveyOptOuts,
  };
};
