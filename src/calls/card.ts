import type { CallRecord, OfferRecord } from './repository.ts';
import type { BriefLine, Caller, CallRow, Card, OpenCase } from './schemas.ts';

/** What was found out about the caller, before it is put in the order an agent can use. */
export interface CardParts {
  call: Pick<CallRecord, 'id' | 'channelId' | 'queue' | 'calledNumber' | 'arrivedAt' | 'queuedAt' | 'origin' | 'dialResult' | 'caseId'>;
  offer: OfferRecord;
  caller: Caller;
  openCases: OpenCase[];
  lastCalls: CallRow[];
  repeats: number;
  repeatSubject: string;
  prefill: Card['prefill'];
  ringSeconds: number;
  /** The citizen waited, asked to be called back, and has not been dialled yet: that happens when the agent answers. */
  keptPlace: { askedAt: Date; waitingSince: Date; attempts: number } | null;
}

const BRIEF_LINES = 3;

/** Three lines that change the greeting, strongest first (console principle 3: know in three seconds how to answer). */
export const briefOf = (
  parts: Pick<CardParts, 'caller' | 'openCases' | 'lastCalls' | 'repeats' | 'repeatSubject' | 'offer' | 'keptPlace'>,
): BriefLine[] => {
  const lines: BriefLine[] = [];
  const { caller, openCases, lastCalls, repeats, keptPlace } = parts;
  if (keptPlace)
    lines.push({
      kind: 'called_back',
      values: {
        at: keptPlace.askedAt.toISOString(),
        minutes: Math.max(1, Math.round((keptPlace.askedAt.getTime() - keptPlace.waitingSince.getTime()) / 60_000)),
        attempt: keptPlace.attempts + 1,
      },
    });
  if (repeats > 0) lines.push({ kind: 'repeat', values: { times: repeats + 1, subject: parts.repeatSubject } });
  const [open] = openCases;
  if (open) lines.push({ kind: 'open_case', values: { number: open.number, title: open.title, count: openCases.length } });
  const [last] = lastCalls;
  if (last?.disposition === 'voicemail') lines.push({ kind: 'voicemail', values: { at: last.arrivedAt } });
  if (last?.answeredBy?.staffId === parts.offer.staffId) lines.push({ kind: 'last_spoke_with_you', values: { at: last.arrivedAt } });
  if (caller.identity === 'maybe') lines.push({ kind: 'maybe', values: { names: caller.people.map((each) => each.name).join('、') } });
  if (caller.identity === 'withheld' || caller.identity === 'malformed') lines.push({ kind: 'withheld', values: {} });
  if (caller.identity === 'unknown') lines.push({ kind: 'unknown', values: { calls: caller.callsInTwelveMonths } });
  return lines.slice(0, BRIEF_LINES);
};

export const buildCard = (parts: CardParts): Card => {
  const { call, offer } = parts;
  return {
    callId: call.id,
    offerId: offer.id,
    channelId: call.channelId,
    state: offer.answeredAt ? 'talking' : 'ringing',
    queue: offer.queue || call.queue || '',
    calledNumber: call.calledNumber,
    arrivedAt: call.arrivedAt.toISOString(),
    queuedAt: (call.queuedAt ?? call.arrivedAt).toISOString(),
    offeredAt: offer.offeredAt.toISOString(),
    answeredAt: offer.answeredAt?.toISOString() ?? null,
    ringSeconds: parts.ringSeconds,
    caller: parts.caller,
    repeats: parts.repeats,
    brief: briefOf(parts),
    openCases: parts.openCases,
    lastCalls: parts.lastCalls,
    outbound: call.origin === 'outbound' ? { result: call.dialResult ?? 'begun', caseId: call.caseId } : null,
    prefill: parts.prefill,
  };
};
