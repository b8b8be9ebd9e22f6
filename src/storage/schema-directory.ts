import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { CASE_STATES, UNIT_POSTS } from '../cases/states.ts';
import type { ListFilters, ListOrder } from '../cases/views.ts';
import type { DutyEntry } from '../directory/duty-days.ts';
import type { Kit } from './kit-postgres.ts';

/** Tables of others that these point to, by their ids. */
interface Others {
  staff(): AnyPgColumn;
}

/** What a house knows of its units beyond their names: people, duty lists, procedures, who gets what. */
export const defineDirectorySchema = (k: Kit, others: Others) => {
  const changed = () => ({ changedBy: k.ref().references(others.staff), changedAt: k.at().notNull() });

  /** 主要负责人 分管负责人 联络员 (R38): who answers for a unit, with an account of the house or without. */
  const unitPeople = k.table(
    'unit_people',
    {
      id: k.id(),
      unitCode: k.text().notNull(),
      post: k.oneOf(...UNIT_POSTS).notNull(),
      name: k.text().notNull(),
      phone: k.text(),
      staffId: k.ref().references(others.staff),
      version: k.int().notNull().default(1),
      ...changed(),
    },
    (t) => [k.index('unit_people_unit_ix').on(t.unitCode), k.uniqueIndex('unit_people_staff_uq').on(t.staffId)],
  );

  /** 值班表: who is on duty for a unit on a day, in the order in which they are rung. */
  const dutyDays = k.table(
    'duty_days',
    {
      id: k.id(),
      unitCode: k.text().notNull(),
      day: k.text().notNull(),
      entries: k.json<DutyEntry[]>().notNull(),
      version: k.int().notNull().default(1),
      ...changed(),
    },
    (t) => [k.uniqueIndex('duty_days_uq').on(t.unitCode, t.day)],
  );

  /** What is to be done at a node (R06), of the centre (no unit) or of one unit (R08). Rows are added, never changed. */
  const procedures = k.table(
    'procedures',
    {
      id: k.id(),
      node: k.oneOf(...CASE_STATES).notNull(),
      /** Empty: the centre's own. */
      unitCode: k.text().notNull().default(''),
      version: k.int().notNull(),
      text: k.text().notNull(),
      madeBy: k.ref().references(others.staff),
      madeAt: k.at().notNull(),
    },
    (t) => [k.uniqueIndex('procedures_uq').on(t.node, t.unitCode, t.version)],
  );

  /** A unit has taken note of a version (R07). */
  const procedureReceipts = k.table(
    'procedure_receipts',
    {
      id: k.id(),
      procedureId: k
        .ref()
        .notNull()
        .references(() => procedures.id),
      unitCode: k.text().notNull(),
      staffId: k.ref().notNull().references(others.staff),
      at: k.at().notNull(),
    },
    (t) => [k.uniqueIndex('procedure_receipts_uq').on(t.procedureId, t.unitCode)],
  );

  /** Subject × place → unit. Empty stands for every subject or every place. */
  const routingRules = k.table(
    'routing_rules',
    {
      id: k.id(),
      categoryCode: k.text().notNull().default(''),
      placeCode: k.text().notNull().default(''),
      /** A unit, or `@town`: the one whose area the place is in. */
      lead: k.text().notNull(),
      assist: k.json<string[]>().notNull(),
      reason: k.text().notNull(),
      version: k.int().notNull().default(1),
      ...changed(),
    },
    (t) => [k.uniqueIndex('routing_rules_uq').on(t.categoryCode, t.placeCode)],
  );

  /** A list of cases that somebody has named: how it is filtered and ordered, and what it shows. */
  const caseViews = k.table(
    'case_views',
    {
      id: k.id(),
      name: k.text().notNull(),
      ownerId: k.ref().notNull().references(others.staff),
      shared: k.bool().notNull().default(false),
      filters: k.json<ListFilters>().notNull(),
      order: k.text().$type<ListOrder>().notNull(),
      columns: k.json<string[]>().notNull(),
      version: k.int().notNull().default(1),
      createdAt: k.at().notNull(),
      updatedAt: k.at().notNull(),
    },
    (t) => [k.uniqueIndex('case_views_name_uq').on(t.ownerId, t.name)],
  );

  /** The view with which a person's list opens. */
  const caseViewDefaults = k.table(
    'case_view_defaults',
    {
      id: k.id(),
      staffId: k.ref().notNull().references(others.staff),
      viewId: k
        .ref()
        .notNull()
        .references(() => caseViews.id, { onDelete: 'cascade' }),
    },
    (t) => [k.uniqueIndex('case_view_defaults_uq').on(t.staffId)],
  );

  return { unitPeople, dutyDays, procedures, procedureReceipts, routingRules, caseViews, caseViewDefaults };
};
