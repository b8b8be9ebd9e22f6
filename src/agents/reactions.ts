import type { Outbox } from '../storage/outbox.ts';
import type { Agents } from './service.ts';

/** When something happens to a call, what it means for the agent. */
export const agentReactions = (deps: { outbox: Outbox; agents: Agents }): void => {
  deps.outbox.on('call.agent_left', async ({ staffId, telephoneLost }) => {
    if (!telephoneLost) await deps.agents.beginWrapUp(staffId);
  });
  for (const name of ['call.answered', 'call.queued', 'call.ended'] as const)
    deps.outbox.on(name, ({ callId }) => deps.agents.cameBack(callId));
};
