import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { CallId, StaffId } from '../core/ids.ts';
import { createTurns } from '../core/turns.ts';
import { byStaff, bySystem, type History } from '../history/index.ts';
import type { Outbox } from '../storage/outbox.ts';
import type { Exec, Store } from '../storage/store.ts';
import type { SwitchSnapshot, Telephony } from '../telephony/port.ts';
import { beginWrapUp, endWrapUp, type LiveOffer, ledIntent, pauseReasonOf, shownState } from './agent.ts';
import type { Presences } from './presence.ts';
import type { AgentsRepository, Person, ShiftRow } from './repository.ts';
import type { AgentView, Phone, SetIntent, SignedIn, Ticket } from './schemas.ts';

export interface AgentsDeps {
  store: Pick<Store, 'write'>;
  repository: AgentsRepository;
  presences: Presences;
  telephony: Telephony;
  history: Pick<History, 'append'>;
  outbox: Pick<Outbox, 'append'>;
  clock: Clock;
  logger: Logger;
  /** @throws HotlineError request.invalid when there is no such reason to pause */
  checkReason(reason: string): Promise<void>;
  /** The ring or talk of a person that is going on. */
  liveOfferOf(staffId: StaffId): Promise<LiveOffer | null>;
  /** The citizen of a talk whose telephone is gone, back to this person's new one. @returns the call, or null */
  bringBack(staffId: StaffId): Promise<CallId | null>;
  randomSecret(): string;
  /** A telephone on a desk is set up by hand once, so its secret stays the same for as long as the master secret does. */
  deskSecret(extension: string): string;
  issueTicket(extension: string): Ticket;
  relayUrl: string;
  sipDomain: string;
  /** The queues somebody is rung for, as they are now. */
  placesOf(staffId: StaffId): readonly { queue: string; penalty: number }[];
  wrapUpMs: number;
}

/** Who changes a desk: the agent, we ourselves, or a team leader. */
type Actor = 'self' | 'system' | { leader: StaffId };
/** Written in the transaction that changes the desk: what the agent is told of it. */
export type Note = (db: Exec) => Promise<void>;

/** A page that has been closed this long without signing out is not coming back; its extension is freed. */
const FORGOTTEN_MS = 15 * 60_000;

export const createAgents = (deps: AgentsDeps) => {
  const { store, repository, presences, telephony, history, outbox, clock, logger } = deps;
  /** What the switch is told of a person, in order: each time it is told how the shift is by then, so the last word is the true one. */
  const inTurn = createTurns();

  const personOf = async (staffId: StaffId): Promise<Person & { extension: string }> => {
    const person = await repository.person(staffId);
    if (!person?.extension) throw new HotlineError('agent.no_extension', '没有分机号，请管理员设置 No extension is set for this person');
    return { ...person, extension: person.extension };
  };

  const openShift = async (db: Exec, staffId: StaffId): Promise<ShiftRow> => {
    const shift = await repository.openShift(db, staffId);
    if (!shift) throw new HotlineError('agent.not_signed_in', '没有签入 Not signed in');
    return shift;
  };

  const view = async (staffId: StaffId): Promise<AgentView> => {
    const [person, shift, live] = await Promise.all([
      repository.person(staffId),
      repository.openShiftOf(staffId),
      deps.liveOfferOf(staffId),
    ]);
    const shown = shownState(shift ?? null, shift && presences.of(shift.extension), live);
    return {
      staffId,
      name: person?.name ?? '',
      extension: shift?.extension ?? person?.extension ?? null,
      state: shown.state,
      reason: shown.reason,
      since: (shown.since ?? clock.now()).toISOString(),
      device: shift?.device ?? null,
      wrapUpUntil: shift?.wrapUpUntil?.toISOString() ?? null,
      queues: shift ? deps.placesOf(staffId).map(({ queue }) => queue) : [],
      callId: live?.callId ?? null,
      helpSince: shift?.helpSince?.toISOString() ?? null,
    };
  };

  /** One change of a shift: row, record and event together, then the switch is told what follows from it. */
  const change = async (
    staffId: StaffId,
    actor: Actor,
    act: string,
    decide: (shift: ShiftRow) => Partial<ShiftRow> | null,
    note?: Note,
  ): Promise<boolean> => {
    const after = await store.write(async (db) => {
      const shift = await openShift(db, staffId);
      const values = decide(shift);
      if (!values) return null;
      const row = await repository.updateShift(db, shift.id, values);
      await history.append(db, {
        actor: actor === 'system' ? bySystem : byStaff(actor === 'self' ? staffId : actor.leader),
        act,
        thing: { kind: 'staff', id: staffId },
        details: { intent: row?.intent, reason: row?.reason },
      });
      await outbox.append(db, 'agent.changed', { staffId });
      await note?.(db);
      return row ?? null;
    });
    if (after && !after.signedOutAt) await tellSwitch(staffId);
    return after !== null;
  };

  /** Calls on their way back to somebody's new telephone: until they are there the queues ring it for nobody else. */
  const comingBack = new Map<CallId, StaffId>();

  const reasonOnSwitch = (shift: ShiftRow): string =>
    [...comingBack.values()].includes(shift.staffId) ? 'coming_back' : pauseReasonOf(shift);

  const tellSwitch = (staffId: StaffId): Promise<void> =>
    inTurn(String(staffId), async () => {
      const shift = await repository.openShiftOf(staffId);
      if (!shift) return;
      const reason = reasonOnSwitch(shift);
      await (reason ? telephony.pause(shift.extension, reason) : telephony.unpause(shift.extension));
    });

  /** Makes the person a member of their queues, paused as they want by now. Nothing for who has signed out meanwhile. */
  const joinSwitch = (staffId: StaffId): Promise<void> =>
    inTurn(String(staffId), async () => {
      const [shift, person] = await Promise.all([repository.openShiftOf(staffId), repository.person(staffId)]);
      if (!shift) return;
      const { extension } = shift;
      const reason = reasonOnSwitch(shift);
      const places = deps.placesOf(staffId);
      await telephony.joinQueues({
        extension,
        displayName: person?.name ?? extension,
        queues: places.map(({ queue }) => queue),
        penalties: Object.fromEntries(places.map(({ queue, penalty }) => [queue, penalty])),
        paused: reason !== '',
        reason,
      });
    });

  const leaveSwitch = async (extension: string): Promise<void> => {
    await Promise.allSettled([telephony.leaveQueues(extension), telephony.removePhone(extension)]).then((results) => {
      for (const result of results)
        if (result.status === 'rejected') logger.warn({ err: result.reason, extension }, 'the switch could not be told of a sign-out');
    });
  };

  /**
   * A page that asks for the telephone in the middle of a talk, after the telephone of the page before has gone: it was loaded anew.
   * One that is still there belongs to another computer, and its citizen stays with it.
   */
  const takeUpTalk = async (staffId: StaffId, extension: string): Promise<void> => {
    if (presences.of(extension)?.registered !== false || (await deps.liveOfferOf(staffId))?.state !== 'talking') return;
    try {
      const callId = await deps.bringBack(staffId);
      if (callId !== null) comingBack.set(callId, staffId);
    } catch (err) {
      // The switch finds the dead leg by its silence, a little later.
      logger.warn({ err }, 'a citizen could not be brought back to a page that was loaded anew');
    }
  };

  const signOut = async (staffId: StaffId, actor: Actor, note?: Note): Promise<void> => {
    const shift = await repository.openShiftOf(staffId);
    if (!shift) return;
    await change(staffId, actor, 'agent.signed_out', () => ({ signedOutAt: clock.now(), wrapUpUntil: null }), note);
    await inTurn(String(staffId), () => leaveSwitch(shift.extension));
  };

  const phoneOf = (extension: string, secret: string): Phone => ({
    extension,
    sipUri: `sip:${extension}@${deps.sipDomain}`,
    secret,
    relayUrl: deps.relayUrl,
    ...deps.issueTicket(extension),
  });

  return {
    view,
    signOut,

    /**
     * Gives the person a telephone of their own: new secret, queue membership, and the intent they had if this is a
     * reload rather than a new start. A second sign-in takes the telephone away from the first page.
     */
    async signIn(staffId: StaffId, device: 'browser' | 'desk'): Promise<SignedIn> {
      const person = await personOf(staffId);
      const now = clock.now();
      const hadBrowser = (await repository.openShiftOf(staffId))?.device === 'browser';
      const shift = await store.write(async (db) => {
        const before = await repository.openShift(db, staffId);
        if (before) return repository.updateShift(db, before.id, { device, extension: person.extension });
        await history.append(db, {
          actor: byStaff(staffId),
          act: 'agent.signed_in',
          thing: { kind: 'staff', id: staffId },
          details: { device, extension: person.extension },
        });
        await outbox.append(db, 'agent.changed', { staffId });
        return repository.insertShift(db, {
          staffId,
          extension: person.extension,
          device,
          intent: 'paused',
          reason: 'signed_in',
          since: now,
          signedInAt: now,
        });
      });
      if (!shift) throw new HotlineError('internal.unexpected', 'the shift could not be written');
      if (hadBrowser && device === 'browser') await takeUpTalk(staffId, person.extension);
      const secret = device === 'browser' ? deps.randomSecret() : deps.deskSecret(person.extension);
      await telephony.setUpPhone({ extension: person.extension, displayName: person.name, secret, kind: device });
      await joinSwitch(staffId);
      return { agent: await view(staffId), phone: phoneOf(person.extension, secret) };
    },

    /** A call that was on its way back to a new telephone is there, or has gone another way: the queues may ring it again. */
    async cameBack(callId: CallId): Promise<void> {
      const staffId = comingBack.get(callId);
      if (staffId === undefined || !comingBack.delete(callId)) return;
      await tellSwitch(staffId);
    },

    async renewTicket(staffId: StaffId): Promise<Ticket> {
      const shift = await repository.openShiftOf(staffId);
      if (!shift) throw new HotlineError('agent.not_signed_in', '没有签入 Not signed in');
      return deps.issueTicket(shift.extension);
    },

    /** @throws HotlineError agent.not_signed_in, request.invalid */
    async setIntent(staffId: StaffId, wanted: SetIntent): Promise<AgentView> {
      const reason = wanted.intent === 'paused' ? wanted.reason : '';
      if (wanted.intent === 'paused') await deps.checkReason(wanted.reason);
      await change(staffId, 'self', 'agent.intent_set', () => ({ intent: wanted.intent, reason, since: clock.now(), wrapUpUntil: null }));
      return view(staffId);
    },

    /** A team leader pauses or readies another. @throws HotlineError agent.not_signed_in, request.invalid */
    async lead(staffId: StaffId, leader: StaffId, wanted: SetIntent, note: Note): Promise<AgentView> {
      const { intent, reason } = { reason: '', ...wanted };
      if (intent === 'paused') await deps.checkReason(reason);
      await change(staffId, { leader }, 'agent.intent_set', (shift) => ledIntent(shift, { intent, reason }, clock.now()), note);
      return view(staffId);
    },

    /**
     * A team leader signs another off. Not in a call: the telephone is taken away, and the citizen on it would be lost. So the
     * queues let go first, and then the switch is asked what it holds: what it rang until then it shows, later it rings nobody.
     * @throws HotlineError agent.not_signed_in, agent.in_call; those of Telephony.pause
     */
    async leadOff(staffId: StaffId, leader: StaffId, note: Note): Promise<AgentView> {
      const shift = await repository.openShiftOf(staffId);
      if (!shift) throw new HotlineError('agent.not_signed_in', '没有签入 Not signed in');
      await telephony.pause(shift.extension, 'signing_off');
      try {
        const held = (await telephony.snapshot()).flatMap(({ calls }) => calls.flatMap(({ legs }) => legs));
        if (held.some(({ extension }) => extension === shift.extension) || (await deps.liveOfferOf(staffId)))
          throw new HotlineError('agent.in_call', '正在接电话，挂断后再签出 In a call: sign them off when it is over');
        await signOut(staffId, { leader }, note);
      } catch (err) {
        await tellSwitch(staffId);
        throw err;
      }
      return view(staffId);
    },

    /** @throws HotlineError agent.not_signed_in */
    async askForHelp(staffId: StaffId, asks: boolean): Promise<AgentView> {
      const act = asks ? 'agent.help_asked' : 'agent.help_withdrawn';
      await change(staffId, 'self', act, (shift) =>
        (shift.helpSince !== null) === asks ? null : { helpSince: asks ? clock.now() : null },
      );
      return view(staffId);
    },

    /** A team leader has seen the call for help and comes: of two leaders the first one. @returns whether it was this one */
    acknowledgeHelp: (staffId: StaffId, leader: StaffId, note: Note): Promise<boolean> =>
      change(staffId, { leader }, 'agent.help_acknowledged', (shift) => (shift.helpSince ? { helpSince: null } : null), note),

    async endWrapUp(staffId: StaffId): Promise<AgentView> {
      await change(staffId, 'self', 'agent.wrap_up_ended', (shift) => endWrapUp(shift, clock.now()));
      return view(staffId);
    },

    /** The agent's part of a call is over. */
    async beginWrapUp(staffId: StaffId): Promise<void> {
      if (!(await repository.openShiftOf(staffId))) return;
      await change(staffId, 'system', 'agent.wrap_up_begun', (shift) => beginWrapUp(shift, clock.now(), deps.wrapUpMs));
    },

    /** Ends what has run out. Runs every second from the database, so a restart forgets nobody in wrap-up. */
    async sweep(): Promise<void> {
      const now = clock.now();
      for (const shift of await repository.dueWrapUps(now))
        await change(shift.staffId, 'system', 'agent.wrap_up_ended', (row) => endWrapUp(row, now)).catch((err) =>
          logger.warn({ err }, 'a wrap-up could not be ended'),
        );
    },

    async signOutForgotten(): Promise<void> {
      const before = clock.now().getTime() - FORGOTTEN_MS;
      for (const shift of await repository.openShifts()) {
        const presence = presences.of(shift.extension);
        if (presence?.registered !== false || presence.since.getTime() > before || shift.since.getTime() > before) continue;
        if (!(await deps.liveOfferOf(shift.staffId))) await signOut(shift.staffId, 'system');
      }
    },

    /** Puts people who are signed in where they are to stand now; a call they are in, and their pause, stay. */
    async rejoin(staffIds: readonly StaffId[] | 'everybody'): Promise<void> {
      for (const { staffId } of await repository.openShifts())
        if (staffIds === 'everybody' || staffIds.includes(staffId)) await joinSwitch(staffId);
    },

    /** After a (re)connect: the members are exactly the people signed in, paused exactly as they want. */
    async reestablish(snapshot: SwitchSnapshot): Promise<void> {
      const shifts = await repository.openShifts();
      const wanted = new Set(shifts.map(({ extension }) => extension));
      const orphans = new Set(snapshot.members.map((member) => member.extension as string).filter((extension) => !wanted.has(extension)));
      for (const extension of orphans) await telephony.leaveQueues(extension);
      // Read again one by one: a wrap-up that ends meanwhile would be put back on the switch, and its agent never offered a call.
      for (const { staffId } of shifts) await joinSwitch(staffId);
    },
  };
};
export type Agents = ReturnType<typeof createAgents>;
