import type { MachineRight } from '../access/machine-rights.ts';
import { MESSAGE_KINDS } from '../agents/message-kinds.ts';
import { DIAL_RESULTS } from '../calls/dialling.ts';
import { SEGMENT_KINDS } from '../calls/segments.ts';
import type { CasePolicy } from '../cases/policy.ts';
import { CARDS, CASE_SIDES, CASE_SOURCES, CASE_STATES, ORDER_KINDS, RULING_KINDS, UNIT_POSTS, WORK_KINDS } from '../cases/states.ts';
import { DISPOSITIONS } from '../core/dispositions.ts';
import type { Role } from '../core/roles.ts';
import { DUTY_HOURS } from '../directory/duty.ts';
import { HANDOVER_STATES, type HandoverTry } from '../handover/handover.ts';
import { PLACE_STATES } from '../waiting/place.ts';
import type { Kit } from './kit-postgres.ts';
import { defineCitySchema } from './schema-city.ts';
import { defineDirectorySchema } from './schema-directory.ts';
import { defineNoticesSchema } from './schema-notices.ts';
import { defineQualitySchema } from './schema-quality.ts';
import { defineSurveySchema } from './schema-surveys.ts';

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
      /** due: may do nothing yet but enrol a second factor. */
      secondFactor: k.oneOf('none', 'passed', 'due').notNull().default('none'),
    },
    (t) => [k.uniqueIndex('sessions_token_uq').on(t.tokenHash), k.index('sessions_staff_ix').on(t.staffId)],
  );

  /** Failed log-ins per account and per address, so that guessing slows down across restarts. */
  const loginThrottles = k.table(
    'login_throttles',
    { id: k.id(), key: k.text().notNull(), failures: k.int().notNull(), blockedUntil: k.at(), updatedAt: k.at().notNull() },
    (t) => [k.uniqueIndex('login_throttles_key_uq').on(t.key)],
  );

  /** A person's authenticator. The secret is encrypted with a key of the master secret and the person's id. */
  const secondFactors = k.table(
    'second_factors',
    {
      id: k.id(),
      staffId: k
        .ref()
        .notNull()
        .references(() => staff.id),
      secret: k.text().notNull(),
      /** Null until the first right code: only then it is asked for. */
      confirmedAt: k.at(),
      /** The 30-second step of the last code that was taken; no code opens twice. */
      lastStep: k.int().notNull().default(0),
      createdAt: k.at().notNull(),
    },
    (t) => [k.uniqueIndex('second_factors_staff_uq').on(t.staffId)],
  );

  const recoveryCodes = k.table(
    'recovery_codes',
    {
      id: k.id(),
      staffId: k
        .ref()
        .notNull()
        .references(() => staff.id),
      codeHash: k.text().notNull(),
      usedAt: k.at(),
    },
    (t) => [k.uniqueIndex('recovery_codes_staff_hash_uq').on(t.staffId, t.codeHash)],
  );

  /** Credentials of other systems: only a hash of each, and only the rights it was given. */
  const machines = k.table(
    'machines',
    {
      id: k.id(),
      name: k.text().notNull(),
      tokenHash: k.text().notNull(),
      /** Last characters of the token, so that a person can tell two apart. */
      hint: k.text().notNull(),
      rights: k.json<MachineRight[]>().notNull(),
      createdBy: k
        .ref()
        .notNull()
        .references(() => staff.id),
      createdAt: k.at().notNull(),
      lastUsedAt: k.at(),
      revokedBy: k.ref().references(() => staff.id),
      revokedAt: k.at(),
    },
    (t) => [k.uniqueIndex('machines_token_uq').on(t.tokenHash)],
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
      parentCode: k.text(),
      /** False: gets nothing new and stays readable. */
      active: k.bool().notNull().default(true),
      version: k.int().notNull().default(1),
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
      /** False: no longer offered; cases that have it keep it. */
      active: k.bool().notNull().default(true),
      version: k.int().notNull().default(1),
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
      /** Since when the agent asks the team leader for help; null once somebody has said that they come. */
      helpSince: k.at(),
      signedInAt: k.at().notNull(),
      signedOutAt: k.at(),
    },
    (t) => [k.index('shifts_staff_ix').on(t.staffId, t.signedOutAt)],
  );

  /** What a team leader tells one agent, one row a person: each must be seen. `batch` is the same for all who were told at once. */
  const deskMessages = k.table(
    'desk_messages',
    {
      id: k.id(),
      batch: k.text().notNull(),
      toStaffId: k
        .ref()
        .notNull()
        .references(() => staff.id),
      fromStaffId: k
        .ref()
        .notNull()
        .references(() => staff.id),
      kind: k.oneOf(...MESSAGE_KINDS).notNull(),
      text: k.text().notNull().default(''),
      sentAt: k.at().notNull(),
      seenAt: k.at(),
    },
    (t) => [k.uniqueIndex('desk_messages_batch_uq').on(t.batch, t.toStaffId), k.index('desk_messages_unseen_ix').on(t.toStaffId, t.seenAt)],
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
      diversion: k.oneOf('voicemail', 'fallback', 'restricted', 'callback'),
      disposition: k.oneOf(...DISPOSITIONS),
      hangupCause: k.int(),
      /** kept_place: the switch calls back somebody who gave up waiting for that. outbound: an agent dialled; the caller is who was called. */
      origin: k.oneOf('citizen', 'kept_place', 'outbound').notNull().default('citizen'),
      /** Of an outbound call: who dialled, the name the page gave to the act (twice the same is one call), how it stands or failed. */
      dialledBy: k.ref().references(() => staff.id),
      dialKey: k.text(),
      dialResult: k.oneOf(...DIAL_RESULTS),
      /** The case an outbound call is about; a case's own first call is `cases.callId`. */
      caseId: k.ref(),
    },
    (t) => [
      k.uniqueIndex('calls_channel_uq').on(t.channelId),
      k.uniqueIndex('calls_dial_key_uq').on(t.dialKey),
      k.index('calls_dialled_by_ix').on(t.dialledBy, t.arrivedAt),
      k.index('calls_case_ix').on(t.caseId),
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

  /** What one visit is made of: every ring, talk, hold, transfer, conference and return, each from when to when. */
  const callSegments = k.table(
    'call_segments',
    {
      id: k.id(),
      callId: k
        .ref()
        .notNull()
        .references(() => calls.id),
      kind: k.oneOf(...SEGMENT_KINDS).notNull(),
      /** Whose leg it is; of a transfer, a consultation or a third party: who brought it about. */
      staffId: k.ref().references(() => staff.id),
      legId: k.text().notNull().default(''),
      /** Extension, queue or number at the other end; empty where there is none. */
      party: k.text().notNull().default(''),
      startedAt: k.at().notNull(),
      endedAt: k.at(),
      /** How it ended: answered, taken, returned, queued, left, failed … */
      outcome: k.text().notNull().default(''),
    },
    (t) => [k.index('call_segments_call_ix').on(t.callId, t.endedAt), k.index('call_segments_staff_ix').on(t.staffId, t.startedAt)],
  );

  /** A citizen who waited and will be called back with the place kept; taken from the switch, which keeps it as well. */
  const keptPlaces = k.table(
    'kept_places',
    {
      id: k.id(),
      /** The channel of the call in which it was asked for. */
      place: k.text().notNull(),
      node: k.text().notNull(),
      /** That call; null when it was never in the record. */
      callId: k.ref().references(() => calls.id),
      number: k.text().notNull(),
      queue: k.text().notNull(),
      waitingSince: k.at().notNull(),
      aheadMinutes: k.int().notNull(),
      askedAt: k.at().notNull(),
      shown: k.text().notNull(),
      state: k.oneOf(...PLACE_STATES).notNull(),
      stateAt: k.at().notNull(),
      attempts: k.int().notNull().default(0),
      /** When a resting one is put back into the queue. */
      dueAt: k.at(),
      /** The channel that waits in the citizen's place or did, the key of the call that calls back. */
      channelId: k.text().notNull().default(''),
    },
    (t) => [
      k.uniqueIndex('kept_places_place_uq').on(t.place),
      k.index('kept_places_state_ix').on(t.state, t.dueAt),
      k.index('kept_places_number_ix').on(t.number, t.state),
      k.index('kept_places_channel_ix').on(t.channelId),
    ],
  );

  /** 一次一评: what the citizen pressed after the agent had hung up; one a call, and never changed. */
  const callRatings = k.table(
    'call_ratings',
    {
      id: k.id(),
      callId: k
        .ref()
        .notNull()
        .references(() => calls.id),
      /** Who spoke with them last. */
      staffId: k.ref().references(() => staff.id),
      key: k.int().notNull(),
      /** National scale: 5 best … 1 worst. */
      value: k.int().notNull(),
      at: k.at().notNull(),
    },
    (t) => [k.uniqueIndex('call_ratings_call_uq').on(t.callId), k.index('call_ratings_staff_ix').on(t.staffId, t.at)],
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
      state: k
        .oneOf(...CASE_STATES)
        .notNull()
        .default('draft'),
      source: k.oneOf(...CASE_SOURCES).notNull(),
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
      // From registration on; nothing here is set on a draft.
      side: k.oneOf(...CASE_SIDES),
      submitted: k.bool().notNull().default(false),
      stateSince: k.at(),
      registeredAt: k.at(),
      /** Submissions of the same matter when this one was registered, itself included. */
      submissions: k.int().notNull().default(1),
      policyVersion: k.int().notNull().default(0),
      round: k.int().notNull().default(0),
      leadUnit: k.text(),
      dispatchDueAt: k.at(),
      dispatchedAt: k.at(),
      dueAt: k.at(),
      yellowAt: k.at(),
      redAt: k.at(),
      signAlarmAt: k.at(),
      /** When the sweep must look again, null when it need not. */
      watchAt: k.at(),
      /** What somebody will be late with first; the order of every queue. Null when nobody owes anything by the clock. */
      breaksAt: k.at(),
      card: k
        .oneOf(...CARDS)
        .notNull()
        .default('none'),
      extendedDays: k.int().notNull().default(0),
      ledgerUntil: k.text(),
      /** The due time rests on a year whose holidays are not published. */
      provisional: k.bool().notNull().default(false),
      masterId: k.ref(),
      replied: k.bool().notNull().default(false),
      callbackOutcome: k.oneOf('reached', 'no_answer', 'unreachable', 'refused', 'not_asked', 'confirmed_otherwise'),
      /** Somebody was reached, or a supervisor confirmed the end otherwise. */
      confirmed: k.bool().notNull().default(false),
      closing: k.text(),
      closedAt: k.at(),
    },
    (t) => [
      k.uniqueIndex('cases_number_uq').on(t.number),
      k.uniqueIndex('cases_call_uq').on(t.callId),
      k.index('cases_contact_ix').on(t.contactNumber, t.createdAt),
      k.index('cases_creator_ix').on(t.createdBy, t.updatedAt),
      k.index('cases_state_ix').on(t.state, t.id),
      k.index('cases_breaks_ix').on(t.breaksAt, t.id),
      k.index('cases_lead_breaks_ix').on(t.leadUnit, t.breaksAt, t.id),
      k.index('cases_lead_state_ix').on(t.leadUnit, t.state, t.id),
      k.index('cases_watch_ix').on(t.watchAt),
      k.index('cases_sign_alarm_ix').on(t.signAlarmAt),
      k.index('cases_place_ix').on(t.placeCode, t.id),
      k.index('cases_place_category_ix').on(t.placeCode, t.categoryCode, t.id),
      k.index('cases_category_ix').on(t.categoryCode, t.id),
      k.index('cases_name_ix').on(t.contactName, t.id),
      k.index('cases_master_ix').on(t.masterId),
    ],
  );

  const ofCase = () =>
    k
      .ref()
      .notNull()
      .references(() => cases.id);

  /** One round of handling: a case that did not hold is handled again, and each round is counted by itself. */
  const caseRounds = k.table(
    'case_rounds',
    {
      id: k.id(),
      caseId: ofCase(),
      round: k.int().notNull(),
      leadUnit: k.text().notNull(),
      dispatchedAt: k.at().notNull(),
      dueAt: k.at().notNull(),
      signedAt: k.at(),
      begunAt: k.at(),
      feedbackAt: k.at(),
      endedAt: k.at(),
    },
    (t) => [k.uniqueIndex('case_rounds_uq').on(t.caseId, t.round), k.index('case_rounds_due_ix').on(t.dueAt, t.leadUnit)],
  );

  /** Which unit has or had a case. What a unit may see hangs on its open row here. */
  const caseUnits = k.table(
    'case_units',
    {
      id: k.id(),
      caseId: ofCase(),
      unitCode: k.text().notNull(),
      duty: k.oneOf('lead', 'assist').notNull(),
      round: k.int().notNull(),
      assignedAt: k.at().notNull(),
      releasedAt: k.at(),
      releaseReason: k.oneOf('returned', 'redispatched', 'merged'),
    },
    (t) => [k.index('case_units_case_ix').on(t.caseId), k.index('case_units_unit_ix').on(t.unitCode, t.releasedAt, t.caseId)],
  );

  /** Every move of every case. Append-only: the database itself refuses to change or remove a row. */
  const caseTransitions = k.table(
    'case_transitions',
    {
      id: k.id(),
      caseId: ofCase(),
      /** The case's version after the move; moves of one transaction follow one another. */
      version: k.int().notNull(),
      at: k.at().notNull(),
      command: k.text().notNull(),
      fromState: k.oneOf(...CASE_STATES).notNull(),
      toState: k.oneOf(...CASE_STATES).notNull(),
      fromSide: k.oneOf(...CASE_SIDES),
      toSide: k.oneOf(...CASE_SIDES),
      round: k.int().notNull(),
      actorKind: k.oneOf('staff', 'system').notNull(),
      staffId: k.ref().references(() => staff.id),
      unitCode: k.text(),
      reasonCode: k.text(),
      text: k.text(),
      callId: k.ref().references(() => calls.id),
    },
    (t) => [k.uniqueIndex('case_transitions_version_uq').on(t.caseId, t.version)],
  );

  const caseFeedbacks = k.table(
    'case_feedbacks',
    {
      id: k.id(),
      caseId: ofCase(),
      round: k.int().notNull(),
      unitCode: k.text().notNull(),
      staffId: k.ref().references(() => staff.id),
      at: k.at().notNull(),
      truth: k.oneOf('true', 'partly', 'untrue', 'not_applicable').notNull(),
      contacted: k.bool().notNull(),
      solved: k.oneOf('yes', 'partly', 'no').notNull(),
      closing: k.oneOf('solved', 'partly_solved', 'explained_by_law', 'unfounded', 'other').notNull(),
      course: k.text().notNull(),
      rootCause: k.text(),
    },
    (t) => [k.index('case_feedbacks_case_ix').on(t.caseId)],
  );

  /** What the citizen was told, in public or alone. */
  const caseReplies = k.table(
    'case_replies',
    {
      id: k.id(),
      caseId: ofCase(),
      round: k.int().notNull(),
      staffId: k.ref().references(() => staff.id),
      at: k.at().notNull(),
      publicText: k.text(),
      privateText: k.text(),
    },
    (t) => [k.index('case_replies_case_ix').on(t.caseId)],
  );

  /** Contacts, site visits, face-to-face explanations, coordination, hand-overs by telephone. */
  const caseWorks = k.table(
    'case_works',
    {
      id: k.id(),
      caseId: ofCase(),
      round: k.int().notNull(),
      kind: k.oneOf(...WORK_KINDS).notNull(),
      unitCode: k.text(),
      staffId: k.ref().references(() => staff.id),
      /** Post of whoever did it: on repeats the principal's own contact is asked for. */
      post: k.oneOf(...UNIT_POSTS),
      at: k.at().notNull(),
      happenedAt: k.at().notNull(),
      place: k.text(),
      people: k.text(),
      text: k.text().notNull(),
      callId: k.ref().references(() => calls.id),
      answered: k.bool(),
      /** Photos of it among the files of the case. */
      fileIds: k.json<number[]>(),
    },
    (t) => [k.index('case_works_case_ix').on(t.caseId, t.round)],
  );

  /** Photos and papers; the bytes lie outside, under their hash. */
  const caseFiles = k.table(
    'case_files',
    {
      id: k.id(),
      caseId: ofCase(),
      name: k.text().notNull(),
      mime: k.text().notNull(),
      isPicture: k.bool().notNull(),
      bytes: k.int().notNull(),
      sha256: k.text().notNull(),
      /** A scanner found nothing in it; false where none was set up. */
      scanned: k.bool().notNull().default(false),
      staffId: k
        .ref()
        .notNull()
        .references(() => staff.id),
      /** The unit whose staff added it; null: the centre. */
      unitCode: k.text(),
      at: k.at().notNull(),
    },
    (t) => [k.index('case_files_case_ix').on(t.caseId), k.index('case_files_sha256_ix').on(t.sha256)],
  );

  /** What a unit asked for and how the centre ruled. */
  const caseRulings = k.table(
    'case_rulings',
    {
      id: k.id(),
      caseId: ofCase(),
      kind: k.oneOf(...RULING_KINDS).notNull(),
      round: k.int().notNull(),
      unitCode: k.text().notNull(),
      requestedBy: k.ref().references(() => staff.id),
      requestedAt: k.at().notNull(),
      reasonCode: k.text().notNull(),
      text: k.text().notNull(),
      workingDays: k.int(),
      promisedOn: k.text(),
      plan: k.json<{ by: string; step: string }[]>(),
      toldHow: k.text(),
      toldCallId: k.ref().references(() => calls.id),
      dueBefore: k.at(),
      outcome: k.oneOf('pending', 'agreed', 'refused', 'withdrawn', 'lapsed').notNull().default('pending'),
      ruledBy: k.ref().references(() => staff.id),
      ruledAt: k.at(),
      rulingText: k.text(),
      dueAfter: k.at(),
    },
    (t) => [k.index('case_rulings_case_ix').on(t.caseId), k.index('case_rulings_open_ix').on(t.outcome, t.kind, t.requestedAt)],
  );

  /** 催办 督办 指导 主要负责人联系 重要事项报告: what the centre wants of somebody, and the answer. */
  const caseOrders = k.table(
    'case_orders',
    {
      id: k.id(),
      caseId: ofCase(),
      kind: k.oneOf(...ORDER_KINDS).notNull(),
      unitCode: k.text(),
      recipient: k.text(),
      givenBy: k.ref().references(() => staff.id),
      givenAt: k.at().notNull(),
      dueAt: k.at(),
      text: k.text().notNull(),
      reasonCode: k.text(),
      answeredBy: k.ref().references(() => staff.id),
      answeredAt: k.at(),
      answer: k.text(),
      /** The unit no longer has the case. */
      lapsedAt: k.at(),
    },
    (t) => [k.index('case_orders_case_ix').on(t.caseId), k.index('case_orders_unit_ix').on(t.unitCode, t.answeredAt, t.dueAt)],
  );

  /** What the citizen said, per round. Never edited: a later row supersedes an earlier one (R04). */
  const caseCallbacks = k.table(
    'case_callbacks',
    {
      id: k.id(),
      caseId: ofCase(),
      round: k.int().notNull(),
      at: k.at().notNull(),
      staffId: k.ref().references(() => staff.id),
      mode: k.oneOf('ivr', 'human', 'sms', 'web', 'none').notNull(),
      outcome: k.oneOf('reached', 'no_answer', 'unreachable', 'refused', 'not_asked', 'confirmed_otherwise').notNull(),
      contacted: k.bool(),
      solved: k.oneOf('yes', 'partly', 'no'),
      score: k.int(),
      reasonCode: k.text(),
      text: k.text(),
      callId: k.ref().references(() => calls.id),
    },
    (t) => [k.index('case_callbacks_case_ix').on(t.caseId, t.round)],
  );

  /** Terms by the day they take effect. Rows are added, never changed: a case keeps the version it was born under. */
  const casePolicies = k.table('case_policies', {
    id: k.id(),
    effectiveFrom: k.at().notNull(),
    policy: k.json<CasePolicy>().notNull(),
    madeBy: k.ref().references(() => staff.id),
    madeAt: k.at().notNull(),
  });

  const calendarYears = k.table(
    'calendar_years',
    {
      id: k.id(),
      year: k.int().notNull(),
      daysOff: k.json<string[]>().notNull(),
      makeUpDays: k.json<string[]>().notNull(),
      source: k.text().notNull(),
      version: k.int().notNull().default(1),
      changedBy: k.ref().references(() => staff.id),
      changedAt: k.at().notNull(),
    },
    (t) => [k.uniqueIndex('calendar_years_uq').on(t.year)],
  );

  /** 主要负责人 分管负责人 联络员 备用联络员 (R38), for staff who have a unit. */
  const unitPosts = k.table(
    'unit_posts',
    {
      id: k.id(),
      staffId: k
        .ref()
        .notNull()
        .references(() => staff.id),
      post: k.oneOf(...UNIT_POSTS).notNull(),
    },
    (t) => [k.uniqueIndex('unit_posts_staff_uq').on(t.staffId)],
  );

  /** 值班电话: who of a unit is rung for an urgent matter, in this order. */
  const unitDuties = k.table(
    'unit_duties',
    {
      id: k.id(),
      unitCode: k.text().notNull(),
      /** The lower is rung first. */
      place: k.int().notNull(),
      name: k.text().notNull(),
      number: k.text().notNull(),
      /** When this person is on duty: always, in working hours, or outside of them. */
      hours: k.oneOf(...DUTY_HOURS).notNull(),
      updatedBy: k.ref().references(() => staff.id),
      updatedAt: k.at().notNull(),
    },
    (t) => [k.uniqueIndex('unit_duties_place_uq').on(t.unitCode, t.place)],
  );

  /** 电话交办 of an urgent matter from the midst of a call: whom of the unit it rang, one after the other, and who took it. */
  const handovers = k.table(
    'handovers',
    {
      id: k.id(),
      callId: k
        .ref()
        .notNull()
        .references(() => calls.id),
      caseId: k
        .ref()
        .notNull()
        .references(() => cases.id),
      unitCode: k.text().notNull(),
      staffId: k
        .ref()
        .notNull()
        .references(() => staff.id),
      state: k.oneOf(...HANDOVER_STATES).notNull(),
      tries: k.json<HandoverTry[]>().notNull(),
      startedAt: k.at().notNull(),
      endedAt: k.at(),
    },
    (t) => [k.index('handovers_call_ix').on(t.callId, t.id), k.index('handovers_state_ix').on(t.state, t.startedAt)],
  );

  const surveys = defineSurveySchema(k, { cases: () => cases.id, staff: () => staff.id });
  const quality = defineQualitySchema(k, { calls: () => calls.id, staff: () => staff.id });
  const city = defineCitySchema(k, { cases: () => cases.id, staff: () => staff.id, machines: () => machines.id });
  const notices = defineNoticesSchema(k, { cases: () => cases.id, staff: () => staff.id });
  const directory = defineDirectorySchema(k, { staff: () => staff.id });

  // ── record, outbox, jobs, settings ──
  /** Who did what to which thing. Append-only: the database itself refuses to change or remove a row. */
  const history = k.table(
    'history',
    {
      id: k.id(),
      at: k.at().notNull(),
      actorKind: k.oneOf('staff', 'system', 'switch', 'machine').notNull(),
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
    secondFactors,
    recoveryCodes,
    machines,
    units,
    places,
    categories,
    citizens,
    citizenNumbers,
    articles,
    shifts,
    deskMessages,
    calls,
    offers,
    callSegments,
    keptPlaces,
    callRatings,
    recordings,
    cases,
    caseRounds,
    caseUnits,
    caseTransitions,
    caseFeedbacks,
    caseReplies,
    caseWorks,
    caseFiles,
    caseRulings,
    caseOrders,
    caseCallbacks,
    casePolicies,
    calendarYears,
    unitPosts,
    unitDuties,
    handovers,
    ...surveys,
    ...city,
    ...notices,
    ...quality,
    ...directory,
    history,
    outbox,
    jobs,
    settings,
  };
};

/**
 * Full text of cases by words that the application prepares (cases/words.ts). Apart from the schema, because the migration
 * generator must not see it: on SQLite it is a virtual table, on PostgreSQL it holds a tsvector; a migration by hand makes
 * both under the same names. Derived from the cases: it can be made anew at any time.
 */
export const defineCaseSearch = (k: Kit) => k.table('case_search', { rowid: k.ref().notNull(), words: k.text().notNull() });

export type Schema = ReturnType<typeof defineSchema>;
export type Row<T extends keyof Schema> = Schema[T]['$inferSelect'];
export type NewRow<T extends keyof Schema> = Schema[T]['$inferInsert'];
