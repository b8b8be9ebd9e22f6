import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import { byStaff, type History } from '../history/index.ts';
import type { Outbox } from '../storage/outbox.ts';
import type { Exec, Store } from '../storage/store.ts';
import { MESSAGE_LIVES_MS, type MessageKind } from './message-kinds.ts';
import type { AgentsRepository, DeskMessagesRepository, MessageRow } from './repository.ts';
import type { AgentView, DeskMessage, SendMessage, SetIntent } from './schemas.ts';
import type { Agents, Note } from './service.ts';

export interface LeadingDeps {
  store: Pick<Store, 'write'>;
  messages: DeskMessagesRepository;
  shifts: Pick<AgentsRepository, 'openShifts' | 'openShiftOf'>;
  agents: Pick<Agents, 'lead' | 'leadOff' | 'acknowledgeHelp' | 'view'>;
  history: Pick<History, 'append'>;
  outbox: Pick<Outbox, 'append'>;
  clock: Clock;
}

const viewOf = (row: MessageRow): DeskMessage => ({
  messageId: row.id,
  kind: row.kind,
  text: row.text,
  from: row.from,
  sentAt: row.sentAt.toISOString(),
});

/** What a team leader does to another's desk. The agent is always told who did it, and the board shows until it is seen. */
export const createLeading = (deps: LeadingDeps) => {
  const { store, messages, shifts, agents, history, outbox, clock } = deps;

  const tell = async (
    db: Exec,
    leader: StaffId,
    to: readonly StaffId[],
    kind: MessageKind,
    text: string,
    batch: string,
  ): Promise<number> => {
    const sentAt = clock.now();
    const rows = await messages.add(
      db,
      to.map((toStaffId) => ({ batch, toStaffId, fromStaffId: leader, kind, text, sentAt })),
    );
    for (const { id, toStaffId } of rows) await outbox.append(db, 'agent.messaged', { messageId: id, staffId: toStaffId, seen: false });
    return rows.length;
  };

  const note =
    (leader: StaffId, staffId: StaffId, kind: MessageKind): Note =>
    async (db) => {
      await tell(db, leader, [staffId], kind, '', randomUUID());
    };

  return {
    /** @throws HotlineError agent.not_signed_in */
    setIntent: (staffId: StaffId, leader: StaffId, wanted: SetIntent): Promise<AgentView> =>
      agents.lead(staffId, leader, wanted, note(leader, staffId, wanted.intent === 'ready' ? 'readied' : 'paused')),

    /** @throws HotlineError agent.not_signed_in, agent.in_call */
    signOut: (staffId: StaffId, leader: StaffId): Promise<AgentView> =>
      agents.leadOff(staffId, leader, note(leader, staffId, 'signed_out')),

    /** Of two leaders who come the first is told to the agent. @throws HotlineError agent.not_signed_in */
    async acknowledgeHelp(staffId: StaffId, leader: StaffId): Promise<AgentView> {
      await agents.acknowledgeHelp(staffId, leader, note(leader, staffId, 'help_seen'));
      return agents.view(staffId);
    },

    /**
     * To one who is signed in, or to all of them. Sent again with its key it changes nothing.
     * @returns how many are told by this call
     * @throws HotlineError agent.not_signed_in
     */
    async send({ to, text, key }: SendMessage, leader: StaffId): Promise<number> {
      const open = to === null ? await shifts.openShifts() : [await shifts.openShiftOf(to)].filter((shift) => shift !== undefined);
      if (to !== null && open.length === 0) throw new HotlineError('agent.not_signed_in', '没有签入 Not signed in');
      const receivers = open.map(({ staffId }) => staffId).filter((staffId) => staffId !== leader);
      return store.write(async (db) => {
        const sent = await tell(db, leader, receivers, 'text', text.trim(), `${leader} ${key}`);
        if (sent > 0)
          await history.append(db, {
            actor: byStaff(leader),
            act: 'agent.message_sent',
            thing: { kind: 'staff', id: to },
            details: { text: text.trim(), people: sent },
          });
        return sent;
      });
    },

    unseenOf: async (staffId: StaffId): Promise<DeskMessage[]> =>
      (await messages.unseenOf(staffId, new Date(clock.now().getTime() - MESSAGE_LIVES_MS))).map(viewOf),

    /** @returns the message as its receiver is shown it, or undefined once it is seen */
    async unseen(messageId: number): Promise<DeskMessage | undefined> {
      const row = await messages.byId(messageId);
      return row && !row.seenAt ? viewOf(row) : undefined;
    },

    /** The agent has read it; a second time changes nothing. @throws HotlineError thing.not_found when it is another's */
    async see(messageId: number, staffId: StaffId): Promise<void> {
      const row = await messages.byId(messageId);
      if (row?.toStaffId !== staffId) throw new HotlineError('thing.not_found', '没有这条消息 No such message');
      await store.write(async (db) => {
        if (!(await messages.see(db, messageId, staffId, clock.now()))) return;
        await history.append(db, { actor: byStaff(staffId), act: 'agent.message_seen', thing: { kind: 'staff', id: row.fromStaffId } });
        await outbox.append(db, 'agent.messaged', { messageId, staffId, seen: true });
      });
    },
  };
};
export type Leading = ReturnType<typeof createLeading>;
