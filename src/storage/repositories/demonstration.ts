import { eq } from 'drizzle-orm';
import { parseCallerNumber } from '../../core/phone-number.ts';
import type { PlannedCall } from '../../demonstration/past.ts';
import type { DemonstrationRepository, SeededStaff } from '../../demonstration/repository.ts';
import type { NewRow } from '../schema.ts';
import type { Store } from '../store.ts';

const SEEDED = 'demonstration.seeded';
const QUEUE = 'main';

const callRow = (
  plan: PlannedCall,
  index: number,
  about: { answeredBy: number | null; citizenId: number | null; areaCode: string; calledNumber: string },
): NewRow<'calls'> => {
  const number = parseCallerNumber(plan.number, about.areaCode);
  return {
    channelId: `demonstration-${index}`,
    node: 'demonstration',
    calledNumber: about.calledNumber,
    callerReceived: number.received,
    callerKind: number.kind,
    callerNormal: number.kind === 'number' ? number.normal : null,
    citizenId: about.citizenId,
    queue: QUEUE,
    arrivedAt: plan.arrivedAt,
    queuedAt: plan.queuedAt,
    answeredAt: plan.answeredAt,
    answeredBy: about.answeredBy,
    agentLeftAt: plan.answeredAt && plan.endedAt,
    endedAt: plan.endedAt,
    diversion: plan.outcome === 'voicemail' ? 'voicemail' : null,
    disposition: plan.outcome,
    hangupCause: 16,
  };
};

/** The rings of a planned call: perhaps one that was missed, then the one that was answered. */
const offerRows = (plan: PlannedCall, index: number, callId: number, agents: readonly SeededStaff[]): NewRow<'offers'>[] => {
  const taker = plan.agent === null ? undefined : agents[plan.agent];
  const misser = plan.missedBy === null ? undefined : agents[plan.missedBy];
  const ring = (agent: SeededStaff, leg: string) => ({
    callId,
    legId: `demonstration-${index}-${leg}`,
    staffId: agent.staffId,
    extension: agent.extension ?? '',
    queue: QUEUE,
  });
  const rows: NewRow<'offers'>[] = [];
  if (misser && plan.answeredAt)
    rows.push({
      ...ring(misser, 'missed'),
      offeredAt: plan.queuedAt,
      endedAt: new Date(plan.answeredAt.getTime() - 1000),
      outcome: 'missed',
    });
  if (taker && plan.answeredAt)
    rows.push({
      ...ring(taker, 'answered'),
      offeredAt: new Date(Math.max(plan.queuedAt.getTime(), plan.answeredAt.getTime() - 4000)),
      answeredAt: plan.answeredAt,
      endedAt: plan.endedAt,
      outcome: 'answered',
    });
  return rows;
};

export const createDemonstrationRepository = (store: Store): DemonstrationRepository => {
  const { articles, calls, cases, categories, citizenNumbers, citizens, history, offers, places, routingRules, staff, unitPosts, units } =
    store.schema;
  return {
    inOneTransaction: (work) => store.write(work),
    isEmpty: () =>
      store.read(async (db) => {
        for (const table of [staff, units, citizens, calls, cases]) if ((await db.$count(table)) > 0) return false;
        return true;
      }),
    isDemonstration: () => store.read(async (db) => (await db.$count(history, eq(history.act, SEEDED))) > 0),
    addLists: (lists, at) =>
      store.write(async (db) => {
        await db.insert(units).values(lists.units).returning({ id: units.id });
        await db.insert(places).values(lists.places).returning({ id: places.id });
        await db.insert(categories).values(lists.categories).returning({ id: categories.id });
        await db.insert(articles).values(lists.articles).returning({ id: articles.id });
        const rules = lists.routing.map((rule) => ({ ...rule, changedAt: at }));
        await db.insert(routingRules).values(rules).returning({ id: routingRules.id });
      }),
    addStaff: (people, passwordHash, at) =>
      store.write(async (db) => {
        const added = await db
          .insert(staff)
          .values(people.map((person) => ({ ...person, passwordHash, createdAt: at })))
          .returning({ staffId: staff.id, name: staff.name, roles: staff.roles, extension: staff.extension, unitCode: staff.unitCode });
        // One person stands for the whole unit, so it is the one who may sign what only a principal signs (R39).
        const posts = added.filter((each) => each.unitCode !== null).map(({ staffId }) => ({ staffId, post: 'principal' as const }));
        if (posts.length) await db.insert(unitPosts).values(posts).returning({ id: unitPosts.id });
        return added;
      }),
    addCitizens: (people, at) =>
      store.write(async (db) => {
        const added: { citizenId: number; numbers: string[] }[] = [];
        for (const { numbers, ...person } of people) {
          const [row] = await db
            .insert(citizens)
            .values({ ...person, createdAt: at })
            .returning({ id: citizens.id });
          if (row) added.push({ citizenId: row.id, numbers });
        }
        const lines = added.flatMap(({ citizenId, numbers }) => numbers.map((normal) => ({ citizenId, normal })));
        await db.insert(citizenNumbers).values(lines).returning({ id: citizenNumbers.id });
        return added;
      }),
    addCalls: (planned, { agents, owners, areaCode, calledNumber }) =>
      store.write(async (db) => {
        const rows = planned.map((plan, index) => {
          const answeredBy = plan.agent === null ? null : (agents[plan.agent]?.staffId ?? null);
          return callRow(plan, index, { answeredBy, citizenId: owners.get(plan.number) ?? null, areaCode, calledNumber });
        });
        const added = await db.insert(calls).values(rows).returning({ id: calls.id, channelId: calls.channelId });
        // RETURNING promises no order.
        const ids = new Map(added.map((row) => [row.channelId, row.id]));
        const seeded = rows.map((row) => ({
          callId: ids.get(row.channelId) ?? 0,
          normal: row.callerNormal ?? null,
          answeredBy: row.answeredBy ?? null,
        }));
        const rings = planned.flatMap((plan, index) => offerRows(plan, index, seeded[index]?.callId ?? 0, agents));
        await db.insert(offers).values(rings).returning({ id: offers.id });
        return seeded;
      }),
    note: (at) =>
      store.write(async (db) => {
        const values = { at, actorKind: 'system' as const, act: SEEDED, thingKind: 'installation', details: {} };
        await db.insert(history).values(values).returning({ id: history.id });
      }),
  };
};
