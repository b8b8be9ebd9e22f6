import type { Logger } from 'pino';
import type { StaffId } from '../core/ids.ts';
import type { PushEvent } from '../push/frames.ts';
import type { Outbox } from '../storage/outbox.ts';
import type { Desk } from './desk.ts';
import type { Leading } from './leading.ts';
import type { Agents } from './service.ts';

/** The line moves several times a second at a busy hour; an eye needs it four times. */
const QUEUE_QUIET_MS = 250;

export interface AgentNotices {
  /** Presence or call of somebody changed. */
  agentChanged(staffId: StaffId): void;
  queuesChanged(): void;
  stop(): void;
}

export const agentNotices = (deps: {
  outbox: Outbox;
  agents: Agents;
  desk: Desk;
  leading: Pick<Leading, 'unseen'>;
  push: (staffId: StaffId, event: PushEvent) => void;
  pushToDesks: (event: PushEvent) => void;
  logger: Logger;
}): AgentNotices => {
  const { outbox, agents, desk, push } = deps;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const told = new Map<string, string>();

  const quietly = (work: Promise<void>): void => {
    work.catch((err) => deps.logger.warn({ err }, 'a notice could not be made'));
  };
  /** Being read now; true when something changed while it was read. */
  const reading = new Map<StaffId, boolean>();
  const tellAgent = async (staffId: StaffId): Promise<void> => {
    if (reading.has(staffId)) {
      reading.set(staffId, true);
      return;
    }
    try {
      do {
        reading.set(staffId, false);
        const agent = await agents.view(staffId);
        push(staffId, { type: 'agent.changed', agent });
      } while (reading.get(staffId));
    } finally {
      reading.delete(staffId);
    }
  };
  const agentChanged = (staffId: StaffId): void => {
    quietly(tellAgent(staffId));
    queuesChanged();
  };
  const queuesChanged = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      quietly(
        desk.queueSummaries().then((queues) => {
          // Every agent has a queue of their own: most are as they were, and each frame makes every console draw.
          for (const queue of queues) {
            const now = JSON.stringify(queue);
            if (told.get(queue.queue) === now) continue;
            told.set(queue.queue, now);
            deps.pushToDesks({ type: 'queue.changed', queue });
          }
        }),
      );
    }, QUEUE_QUIET_MS).unref();
  };
  const todayChanged = (staffId: StaffId): void =>
    quietly(
      Promise.all([desk.today(staffId), desk.recent(staffId)]).then(([today, recent]) =>
        push(staffId, { type: 'today.changed', today, recent }),
      ),
    );

  outbox.on('agent.changed', ({ staffId }) => {
    agentChanged(staffId);
    todayChanged(staffId);
  });
  outbox.on('agent.messaged', async ({ messageId, staffId, seen }) => {
    if (seen) return push(staffId, { type: 'message.seen', messageId });
    const message = await deps.leading.unseen(messageId);
    if (message) push(staffId, { type: 'message.arrived', message });
  });
  outbox.on('call.offered', ({ staffId }) => agentChanged(staffId));
  outbox.on('offer.ended', ({ staffId }) => {
    agentChanged(staffId);
    todayChanged(staffId);
  });
  outbox.on('call.answered', ({ staffId }) => agentChanged(staffId));
  outbox.on('call.agent_left', ({ staffId }) => {
    agentChanged(staffId);
    todayChanged(staffId);
  });
  outbox.on('call.queued', queuesChanged);
  outbox.on('call.ended', queuesChanged);
  return {
    agentChanged,
    queuesChanged,
    stop() {
      if (timer) clearTimeout(timer);
    },
  };
};
