import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { CallId, Extension, StaffId } from '../core/ids.ts';
import { type Telephony, waitingRank } from '../telephony/port.ts';
import { aheadMinutes } from './ahead.ts';
import type { WaitingRepository } from './repository.ts';
import type { WaitingRules } from './schemas.ts';

/** A case as old as that is nobody's fresh memory any more. */
const FRESH_MS = 30 * 86_400_000;
const DAY_MS = 86_400_000;
/** So many of those who wait are looked through for an agent who has become free. */
const LOOKED_AT = 20;

/**
 * Who goes ahead of others and whose agent is tried first. Kept ahead in the switch, so that it holds with the service dead; said
 * once more while the citizen waits, for what has changed since.
 */
export const createCallers = (deps: {
  repository: WaitingRepository;
  telephony: Pick<Telephony, 'writePrecedence' | 'setWaitingPriority' | 'tryKnowingAgent'>;
  rules(): Promise<WaitingRules>;
  /** Whether that agent would be rung now. */
  isReady(staffId: StaffId): Promise<boolean>;
  clock: Clock;
  logger: Logger;
}) => {
  const { repository, telephony, clock, logger } = deps;
  const ago = (ms: number): Date => new Date(clock.now().getTime() - ms);

  const ruleOf = async (number: string): Promise<{ ahead: number; knowing: Extension | null }> => {
    const rules = await deps.rules();
    const [cases, callsInVain] = await Promise.all([
      repository.casesOf(number, ago(FRESH_MS)),
      repository.callsInVain(number, ago(DAY_MS)),
    ]);
    return {
      ahead: aheadMinutes({ hasUrgentCase: cases.hasUrgent, hasRepeatCase: cases.hasRepeat, callsInVain }, rules),
      knowing: rules.knowingAgentSeconds === null ? null : cases.knowingExtension,
    };
  };

  const write = (number: string, { ahead, knowing }: { ahead: number; knowing: Extension | null }): Promise<void> =>
    telephony.writePrecedence({ number, aheadMinutes: ahead, knowingExtension: knowing });

  const quietly = async (what: string, work: () => Promise<void>): Promise<void> => {
    await work().catch((err) => logger.warn({ err }, what));
  };

  const refresh = (number: string | null): Promise<void> =>
    number === null
      ? Promise.resolve()
      : quietly('what is known of a caller could not be kept ahead in the switch', async () => write(number, await ruleOf(number)));

  return {
    /** After anything that may have changed what is known of a caller. Never rejects. */
    refresh,
    refreshCase: async (caseId: number): Promise<void> => refresh(await repository.numberOfCase(caseId)),

    /** A call has begun to wait: its place by what is so now, and not by what was kept ahead. Never rejects. */
    placeWaiting: (callId: CallId): Promise<void> =>
      quietly('the place of a waiting call could not be set', async () => {
        const call = await repository.waitingCall(callId);
        if (!call?.callerNormal || !call.queue || !call.queuedAt) return;
        const kept = await repository.openOfNumber(call.callerNormal);
        const { ahead, knowing } = await ruleOf(call.callerNormal);
        if (kept)
          await telephony.setWaitingPriority(
            call.queue,
            call.channelId,
            waitingRank(kept.waitingSince, Math.max(kept.aheadMinutes, ahead)),
          );
        // Once an agent has had the call it waits at the head, which the switch alone knows.
        else if (ahead > 0 && !call.answeredAt)
          await telephony.setWaitingPriority(call.queue, call.channelId, waitingRank(call.queuedAt, ahead));
        await write(call.callerNormal, { ahead, knowing });
      }),

    /** An agent has become free: is somebody waiting whose case they know? The head of the queue only waits for who is not free. */
    tryKnown: (staffId: StaffId): Promise<void> =>
      quietly('a waiting call could not be offered to the agent who knows it', async () => {
        const extension = await repository.extensionOf(staffId);
        if (extension === null || !(await deps.isReady(staffId))) return;
        for (const call of await repository.waitingCalls(LOOKED_AT)) {
          const rule = call.callerNormal && call.queue ? await ruleOf(call.callerNormal) : null;
          if (!call.callerNormal || !call.queue || rule?.knowing !== extension) continue;
          await write(call.callerNormal, rule);
          return telephony.tryKnowingAgent(call.queue, call.channelId);
        }
      }),
  };
};
export type Callers = ReturnType<typeof createCallers>;
