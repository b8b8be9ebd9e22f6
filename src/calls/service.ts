import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { CallId } from '../core/ids.ts';
import { parseCallerNumber } from '../core/phone-number.ts';
import type { CallerMatch } from '../directory/index.ts';
import { bySwitch, type History } from '../history/index.ts';
import type { Jobs } from '../jobs/runner.ts';
import type { Outbox } from '../storage/outbox.ts';
import type { Exec, Store } from '../storage/store.ts';
import { NORMAL_HANG_UP, type TelephonyEvent, type TelephonyEventOf } from '../telephony/events.ts';
import type { SwitchSnapshot } from '../telephony/port.ts';
import { type Correction, dialDisposition, dispositionOf, reconcile, relativeRecording, unansweredOutcome } from './call.ts';
import { sealableAt } from './recordings.ts';
import type { CallRecord, CallsRepository, OfferRecord, SegmentRecord } from './repository.ts';

export interface CallsDeps {
  store: Pick<Store, 'write'>;
  repository: CallsRepository;
  directory: { callerOf(received: string): Promise<CallerMatch> };
  history: Pick<History, 'append'>;
  outbox: Pick<Outbox, 'append'>;
  jobs: Pick<Jobs, 'schedule'>;
  clock: Clock;
  logger: Logger;
  areaCode: string;
}

export interface Calls {
  /** Takes one of the switch's events into the record. Applied strictly in the order given; never rejects. */
  apply(event: TelephonyEvent): Promise<void>;
  /** What the citizen pressed after the agent hung up. Resolves when it is kept; told twice it is kept once. */
  rate(event: TelephonyEventOf<'call.rated'>): Promise<void>;
  /** How many events could not be written since the start; what they told must be read from the switch's records again. */
  unrecorded(): number;
  /** Brings the record to what the switch holds. @returns how many things differed */
  reconcile(snapshot: SwitchSnapshot): Promise<number>;
}

/**
 * Names arrive from outside: control characters could break a log, characters that turn the direction of writing a screen,
 * and 4 kB of name is no name. Cut by whole characters: half of one is none.
 */
const cleanName = (name: string): string => [...name.replace(/\p{Cc}|\p{Cs}|\p{Cf}/gu, '')].slice(0, 64).join('');

type Handlers = { [T in Correction['type']]?: (db: Exec, event: Extract<Correction, { type: T }>) => Promise<void> };

export const createCalls = (deps: CallsDeps): Calls => {
  const { repository, history, outbox, clock } = deps;
  /** Channels that left their queue while a phone rang: the citizen gave up, which is not the agent's miss. */
  const leftQueue = new Set<string>();

  const record = (db: Exec, act: string, call: { id: CallId }, details: Record<string, unknown> = {}) =>
    history.append(db, { actor: bySwitch, act, thing: { kind: 'call', id: call.id }, details });

  const adopt = async (db: Exec, event: TelephonyEventOf<'call.arrived'>): Promise<CallRecord | undefined> => {
    const match = await deps.directory.callerOf(event.callerNumber);
    const parsed = parseCallerNumber(event.callerNumber, deps.areaCode);
    const row = await repository.insertCall(db, {
      channelId: event.channelId,
      node: event.node,
      calledNumber: event.calledNumber.slice(0, 32),
      callerReceived: cleanName(parsed.received),
      callerKind: parsed.kind,
      callerNormal: parsed.kind === 'number' ? parsed.normal : null,
      callerName: cleanName(event.callerName),
      citizenId: match.identity === 'known' ? (match.people[0]?.citizenId ?? null) : null,
      arrivedAt: event.at,
      origin: event.origin ?? 'citizen',
    });
    if (!row) return undefined;
    await record(db, 'call.arrived', row);
    await outbox.append(db, 'call.arrived', { callId: row.id, channelId: row.channelId });
    return row;
  };

  /** An event of a call we never heard arrive: take it in with what little is known rather than lose it. */
  const callOf = async (db: Exec, event: { channelId: string; node: string; at: Date }): Promise<CallRecord | undefined> =>
    (await repository.byChannel(db, event.channelId)) ??
    adopt(db, { type: 'call.arrived', callerNumber: '', callerName: '', calledNumber: '', ...event });

  /** Ends the open segments of a call that fit. @returns what was open before */
  const endSegments = async (
    db: Exec,
    call: CallRecord,
    at: Date,
    outcome: string,
    fits: (segment: SegmentRecord) => boolean,
  ): Promise<SegmentRecord[]> => {
    const open = await repository.openSegmentsOf(db, call.id);
    for (const segment of open) if (fits(segment)) await repository.endSegment(db, segment.id, at, outcome);
    return open;
  };
  const ofKind =
    (...kinds: SegmentRecord['kind'][]) =>
    (segment: SegmentRecord) =>
      kinds.includes(segment.kind);
  const deskChanged = (db: Exec, call: CallRecord, staffId: number | null) =>
    staffId === null ? Promise.resolve() : outbox.append(db, 'call.desk_changed', { callId: call.id, staffId });

  const endOffer = async (db: Exec, call: CallRecord, offer: OfferRecord, at: Date, ended: boolean): Promise<void> => {
    const open = await repository.openSegmentsOf(db, call.id);
    // A talk before this ring, or with the one who asks a colleague, took nothing away from whoever was rung.
    const asked = open.some(({ kind, legId }) => kind === 'invite' && legId === offer.legId);
    const answeredAt = open.some(ofKind('talk')) && !asked ? call.answeredAt : null;
    // Who dials rings themselves: nothing was missed.
    const outcome =
      call.origin === 'outbound' && !call.answeredAt
        ? 'withdrawn'
        : unansweredOutcome({ answeredAt, leftQueueWhileRinging: leftQueue.has(call.channelId), ended });
    await repository.updateOffer(db, offer.id, { endedAt: at, outcome });
    await endSegments(db, call, at, outcome, (segment) => segment.kind === 'ring' && segment.legId === offer.legId);
    await record(db, 'offer.ended', call, { offerId: offer.id, staffId: offer.staffId, outcome });
    if (outcome === 'missed' || outcome === 'withdrawn' || outcome === 'abandoned')
      await outbox.append(db, 'offer.ended', { callId: call.id, offerId: offer.id, staffId: offer.staffId, outcome });
  };

  const agentLeft = async (db: Exec, call: CallRecord, offer: OfferRecord, at: Date, telephoneLost: boolean): Promise<void> => {
    await repository.updateOffer(db, offer.id, { endedAt: at });
    const open = await endSegments(
      db,
      call,
      at,
      telephoneLost ? 'lost' : 'left',
      ({ kind, legId }) => legId === offer.legId && (kind === 'talk' || kind === 'hold'),
    );
    const others = open.filter(
      ({ kind, legId }) => legId !== offer.legId && ['talk', 'third', 'invite', 'transfer', 'outside'].includes(kind),
    );
    const colleague = others.find(({ kind, staffId }) => kind === 'talk' && staffId !== null);
    // Who has the citizen after a transfer or a conference; the citizen is without anybody only when nobody else is there or on the way.
    if (colleague) await repository.updateCall(db, call.id, { answeredBy: colleague.staffId });
    else if (others.length === 0) await repository.updateCall(db, call.id, { agentLeftAt: at });
    if (colleague) {
      // The one who was asked has the citizen now, and every act that goes with it.
      await endSegments(
        db,
        call,
        at,
        'took_over',
        ({ kind, legId }) => kind === 'consult' || (kind === 'third' && legId === colleague.legId),
      );
      await deskChanged(db, call, colleague.staffId);
    }
    await outbox.append(db, 'call.agent_left', { callId: call.id, offerId: offer.id, staffId: offer.staffId, telephoneLost });
  };

  /** In the transaction that ends the call, so that no recording is forgotten and no second transaction is needed. */
  const sealLater = async (db: Exec, call: CallRecord): Promise<void> => {
    for (const { id, state } of await repository.recordingsOf(db, call.id))
      if (state === 'writing')
        await deps.jobs.schedule(db, {
          kind: 'recording.seal',
          key: String(id),
          payload: { recordingId: id },
          runAt: sealableAt(clock.now()),
        });
  };

  const end = async (db: Exec, channelId: string, at: Date, cause: number | null, lost: boolean): Promise<void> => {
    const call = await repository.byChannel(db, channelId);
    leftQueue.delete(channelId);
    if (!call || call.endedAt) return;
    for (const offer of await repository.openOffersOf(db, call.id))
      await (offer.answeredAt ? agentLeft(db, call, offer, at, false) : endOffer(db, call, offer, at, true));
    const wasReached = call.origin !== 'kept_place' || (await repository.recordingsOf(db, call.id)).length > 0;
    const isOutbound = call.origin === 'outbound';
    const disposition = isOutbound
      ? dialDisposition(call)
      : !wasReached
        ? 'unreached'
        : lost && !call.answeredAt
          ? 'lost'
          : dispositionOf(call);
    await repository.updateCall(db, call.id, { endedAt: at, disposition, hangupCause: cause });
    await endSegments(db, call, at, 'gone', () => true);
    await record(db, 'call.ended', call, { disposition, cause, lost });
    await sealLater(db, call);
    await outbox.append(db, 'call.ended', { callId: call.id, disposition });
  };

  const handlers: Handlers = {
    'call.arrived': async (db, event) => void (await adopt(db, event)),
    'call.queued': async (db, event) => {
      leftQueue.delete(event.channelId);
      const call = await callOf(db, event);
      if (!call || call.endedAt) return;
      // A second join of one visit (agent's own queue, then the general one) does not restart the citizen's wait.
      await repository.updateCall(db, call.id, { queue: event.queue, queuedAt: call.queuedAt ?? event.at });
      const open = await endSegments(db, call, event.at, 'queued', ofKind('transfer', 'consult', 'invite', 'third', 'return', 'outside'));
      if (call.answeredAt && !call.agentLeftAt && !open.some(ofKind('talk')))
        await repository.updateCall(db, call.id, { agentLeftAt: event.at });
      await outbox.append(db, 'call.queued', { callId: call.id, queue: event.queue });
    },
    'call.left_queue': async (db, event) => {
      const call = await repository.byChannel(db, event.channelId);
      // Told again from the switch's records, it may be about a call that is long over.
      if (call && !call.endedAt) leftQueue.add(event.channelId);
    },
    'call.offered': async (db, event) => {
      const call = await callOf(db, event);
      const agent = await repository.staffByExtension(db, event.extension);
      if (!call || !agent || call.endedAt) return;
      const offer = await repository.insertOffer(db, {
        callId: call.id,
        legId: event.legId,
        staffId: agent.staffId,
        extension: event.extension,
        queue: event.queue,
        offeredAt: event.at,
      });
      if (!offer) return; // announced twice, after a reconnect
      await repository.insertSegment(db, {
        callId: call.id,
        kind: 'ring',
        staffId: agent.staffId,
        legId: event.legId,
        startedAt: event.at,
      });
      await record(db, 'call.offered', call, { offerId: offer.id, staffId: agent.staffId });
      await outbox.append(db, 'call.offered', { callId: call.id, offerId: offer.id, staffId: agent.staffId, extension: event.extension });
    },
    'offer.ended': async (db, event) => {
      if (event.answered) return; // `call.answered` says it better
      const offer = await repository.offerByLeg(db, event.legId);
      const call = await repository.byChannel(db, event.channelId);
      if (offer && call && !offer.endedAt && !offer.answeredAt) await endOffer(db, call, offer, event.at, false);
    },
    'call.answered': async (db, event) => {
      await handlers['call.offered']?.(db, { ...event, type: 'call.offered' });
      const offer = await repository.offerByLeg(db, event.legId);
      const call = await repository.byChannel(db, event.channelId);
      if (!offer || !call || offer.answeredAt || call.endedAt) return;
      leftQueue.delete(event.channelId);
      await repository.updateOffer(db, offer.id, { answeredAt: event.at, outcome: 'answered', endedAt: null });
      const open = await endSegments(db, call, event.at, 'answered', ({ kind, legId }) => kind === 'ring' && legId === event.legId);
      await repository.insertSegment(db, {
        callId: call.id,
        kind: 'talk',
        staffId: offer.staffId,
        legId: event.legId,
        startedAt: event.at,
      });
      const isThird = open.some(({ kind, legId }) => (kind === 'invite' || kind === 'third') && legId === event.legId);
      if (!isThird) await endSegments(db, call, event.at, 'taken', ofKind('transfer', 'return'));
      // A colleague who is asked does not take the call over; who asked may go, and then it is theirs.
      const answeredBy = isThird && open.some(ofKind('talk')) ? call.answeredBy : offer.staffId;
      await repository.updateCall(db, call.id, { answeredAt: call.answeredAt ?? event.at, answeredBy, agentLeftAt: null });
      await record(db, 'call.answered', call, { offerId: offer.id, staffId: offer.staffId });
      await outbox.append(db, 'call.answered', { callId: call.id, offerId: offer.id, staffId: offer.staffId });
      await deskChanged(db, call, offer.staffId);
    },
    'call.agent_left': async (db, event) => {
      const offer = await repository.offerByLeg(db, event.legId);
      const call = await repository.byChannel(db, event.channelId);
      if (!offer || !call || offer.endedAt) return;
      const open = await repository.openSegmentsOf(db, call.id);
      const broughtBack = open.some(({ kind, staffId }) => kind === 'return' && staffId === offer.staffId);
      // The dialplan's own rule: after anything but a normal hang-up the citizen waits again. 0: it happened while we were away.
      const telephoneLost = broughtBack || (event.cause !== NORMAL_HANG_UP && event.cause !== 0);
      await (offer.answeredAt ? agentLeft(db, call, offer, event.at, telephoneLost) : endOffer(db, call, offer, event.at, false));
    },
    'call.desk': async (db, event) => {
      const call = await repository.byChannel(db, event.channelId);
      if (!call || call.endedAt) return;
      const open = await repository.openSegmentsOf(db, call.id);
      const asked = open.find(ofKind('invite', 'third'));
      if (event.state === 'consult' && asked && !open.some(ofKind('consult')))
        await repository.insertSegment(db, {
          callId: call.id,
          kind: 'consult',
          staffId: asked.staffId,
          party: asked.party,
          startedAt: event.at,
        });
      if (event.state === 'conference') await endSegments(db, call, event.at, 'back', ofKind('consult'));
      if (event.state === 'outside_left') return void (await endSegments(db, call, event.at, 'left', ofKind('outside')));
      const isAnnounced = event.state === 'returned' && open.some(ofKind('return'));
      if ((event.state === 'returned' && !isAnnounced) || event.state === 'outside') {
        await endSegments(db, call, event.at, event.state === 'returned' ? 'returned' : 'taken', ofKind('transfer'));
        await repository.insertSegment(db, {
          callId: call.id,
          kind: event.state === 'returned' ? 'return' : 'outside',
          staffId: open.find(ofKind('transfer'))?.staffId ?? null,
          party: event.to.slice(0, 64),
          startedAt: event.at,
        });
      }
      if (event.state === 'consult') await record(db, 'call.consult', call);
      else if (event.state === 'conference') await record(db, 'call.conference', call);
      else if (event.state === 'returned' && !isAnnounced) await record(db, 'call.returned', call);
      else if (event.state === 'outside') await record(db, 'call.outside', call);
      await deskChanged(db, call, asked?.staffId ?? null);
    },
    'call.dialling': async (db, event) => {
      const call = await callOf(db, event);
      // Why it failed stands; a busy telephone is not cancelled by the agent who then hangs up.
      if (!call || call.endedAt || call.answeredAt || (call.dialResult !== null && !['begun', 'calling'].includes(call.dialResult))) return;
      if (event.result === 'begun' && call.dialResult !== null) return;
      await repository.updateCall(db, call.id, { dialResult: event.result });
      if (event.result !== 'begun' && event.result !== 'calling') await record(db, 'call.dial_failed', call, { result: event.result });
      if (call.dialledBy !== null) await outbox.append(db, 'call.dialled', { callId: call.id, staffId: call.dialledBy });
    },
    'third.joined': async (db, event) => {
      const call = await repository.byChannel(db, event.channelId);
      const invited = await repository.openSegmentOfLeg(db, event.legId);
      if (!call || call.endedAt || invited?.kind !== 'invite') return;
      await repository.endSegment(db, invited.id, event.at, 'answered');
      const { staffId, party, legId } = invited;
      await repository.insertSegment(db, { callId: call.id, kind: 'third', staffId, party, legId, startedAt: event.at });
      await record(db, 'call.third_joined', call);
      await deskChanged(db, call, staffId);
    },
    'third.left': async (db, event) => {
      const segment = await repository.openSegmentOfLeg(db, event.legId);
      if (!segment) return;
      await repository.endSegment(db, segment.id, event.at, segment.kind === 'third' ? 'left' : 'not_taken');
      const call = (await repository.lockCall(db, segment.callId)) ?? null;
      if (!call || call.endedAt) return;
      const open = await repository.openSegmentsOf(db, call.id);
      if (!open.some(ofKind('talk', 'transfer', 'outside'))) await repository.updateCall(db, call.id, { agentLeftAt: event.at });
      await record(db, 'call.third_left', call);
      await deskChanged(db, call, segment.staffId);
    },
    'call.held': async (db, event) => {
      const offer = await repository.offerByLeg(db, event.legId);
      const call = await repository.byChannel(db, event.channelId);
      if (!offer || !call || call.endedAt || offer.endedAt) return;
      const open = await repository.openSegmentsOf(db, call.id);
      if (open.some(({ kind, legId }) => kind === 'hold' && legId === event.legId)) return;
      const { staffId, legId } = offer;
      await repository.insertSegment(db, { callId: call.id, kind: 'hold', staffId, legId, startedAt: event.at });
    },
    'call.resumed': async (db, event) => {
      const call = await repository.byChannel(db, event.channelId);
      if (call) await endSegments(db, call, event.at, 'resumed', ({ kind, legId }) => kind === 'hold' && legId === event.legId);
    },
    'call.ended': (db, event) => end(db, event.channelId, event.at, event.cause, false),
    'call.lost': (db, event) => end(db, event.channelId, event.at, null, true),
    'call.diverted': async (db, event) => {
      const call = await callOf(db, event);
      if (!call) return;
      await repository.updateCall(db, call.id, { diversion: event.to });
      await record(db, 'call.diverted', call, { to: event.to, reason: event.reason.slice(0, 100) });
    },
    'recording.started': async (db, event) => {
      const call = await callOf(db, event);
      if (call)
        await repository.insertRecording(db, { callId: call.id, kind: 'call', file: relativeRecording(event.file), startedAt: event.at });
    },
    'recording.failed': async (db, event) => {
      const call = await repository.byChannel(db, event.channelId);
      const writing = call ? (await repository.recordingsOf(db, call.id)).find((each) => each.state === 'writing') : undefined;
      if (writing) await repository.updateRecording(db, writing.id, { state: 'failed', note: 'the switch could not write' });
    },
    'voicemail.recorded': async (db, event) => {
      const call = await callOf(db, event);
      if (!call) return;
      const startedAt = new Date(event.at.getTime() - event.seconds * 1000);
      const row = await repository.insertRecording(db, {
        callId: call.id,
        kind: 'voicemail',
        file: relativeRecording(event.file),
        startedAt,
      });
      if (!row) return;
      await outbox.append(db, 'voicemail.left', { callId: call.id, recordingId: row.id });
      // A promise made to a citizen: kept by a job, in the transaction that knows of the message, until it is done.
      await deps.jobs.schedule(db, {
        kind: 'voicemail.draft',
        key: String(call.id),
        payload: { callId: call.id },
        runAt: clock.now(),
      });
    },
  };

  let line: Promise<void> = Promise.resolve();
  let unrecorded = 0;
  const enqueue = (event: Correction): Promise<void> => {
    const handle = handlers[event.type] as ((db: Exec, event: Correction) => Promise<void>) | undefined;
    if (!handle) return line;
    line = line.then(async () => {
      try {
        await deps.store.write((db) => handle(db, event));
      } catch (err) {
        unrecorded += 1;
        deps.logger.error({ err, event: event.type }, 'an event of the switch could not be recorded');
      }
    });
    return line;
  };

  return {
    apply: enqueue,
    async rate({ channelId, key, at }) {
      // Behind what was told of the call before.
      await line;
      await deps.store.write(async (db) => {
        const call = await repository.byChannel(db, channelId);
        // Keys run from best (1) to worst (5); stored is the national scale, 5 best.
        if (call) await repository.addRating(db, { callId: call.id, key, value: 6 - key, at });
      });
    },
    unrecorded: () => unrecorded,
    async reconcile(snapshot) {
      await line; // what was told before the snapshot must be in the record before the two are compared
      const corrections = reconcile(await repository.openCalls(snapshot.node), snapshot);
      for (const correction of corrections) enqueue(correction);
      await line;
      deps.logger.info({ node: snapshot.node, corrections: corrections.length, at: clock.now() }, 'record reconciled with the switch');
      return corrections.length;
    },
  };
};
