import type { Logger } from 'pino';
import type { Actor, CallActs } from '../calls/index.ts';
import type { CaseLives, Viewer } from '../cases/index.ts';
import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { CallId, CaseId, StaffId } from '../core/ids.ts';
import { maskNumber } from '../core/phone-number.ts';
import { createTurns } from '../core/turns.ts';
import type { DutyPerson } from '../directory/duty.ts';
import { byStaff, type History } from '../history/index.ts';
import type { Outbox } from '../storage/outbox.ts';
import type { Exec, Store } from '../storage/store.ts';
import { follow, type HandoverNews, tryOf } from './handover.ts';
import type { HandoverRow, HandoversRepository } from './repository.ts';
import type { HandoverAct, HandoverView, StartHandover } from './schemas.ts';

/** A piece of the call, as far as it tells of a telephone that was rung. */
interface Piece {
  kind: string;
  legId: string;
  startedAt: Date;
  endedAt: Date | null;
  outcome: string;
}

export interface HandoversDeps {
  store: Pick<Store, 'write'>;
  repository: HandoversRepository;
  acts: Pick<CallActs, 'callThird' | 'dismissThird'>;
  segmentsOf(callId: CallId): Promise<readonly Piece[]>;
  lives: Pick<CaseLives, 'move' | 'page'>;
  caseOfCall(callId: CallId, staff: Viewer): Promise<CaseId | null>;
  unit(code: string): Promise<{ name: string; phone: string | null } | null>;
  duty(code: string): Promise<readonly DutyPerson[]>;
  /** As the person stands now, for what is done in their name after the switch told something. */
  personOf(staffId: StaffId): Promise<Viewer | null>;
  history: Pick<History, 'append'>;
  outbox: Pick<Outbox, 'on'>;
  clock: Clock;
  logger: Logger;
}

/**
 * An urgent matter handed over by telephone 电话交办 (R12): one button rings whoever of the unit is on duty into the call, and the next
 * one when nobody answers. Each step is kept before the switch is asked, and the switch's news carries it on: a service that began
 * anew goes on where the last one was.
 */
export const createHandovers = (deps: HandoversDeps) => {
  const { store, repository, acts, outbox, clock } = deps;
  const turns = createTurns();
  const inTurn = <T>(callId: CallId, work: () => Promise<T>): Promise<T> => turns(String(callId), work);

  const viewOf = async (row: HandoverRow): Promise<HandoverView> => ({
    handoverId: row.handoverId,
    callId: row.callId,
    caseId: row.caseId,
    unitCode: row.unitCode,
    unitName: (await deps.unit(row.unitCode))?.name ?? row.unitCode,
    state: row.state,
    tries: row.tries.map(({ legId: _legId, number, ...each }) => ({ ...each, number: maskNumber(number) })),
    startedAt: row.startedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  });

  const keep = async (db: Exec, row: HandoverRow): Promise<void> => {
    await repository.save(db, row.handoverId, { state: row.state, tries: row.tries }, row.endedAt);
  };

  /** Rings the person tried last; one who cannot be rung is passed over. */
  const ring = async (row: HandoverRow, actor: Actor): Promise<HandoverRow> => {
    const last = row.tries.at(-1);
    if (row.state !== 'ringing' || !last) return row;
    try {
      await acts.callThird(row.callId, actor, { kind: 'number', number: last.number, confirmed: true }, 'conference');
    } catch (err) {
      // The call itself is gone, or somebody else is being asked: that is no fault of the one who was to be rung.
      if (err instanceof HotlineError && (err.code === 'thing.not_found' || err.code === 'call.act_not_allowed'))
        return step(row, { what: 'stopped' }, actor);
      deps.logger.warn({ err, handoverId: row.handoverId }, 'a duty telephone could not be rung');
      return step(row, { what: 'failed' }, actor);
    }
    const piece = (await deps.segmentsOf(row.callId)).findLast(({ kind }) => kind === 'invite' || kind === 'third');
    const known = { ...row, tries: [...row.tries.slice(0, -1), { ...last, legId: piece?.legId ?? '' }] };
    await store.write((db) => keep(db, known));
    return known;
  };

  const step = async (row: HandoverRow, news: HandoverNews, actor: Actor): Promise<HandoverRow> => {
    const next = follow(row, news, await deps.duty(row.unitCode), clock.now());
    if (!next) return row;
    const after = { ...row, ...next.handover, endedAt: next.handover.state === 'ringing' ? null : clock.now() };
    await store.write((db) => keep(db, after));
    return next.ring ? ring(after, actor) : after;
  };

  /** What the switch has told of the telephone that was rung last. */
  const newsOf = (row: HandoverRow, pieces: readonly Piece[]): HandoverNews | null => {
    const last = row.tries.at(-1);
    if (row.state !== 'ringing' || !last || last.legId === '') return null;
    const piece = pieces.findLast(({ legId }) => legId === last.legId);
    if (!piece) return null;
    if (piece.kind === 'third') return { what: 'answered' };
    if (piece.endedAt === null || piece.outcome === 'answered') return null;
    return { what: piece.outcome === 'dismissed' || piece.outcome === 'gone' ? 'stopped' : 'not_taken' };
  };

  const look = (callId: CallId): Promise<void> =>
    inTurn(callId, async () => {
      const row = await repository.ofCall(callId);
      if (row?.state !== 'ringing') return;
      const news = newsOf(row, await deps.segmentsOf(callId));
      const person = news && (await deps.personOf(row.staffId));
      if (!news || !person) return;
      const after = await step(row, news, person);
      if (after.state === 'refused') await recordLater(after, person);
    });
  outbox.on('call.desk_changed', ({ callId }) => look(callId));
  outbox.on('call.ended', ({ callId }) =>
    inTurn(callId, async () => {
      const row = await repository.ofCall(callId);
      const person = row?.state === 'ringing' ? await deps.personOf(row.staffId) : null;
      if (row && person) await step(row, { what: 'stopped' }, person);
    }),
  );

  const open = async (callId: CallId, staffId: StaffId): Promise<HandoverRow> => {
    const row = await repository.ofCall(callId);
    if (row?.staffId !== staffId || row.state !== 'ringing')
      throw new HotlineError('thing.not_found', '这通电话没有正在进行的电话交办 No hand-over is going on in this call');
    return row;
  };

  /**
   * On the record of the case, by the call it was done in: who took it and when, or that nobody did. A form that is still being written
   * is not moved under the hand that writes it: what was done is noted when it is registered.
   */
  const record = async (row: HandoverRow, staff: Viewer): Promise<void> => {
    const last = row.tries.at(-1);
    if (!last || row.state === 'stopped' || row.state === 'ringing') return;
    const { version, state, timeline } = await deps.lives.page(row.caseId, staff);
    const text = row.tries.map((each) => `${timeIn(each.endedAt ?? each.at)} ${each.name}：${OUTCOME_WORDS[each.outcome]}`).join('；');
    if (state === 'draft' || timeline.some(({ callId, facts }) => callId === row.callId && facts.text === text)) return;
    await deps.lives.move({
      caseId: row.caseId,
      version,
      staff,
      command: {
        do: 'hand_over',
        unitCode: row.unitCode,
        person: last.name.slice(0, 60),
        answered: row.state === 'taken',
        text: text.slice(0, 2000),
        callId: row.callId,
      },
    });
  };
  /** Somebody moved the case in this very instant: what was rung stays on record here. */
  const recordLater = (row: HandoverRow, staff: Viewer): Promise<void> =>
    record(row, staff).catch((err) => deps.logger.warn({ err, handoverId: row.handoverId }, 'a hand-over could not be noted on its case'));

  outbox.on('case.registered', async ({ caseId }) => {
    for (const row of await repository.endedOf(caseId)) {
      const person = await deps.personOf(row.staffId);
      if (person) await recordLater(row, person);
    }
  });

  return {
    /**
     * Rings the first on duty into this call.
     * @throws HotlineError request.invalid {field: caseId}: the call has no case yet; call.destination_unknown: the unit has nobody to be rung; call.act_not_allowed; thing.not_found
     */
    start: (callId: CallId, { caseId: wanted, unitCode }: StartHandover, staff: Viewer): Promise<HandoverView> =>
      inTurn(callId, async () => {
        const caseId = wanted ?? (await deps.caseOfCall(callId, staff));
        if (caseId === null)
          throw new HotlineError('request.invalid', '先打开登记表，再电话交办 Begin the case first', { field: 'caseId' });
        await deps.lives.page(caseId, staff);
        const running = await repository.ofCall(callId);
        if (running?.state === 'ringing') throw new HotlineError('call.act_not_allowed', '正在电话交办 A hand-over is going on', {});
        const [first] = await deps.duty(unitCode);
        if (!first) throw new HotlineError('call.destination_unknown', '这个单位没有值班电话 The unit has no duty telephone', { unitCode });
        const at = clock.now();
        const row: HandoverRow = await store.write(async (db) => {
          const begun = {
            callId,
            caseId,
            unitCode,
            staffId: staff.staffId,
            state: 'ringing' as const,
            tries: [tryOf(first, at)],
            startedAt: at,
          };
          const handoverId = await repository.add(db, begun);
          await deps.history.append(db, {
            actor: byStaff(staff.staffId),
            act: 'handover.begun',
            thing: { kind: 'case', id: caseId },
            details: { callId, unitCode },
          });
          return { ...begun, handoverId, endedAt: null };
        });
        const after = await ring(row, staff);
        if (after.state === 'refused') await recordLater(after, staff);
        return viewOf(after);
      }),

    /** @throws HotlineError thing.not_found, call.act_not_allowed: nobody has answered yet */
    act: (callId: CallId, { act }: HandoverAct, staff: Viewer): Promise<HandoverView> =>
      inTurn(callId, async () => {
        const row = await open(callId, staff.staffId);
        const isThere = row.tries.at(-1)?.outcome === 'answered';
        if (act === 'taken' && !isThere) throw new HotlineError('call.act_not_allowed', '还没有人接 Nobody has answered yet', {});
        // Kept first: the switch's news of the telephone that goes is then of nothing that goes on.
        if (act === 'taken') {
          const after = await step(row, { what: 'taken' }, staff);
          await recordLater(after, staff);
          return viewOf(after);
        }
        await acts.dismissThird(callId, staff).catch((err) => {
          if (!(err instanceof HotlineError) || err.code !== 'call.act_not_allowed') throw err;
        });
        const after = await step(row, { what: act === 'next' ? 'next' : 'stopped' }, staff);
        if (after.state === 'refused') await recordLater(after, staff);
        return viewOf(after);
      }),

    /** The newest hand-over of this person's call. */
    async ofCall(callId: CallId, staffId: StaffId): Promise<HandoverView | null> {
      const row = await repository.ofCall(callId);
      return row?.staffId === staffId ? viewOf(row) : null;
    },
    look,
  };
};
export type Handovers = ReturnType<typeof createHandovers>;

/** 09:31 on the hotline's clock. */
const timeIn = (at: string): string => new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(11, 16);

const OUTCOME_WORDS = {
  ringing: '振铃',
  answered: '接通',
  taken: '已接手',
  no_answer: '无人接',
  unconfirmed: '未接手',
  failed: '拨不通',
  stopped: '停止',
} as const;
