import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { GivenPoints } from '../quality/score-card.ts';
import type { Kit } from './kit-postgres.ts';

/** Tables of others that these point to, by their ids. */
interface Others {
  calls(): AnyPgColumn;
  staff(): AnyPgColumn;
}

/** What was found in recordings, and who was taught what (R41). */
export const defineQualitySchema = (k: Kit, others: Others) => {
  /** One hearing of one agent's part of one call. Never changed but for the agent's own word on it: scored again is a row more. */
  const qualityScores = k.table(
    'quality_scores',
    {
      id: k.id(),
      callId: k.ref().notNull().references(others.calls),
      agentId: k.ref().notNull().references(others.staff),
      scoredBy: k.ref().notNull().references(others.staff),
      scoredAt: k.at().notNull(),
      /** The card as it was then: its number, and each criterion with its weight and what was given. */
      cardVersion: k.int().notNull(),
      points: k.json<GivenPoints[]>().notNull(),
      /** In hundredths of a per cent. */
      total: k.int().notNull(),
      /** A criterion that fails the call whatever else was good. */
      failed: k.bool().notNull(),
      note: k.text().notNull().default(''),
      /** Made by the page: sent twice, it is one hearing. */
      formId: k.text().notNull(),
      seenAt: k.at(),
      /** What the agent says to it. */
      reply: k.text().notNull().default(''),
    },
    (t) => [
      k.uniqueIndex('quality_scores_form_uq').on(t.scoredBy, t.formId),
      k.index('quality_scores_call_ix').on(t.callId),
      k.index('quality_scores_agent_ix').on(t.agentId, t.scoredAt),
    ],
  );

  const trainings = k.table(
    'trainings',
    {
      id: k.id(),
      topic: k.text().notNull(),
      /** A day in China, YYYY-MM-DD. */
      heldOn: k.text().notNull(),
      minutes: k.int().notNull(),
      trainer: k.text().notNull().default(''),
      note: k.text().notNull().default(''),
      createdBy: k.ref().notNull().references(others.staff),
      createdAt: k.at().notNull(),
      version: k.int().notNull().default(1),
      /** Put down by mistake. */
      withdrawnAt: k.at(),
      formId: k.text().notNull(),
    },
    (t) => [k.uniqueIndex('trainings_form_uq').on(t.createdBy, t.formId), k.index('trainings_held_ix').on(t.heldOn)],
  );

  const trainingAttendees = k.table(
    'training_attendees',
    {
      id: k.id(),
      trainingId: k
        .ref()
        .notNull()
        .references(() => trainings.id),
      staffId: k.ref().notNull().references(others.staff),
    },
    (t) => [k.uniqueIndex('training_attendees_uq').on(t.trainingId, t.staffId), k.index('training_attendees_staff_ix').on(t.staffId)],
  );

  return { qualityScores, trainings, trainingAttendees };
};
