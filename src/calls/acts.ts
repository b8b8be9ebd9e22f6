import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import { type ErrorCode, HotlineError } from '../core/errors.ts';
import type { CallId, StaffId } from '../core/ids.ts';
import { maskNumber } from '../core/phone-number.ts';
import type { Role } from '../core/roles.ts';
import { byStaff, type History } from '../history/index.ts';
import type { Outbox } from '../storage/outbox.ts';
import type { Exec, Store } from '../storage/store.ts';
import type { DeskCall, Destination, Telephony, ThirdParty } from '../telephony/port.ts';
import { type DeskAct, deskStateOf } from './desk-workflow.ts';
import { type DialRules, dialledForm, dialRefusal, numberClassOf } from './dialling.ts';
import type { CallRecord, CallsRepository } from './repository.ts';
import type { DeskView, WantedDestination } from './schemas.ts';

export interface Actor {
  staffId: StaffId;
  roles: readonly Role[];
}

export interface CallActsDeps {
  store: Pick<Store, 'read' | 'write'>;
  repository: CallsRepository;
  telephony: Pick<Telephony, 'transfer' | 'callThird' | 'joinThird' | 'dismissThird' | 'leaveToThird' | 'bringBack' | 'hangUp'>;
  history: Pick<History, 'append'>;
  outbox: Pick<Outbox, 'append' | 'on'>;
  clock: Clock;
  logger: Logger;
  areaCode: string;
  /** The hotline's number first, then its other spellings; the first is what an outside party is shown. */
  ownNumbers: readonly string[];
  dialRules(): Promise<DialRules>;
  queues(): readonly string[];
  /** As everybody is shown it: "ready", "talking" … */
  stateOfAgent(staffId: StaffId): Promise<string>;
  unitPhone(unitCode: string): Promise<string | null>;
  randomId(): string;
}

const SENTENCES: Partial<Record<ErrorCode, string>> = {
  'call.to_oneself': '不能转给自己 The call is with you already',
  'call.destination_unknown': '没有这个去处 There is no such destination',
  'call.destination_busy': '对方现在接不了 The other side cannot take it now',
  'call.number_forbidden': '您的角色不能拨这类号码 Your role may not dial this kind of number',
  'dial.confirm_needed': '这类号码费用高，请再确认一次 This kind of number is costly: confirm once more',
  'call.loops': '这个号码会转回本通电话 That number leads back to this call',
  'call.act_not_allowed': '现在不能这样做 Not possible as the call stands',
};
const refusal = (code: ErrorCode, details: Record<string, unknown> = {}): HotlineError =>
  new HotlineError(code, SENTENCES[code] ?? code, details);

/** As the record names them. */
const RECORDED = {
  transfer: { act: 'desk.transfer' },
  consult: { act: 'desk.consult' },
  conference: { act: 'desk.conference' },
  join: { act: 'desk.join' },
  dismiss: { act: 'desk.dismiss' },
  leave: { act: 'desk.leave' },
} as const satisfies Record<DeskAct, { act: string }>;

const UNREACHABLE = new Set(['signed_out', 'device_lost', 'ringing', 'talking', 'calling_out']);

/** A destination, and whether a costly one was meant. */
export type Meant = WantedDestination & { confirmed?: boolean | undefined };

/**
 * What an agent does with a call of their own: hand it on, ask somebody, talk as three. The claim is written first, in one
 * transaction with its history: a second click finds it and is refused. Then the switch is asked; if it refuses, the claim is
 * taken back. What comes of it is told by the switch's events (service.ts).
 *
 * Errors: thing.not_found (no such call, or not with this agent) · call.act_not_allowed · call.to_oneself · call.loops ·
 * call.destination_unknown · call.destination_busy · call.number_forbidden · dial.confirm_needed · those of Telephony.
 */
export const createCallActs = (deps: CallActsDeps) => {
  const { store, repository, telephony, history, outbox, clock } = deps;

  /** The agent's own talk of this call, or nothing: that somebody else's call exists is not told. */
  const mine = async (callId: CallId, staffId: StaffId): Promise<{ call: CallRecord; desk: DeskCall }> => {
    const offer = (await repository.openOffersOfStaff(staffId)).find((each) => each.callId === callId && each.answeredAt);
    const listed = offer && (await repository.byId(callId));
    if (!offer || !listed || listed.call.endedAt) throw new HotlineError('thing.not_found', '这通电话不在您这里 This call is not with you');
    return { call: listed.call, desk: { channelId: listed.call.channelId, legId: offer.legId, extension: offer.extension } };
  };

  const numberOf = async (call: CallRecord, actor: Actor, typed: string, confirmed = false): Promise<Destination> => {
    const numberClass = numberClassOf(typed, deps);
    const number = dialledForm(typed);
    const rules = await deps.dialRules();
    const refused = dialRefusal(rules, { roles: actor.roles, numberClass, confirmed });
    if (refused) throw refusal(refused, { numberClass });
    if (number === null || number === call.callerNormal || `${deps.areaCode}${number}` === call.callerNormal) throw refusal('call.loops');
    return { kind: 'outside', number, shown: rules.shownNumber ?? deps.ownNumbers[0] ?? '' };
  };

  const agentOf = async (call: CallRecord, actor: Actor, extension: string): Promise<Destination> => {
    const [found, segments] = await store.read(async (db) => [
      await repository.staffByExtension(db, extension),
      await repository.openSegmentsOf(db, call.id),
    ]);
    if (!found) throw refusal('call.destination_unknown');
    if (found.staffId === actor.staffId) throw refusal('call.to_oneself');
    if (segments.some((each) => each.staffId === found.staffId && (each.kind === 'talk' || each.kind === 'ring')))
      throw refusal('call.loops');
    const state = await deps.stateOfAgent(found.staffId);
    if (UNREACHABLE.has(state)) throw refusal('call.destination_busy', { state });
    return { kind: 'agent', extension };
  };

  const destinationOf = async (call: CallRecord, actor: Actor, to: Meant): Promise<Destination> => {
    if (to.kind === 'agent') return agentOf(call, actor, to.extension);
    if (to.kind === 'number') {
      // People type a colleague's extension where they type numbers; an emergency number is never anybody's extension.
      const number = dialledForm(to.number) ?? '';
      const colleague = await store.read((db) => repository.staffByExtension(db, number));
      const isEmergency = numberClassOf(number, deps) === 'emergency';
      return colleague && !isEmergency ? agentOf(call, actor, number) : numberOf(call, actor, to.number, to.confirmed);
    }
    if (to.kind === 'unit') {
      const phone = await deps.unitPhone(to.unitCode);
      if (phone === null) throw refusal('call.destination_unknown');
      return numberOf(call, actor, phone, to.confirmed);
    }
    if (!deps.queues().includes(to.queue)) throw refusal('call.destination_unknown');
    return { kind: 'queue', queue: to.queue };
  };

  const partyOf = (to: Destination): string => (to.kind === 'agent' ? to.extension : to.kind === 'queue' ? to.queue : to.number);

  /** Refuses what the call does not allow as it stands, and writes what it does. */
  const claim = (
    call: CallRecord,
    desk: DeskCall,
    actor: Actor,
    act: DeskAct,
    details: Record<string, unknown>,
    write: (db: Exec) => Promise<void> = async () => {},
  ): Promise<void> =>
    store.write(async (db) => {
      await repository.lockCall(db, call.id);
      const { state, acts } = deskStateOf(await repository.openSegmentsOf(db, call.id), desk.legId);
      if (!acts.includes(act)) throw refusal('call.act_not_allowed', { state });
      await write(db);
      await history.append(db, { actor: byStaff(actor.staffId), ...RECORDED[act], thing: { kind: 'call', id: call.id }, details });
      await outbox.append(db, 'call.desk_changed', { callId: call.id, staffId: actor.staffId });
    });

  const close = (callId: CallId, staffId: StaffId, kinds: readonly string[], outcome: string): Promise<void> =>
    store.write(async (db) => {
      for (const segment of await repository.openSegmentsOf(db, callId))
        if (kinds.includes(segment.kind)) await repository.endSegment(db, segment.id, clock.now(), outcome);
      await outbox.append(db, 'call.desk_changed', { callId, staffId });
    });

  const view = async (callId: CallId, staffId: StaffId): Promise<DeskView> => {
    const offer = (await repository.openOffersOfStaff(staffId)).find((each) => each.callId === callId && each.answeredAt);
    const { state, party, thirdIsThere, acts } = deskStateOf(await repository.segmentsOf(callId), offer?.legId ?? '');
    return { callId, state, party: shownParty(party), thirdIsThere, acts };
  };

  /** The citizen has gone while somebody was still rung for: nobody is to answer to silence. */
  outbox.on('call.ended', async ({ callId }) => {
    for (const { kind, outcome, legId } of await repository.segmentsOf(callId))
      if (kind === 'invite' && outcome === 'gone')
        await telephony.hangUp(legId, 16).catch((err) => deps.logger.warn({ err, callId }, 'a third party is still rung'));
  });

  return {
    view,

    async transfer(callId: CallId, actor: Actor, wanted: Meant): Promise<DeskView> {
      const { call, desk } = await mine(callId, actor.staffId);
      const to = await destinationOf(call, actor, wanted);
      const party = partyOf(to);
      await claim(call, desk, actor, 'transfer', { to: to.kind, party: shownParty(party) }, (db) =>
        repository.insertSegment(db, { callId, kind: 'transfer', staffId: actor.staffId, party, startedAt: clock.now() }),
      );
      await telephony.transfer(desk, to).catch(async (err) => {
        await close(callId, actor.staffId, ['transfer'], 'failed');
        throw err;
      });
      return view(callId, actor.staffId);
    },

    /** @param how consult: the citizen on music until `join`; conference: the third party comes to both */
    async callThird(callId: CallId, actor: Actor, wanted: Meant, how: 'consult' | 'conference'): Promise<DeskView> {
      const { call, desk } = await mine(callId, actor.staffId);
      const to = await destinationOf(call, actor, wanted);
      if (to.kind === 'queue') throw refusal('call.destination_unknown');
      const third: ThirdParty = to;
      const [party, legId] = [partyOf(to), `third-${deps.randomId()}`];
      await claim(call, desk, actor, how, { to: to.kind, party: shownParty(party) }, (db) =>
        repository.insertSegment(db, { callId, kind: 'invite', staffId: actor.staffId, legId, party, startedAt: clock.now() }),
      );
      await telephony.callThird(desk, third, how, legId).catch(async (err) => {
        await close(callId, actor.staffId, ['invite', 'consult'], 'failed');
        throw err;
      });
      return view(callId, actor.staffId);
    },

    async joinThird(callId: CallId, actor: Actor): Promise<DeskView> {
      const { call, desk } = await mine(callId, actor.staffId);
      await claim(call, desk, actor, 'join', {});
      await telephony.joinThird(desk);
      return view(callId, actor.staffId);
    },

    async dismissThird(callId: CallId, actor: Actor): Promise<DeskView> {
      const { call, desk } = await mine(callId, actor.staffId);
      await claim(call, desk, actor, 'dismiss', {});
      await telephony.dismissThird(desk);
      // Also of one whose telephone was gone before it could ring, and of whom the switch never tells.
      await close(callId, actor.staffId, ['invite', 'third', 'consult'], 'dismissed');
      return view(callId, actor.staffId);
    },

    /**
     * The page whose telephone had the citizen is gone and another has asked for the telephone: the citizen comes back to it. Only
     * a talk of two; from a conference nobody is missing whom the switch does not bring on by itself.
     * @returns the call that is on its way back; null when there is none
     */
    async bringBack(staffId: StaffId): Promise<CallId | null> {
      const offer = (await repository.openOffersOfStaff(staffId)).find((each) => each.answeredAt);
      if (!offer) return null;
      const { callId } = offer;
      const { call, desk } = await mine(callId, staffId);
      const claimed = await store.write(async (db) => {
        await repository.lockCall(db, callId);
        const open = await repository.openSegmentsOf(db, callId);
        if (deskStateOf(open, desk.legId).state !== 'talking' || open.some(({ kind }) => kind === 'return')) return false;
        const party = desk.extension;
        await repository.insertSegment(db, { callId, kind: 'return', staffId, party, startedAt: clock.now() });
        await history.append(db, { actor: byStaff(staffId), act: 'desk.brought_back', thing: { kind: 'call', id: call.id } });
        return true;
      });
      if (!claimed) return null;
      await telephony.bringBack(desk).catch(async (err) => {
        await close(callId, staffId, ['return'], 'failed');
        throw err;
      });
      return callId;
    },

    async leave(callId: CallId, actor: Actor): Promise<DeskView> {
      const { call, desk } = await mine(callId, actor.staffId);
      await claim(call, desk, actor, 'leave', {});
      await telephony.leaveToThird(desk);
      return view(callId, actor.staffId);
    },
  };
};
export type CallActs = ReturnType<typeof createCallActs>;

/** Extensions, queues and short public numbers as they are; a line of somebody's is masked. */
export const shownParty = (party: string): string => (/^\+?\d{7,}$/.test(party) ? maskNumber(party) : party);
