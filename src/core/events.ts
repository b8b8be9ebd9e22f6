import type { Disposition } from './dispositions.ts';
import type { CallId, CaseId, ChannelId, Extension, OfferId, StaffId } from './ids.ts';

/**
 * The catalogue of domain events: ids and plain values, past tense, written to the outbox in the transaction that made
 * them true and delivered after commit, at least once and in order. Readers must be idempotent.
 */
export interface DomainEvents {
  /** A citizen's call reached the switch. */
  'call.arrived': { callId: CallId; channelId: ChannelId };
  /** The call entered a queue, or moved within one. */
  'call.queued': { callId: CallId; queue: string };
  /** One agent's phone is being rung with the call. `offerId` is the ring: a second ring of the same agent is a new offer. */
  'call.offered': { callId: CallId; offerId: OfferId; staffId: StaffId; extension: Extension };
  /** A ring ended without this agent having the call: taken by another, timed out, declined, or the caller left. */
  'offer.ended': { callId: CallId; offerId: OfferId; staffId: StaffId; outcome: 'missed' | 'withdrawn' | 'abandoned' };
  /** The agent and the citizen are talking. */
  'call.answered': { callId: CallId; offerId: OfferId; staffId: StaffId };
  /**
   * The agent's part is over; the citizen may still be on the line. `telephoneLost`: the page was closed, reloaded or mute, nobody
   * hung up, and the dialplan has put the citizen at the head of the queue again.
   */
  'call.agent_left': { callId: CallId; offerId: OfferId; staffId: StaffId; telephoneLost: boolean };
  /** What this agent may do with the call, or who else is in it, has changed. */
  'call.desk_changed': { callId: CallId; staffId: StaffId };
  /** The citizen's channel is gone. */
  'call.ended': { callId: CallId; disposition: Disposition };
  /** An agent has dialled, or what is known of that call has changed. */
  'call.dialled': { callId: CallId; staffId: StaffId };
  /** The recording's bytes are whole and hashed. */
  'recording.sealed': { callId: CallId; recordingId: number };
  /** A citizen left a spoken message because nobody could take the call. */
  'voicemail.left': { callId: CallId; recordingId: number };
  /** Intent, device or call of an agent changed. */
  'agent.changed': { staffId: StaffId };
  /** A team leader told an agent something; `seen`: the agent has read it. */
  'agent.messaged': { messageId: number; staffId: StaffId; seen: boolean };
  /** A case draft was opened or saved. */
  'case.drafted': { caseId: CaseId; callId: CallId | null };
  /** A case made a move of its workflow; told beside the particular events below, for screens that only need to look again. */
  'case.moved': { caseId: CaseId; version: number; state: string; command: string };
  /** A draft became a case. `submissions` counts those of the same matter, this one included. */
  'case.registered': { caseId: CaseId; urgent: boolean; important: boolean; submissions: number };
  'case.dispatched': { caseId: CaseId; leadUnit: string; round: number };
  /** The unit answered; the callback of this round may be made. */
  'case.feedback_given': { caseId: CaseId; round: number; leadUnit: string };
  /** The citizen said that it is not solved, or is not satisfied. */
  'case.dissatisfied': { caseId: CaseId; round: number };
  /** Ended or filed; `state` says how. */
  'case.closed': { caseId: CaseId; state: string };
  /** The centre wants something of a unit, or of a leader a receipt. */
  'case.ordered': { caseId: CaseId; order: string; unitCode: string | null };
  /** A yellow or a red card was raised. */
  'case.carded': { caseId: CaseId; card: 'yellow' | 'red' | 'none' };
  /** Dispatched, and nobody has signed in time. */
  'case.unsigned': { caseId: CaseId; leadUnit: string | null };
  /** These people were told of something, or have read it. */
  'notices.changed': { staffIds: StaffId[] };
}

export type DomainEventName = keyof DomainEvents;
export type DomainEvent = { [N in DomainEventName]: { name: N; payload: DomainEvents[N]; at: Date } }[DomainEventName];
