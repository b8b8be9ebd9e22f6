import type { Role } from '../core/roles.ts';
import type { Kit } from './kit-postgres.ts';

/**
 * The one definition of every table, for both engines. Rules for changing it: one kind of change per migration (the
 * generator's rebuild of a table loses a column that is added in the same step), both engines in the same commit.
 */
export const defineSchema = (k: Kit) => {
  // ── who is who ──
  const staff = k.table(
    'staff',
    {
      id: k.id(),
      account: k.text().notNull(),
      name: k.text().notNull(),
      passwordHash: k.text().notNull(),
      roles: k.json<Role[]>().notNull(),
      extension: k.text(),
      unitCode: k.text(),
      active: k.bool().notNull().default(true),
      version: k.int().notNull().default(1),
      createdAt: k.at().notNull(),
    },
    (t) => [k.uniqueIndex('staff_account_uq').on(t.account), k.uniqueIndex('staff_extension_uq').on(t.extension)],
  );

  const sessions = k.table(
    'sessions',
    {
      id: k.id(),
      tokenHash: k.text().notNull(),
      staffId: k
        .ref()
        .notNull()
        .references(() => staff.id),
      createdAt: k.at().notNull(),
      lastSeenAt: k.at().notNull(),
      expiresAt: k.at().notNull(),
      endedAt: k.at(),
      address: k.text().notNull(),
    },
    (t) => [k.uniqueIndex('sessions_token_uq').on(t.tokenHash), k.index('sessions_staff_ix').on(t.staffId)],
  );

  /** Failed log-ins per account and per address, so that guessing slows down across restarts. */
  const loginThrottles = k.table(
    'login_throttles',
    { id: k.id(), key: k.text().notNull(), failures: k.int().notNull(), blockedUntil: k.at(), updatedAt: k.at().notNull() },
    (t) => [k.uniqueIndex('login_throttles_key_uq').on(t.key)],
  );

  const units = k.table(
    'units',
    {
      id: k.id(),
      code: k.text().notNull(),
      name: k.text().notNull(),
      league: k.text(),
      kind: k.text().notNull(),
      phone: k.text(),
    },
    (t) => [k.uniqueIndex('units_code_uq').on(t.code)],
  );

  const places = k.table(
    'places',
    { id: k.id(), code: k.text().notNull(), name: k.text().notNull(), townCode: k.text().notNull(), townName: k.text().notNull() },
    (t) => [k.uniqueIndex('places_code_uq').on(t.code)],
  );

  const categories = k.table(
    'categories',
    {
      id: k.id(),
      code: k.text().notNull(),
      name: k.text().notNull(),
      parentCode: k.text(),
      level: k.int().notNull(),
      path: k.text().notNull(),
      unitKind: k.text(),
      keywords: k.json<string[]>().notNull(),
    },
    (t) => [k.uniqueIndex('categories_code_uq').on(t.code)],
  );

  const citizens = k.table('citizens', {
    id: k.id(),
    name: k.text().notNull(),
    gender: k.oneOf('female', 'male', 'unknown').notNull().default('unknown'),
    language: k.oneOf('zh', 'en').notNull().default('zh'),
    address: k.text(),
    callbackPreference: k.text(),
    version: k.int().notNull().default(1),
    createdAt: k.at().notNull(),
  });

  /** One line may belong to several people (a family, a firm), one person may have several lines. */
  const citizenNumbers = k.table(
    'citizen_numbers',
    {
      id: k.id(),
      citizenId: k
        .ref()
        .notNull()
        .references(() => citizens.id),
      normal: k.text().notNull(),
    },
    (t) => [k.index('citizen_numbers_normal_ix').on(t.normal), k.uniqueIndex('citizen_numbers_uq').on(t.citizenId, t.normal)],
  );

  const articles = k.table(
    'articles',
    {
      id: k.id(),
      code: k.text().notNull(),
      title: k.text().notNull(),
      answer: k.text().notNull(),
      askAs: k.text().notNull(),
      categoryCode: k.text(),
      ownerName: k.text().notNull(),
      sourceName: k.text().notNull(),
      articleVersion: k.int().notNull(),
      validTo: k.text(),
      reviewOn: k.text(),
      keywords: k.json<string[]>().notNull(),
    },
    (t) => [k.uniqueIndex('articles_code_uq').on(t.code)],
  );

  // ── agents ──
  /** One row per time signed in. The open row (signedOutAt null) is the agent's present intent. */
  const shifts = k.table(
    'shifts',
    {
      id: k.id(),
      staffId: k
        .ref()
        .notNull()
        .references(() => staff.id),
      extension: k.text().notNull(),
      device: k.oneOf('browser', 'desk').notNull(),
      intent: k.oneOf('ready', 'paused', 'wrap_up').notNull(),
      /** Pause reason code while paused ("break", "meal" …). */
      reason: k.text().notNull().default(''),
      since: k.at().notNull(),
      wrapUpUntil: k.at(),
      /** What to return to when wrap-up is over. */
      afterWrapUp: k.oneOf('ready', 'paused').notNull().default('ready'),
      signedInAt: k.at().notNull(),
      signedOutAt: k.at(),
    },
    (t) => [k.index('shifts_staff_ix').on(t.staffId, t.signedOutAt)],
  );

  // ── calls ──
  /** One citizen's visit, keyed by the citizen's channel. */
  const calls = k.table(
    'calls',
    {
      id: k.id(),
      channelId: k.text().notNull(),
      node: k.text().notNull(),
      calledNumber: k.text().notNull(),
      /** As the trunk sent it, cut to 64 characters and cleaned of control characters. */
      callerReceived: k.text().notNull(),
      callerKind: k.oneOf('number', 'withheld', 'malformed').notNull(),
      callerNormal: k.text(),
      callerName: k.text().notNull().default(''),
      citizenId: k.ref().references(() => citizens.id),
      queue: k.text(),
      arrivedAt: k.at().notNull(),
      queuedAt: k.at(),
      answeredAt: k.at(),
      answeredBy: k.ref().references(() => staff.id),
      agentLeftAt: k.at(),
      endedAt: k.at(),
      diversion: k.oneOf('voicemail', 'fallback', 'restricted'),
      disposition: k.oneOf('answered', 'abandoned', 'voicemail', 'fallback', 'lost'),
      hangupCause: k.int(),
    },
    (t) => [
      k.uniqueIndex('calls_channel_uq').on(t.channelId),
      k.index('calls_caller_ix').on(t.callerNormal, t.arrivedAt),
      k.index('calls_answered_by_ix').on(t.answeredBy, t.arrivedAt),
      k.index('calls_arrived_ix').on(t.arrivedAt),
      k.index('calls_ended_ix').on(t.endedAt),
    ],
  );

  /** One ring of one agent's phone. */
  const offers = k.table(
    'offers',
    {
      id: k.id(),
      callId: k
        .ref()
        .notNull()
        .references(() => calls.id),
      legId: k.text().notNull(),
      staffId: k
        .ref()
        .notNull()
        .references(() => staff.id),
      extension: k.text().notNull(),
      queue: k.text().notNull(),
      offeredAt: k.at().notNull(),
      answeredAt: k.at(),
      endedAt: k.at(),
      outcome: k.oneOf('ringing', 'answered', 'missed', 'withdrawn', 'abandoned', 'lost').notNull().default('ringing'),
    },
    (t) => [
      k.uniqueIndex('offers_leg_uq').on(t.legId),
      k.index('offers_call_ix').on(t.callId),
      k.index('offers_staff_ix').on(t.staffId, t.offeredAt),
    ],
  );

  const recordings = k.table(
    'recordings',
    {
      id: k.id(),
      callId: k
        .ref()
        .notNull()
        .references(() => calls.id),
      kind: k.oneOf('call', 'voicemail').notNull(),
      file: k.text().notNull(),
      state: k.oneOf('writing', 'whole', 'failed').notNull().default('writing'),
      startedAt: k.at().notNull(),
      bytes: k.big(),
      milliseconds: k.int(),
      sha256: k.text(),
      sealedAt: k.at(),
      /** Why it failed, or how far the length is off the call's own times. */
      note: k.text(),
    },
    (t) => [
      k.uniqueIndex('recordings_file_uq').on(t.file),
      k.index('recordings_call_ix').on(t.callId),
      k.index('recordings_state_ix').on(t.state),
    ],
  );

  // ── cases ──
  const cases = k.table(
    'cases',
    {
      id: k.id(),
      number: k.text().notNull(),
      state: k.oneOf('draft').notNull().default('draft'),
      source: k.oneOf('call', 'voicemail', 'desk').notNull(),
      callId: k.ref().references(() => calls.id),
      citizenId: k.ref().references(() => citizens.id),
      requestType: k.oneOf('consultation', 'help', 'complaint', 'report', 'suggestion', 'praise', 'other'),
      categoryCode: k.text(),
      contactName: k.text().notNull().default(''),
      contactNumber: k.text(),
      placeText: k.text().notNull().default(''),
      placeCode: k.text(),
      happenedText: k.text().notNull().default(''),
      course: k.text().notNull().default(''),
      purpose: k.text().notNull().default(''),
      urgent: k.bool().notNull().default(false),
      keyCase: k.bool().notNull().default(false),
      important: k.bool().notNull().default(false),
      confidential: k.bool().notNull().default(false),
      wantsReply: k.bool().notNull().default(true),
      /** Fields whose value the machine proposed and nobody has confirmed: an official signs this, it must be known who said it. */
      proposed: k.json<string[]>().notNull(),
      createdBy: k.ref().references(() => staff.id),
      createdAt: k.at().notNull(),
      updatedAt: k.at().notNull(),
      version: k.int().notNull().default(1),
    },
    (t) => [
      k.uniqueIndex('cases_number_uq').on(t.number),
      k.uniqueIndex('cases_call_uq').on(t.callId),
      k.index('cases_contact_ix').on(t.contactNumber, t.createdAt),
      k.index('cases_creator_ix').on(t.createdBy, t.updatedAt),
    ],
  );

  // ── record, outbox, jobs, settings ──
  /** Who did what to which thing. Append-only: the database itself refuses to change or remove a row. */
  const history = k.table(
    'history',
    {
      id: k.id(),
      at: k.at().notNull(),
      actorKind: k.oneOf('staff', 'system', 'switch').notNull(),
      actorId: k.ref(),
      act: k.text().notNull(),
      thingKind: k.text().notNull(),
      thingId: k.ref(),
      details: k.json<Record<string, unknown>>().notNull(),
    },
    (t) => [k.index('history_thing_ix').on(t.thingKind, t.thingId), k.index('history_actor_ix').on(t.actorId, t.id)],
  );

  const outbox = k.table(
    'outbox',
    {
      id: k.id(),
      name: k.text().notNull(),
      payload: k.json<Record<string, unknown>>().notNull(),
      at: k.at().notNull(),
      deliveredAt: k.at(),
    },
    (t) => [k.index('outbox_undelivered_ix').on(t.deliveredAt, t.id)],
  );

  const jobs = k.table(
    'jobs',
    {
      id: k.id(),
      kind: k.text().notNull(),
      /** Two schedules with one key are one job. */
      key: k.text().notNull(),
      payload: k.json<Record<string, unknown>>().notNull(),
      runAt: k.at().notNull(),
      lockedBy: k.text(),
      lockedUntil: k.at(),
      attempts: k.int().notNull().default(0),
      doneAt: k.at(),
      failure: k.text(),
    },
    (t) => [k.uniqueIndex('jobs_key_uq').on(t.kind, t.key), k.index('jobs_due_ix').on(t.doneAt, t.runAt)],
  );

  const settings = k.table(
    'settings',
    {
      id: k.id(),
      key: k.text().notNull(),
      value: k.json<unknown>().notNull(),
      version: k.int().notNull().default(1),
      updatedAt: k.at().notNull(),
    },
    (t) => [k.uniqueIndex('settings_key_uq').on(t.key)],
  );

  return {
    staff,
    sessions,
    loginThrottles,
    units,
    places,
    categories,
    citizens,
    citizenNumbers,
    articles,
    shifts,
    calls,
    offers,
    recordings,
    cases,
    history,
    outbox,
    jobs,
    settings,
  };
};

export type Schema = ReturnType<typeof defineSchema>;
export type Row<T extends keyof Schema> = Schema[T]['$inferSelect'];
export type NewRow<T extends keyof Schema> = Schema[T]['$inferInsert'];
