/**
 * One visit in pieces. ring, talk, hold belong to one agent's leg; consult is an agent asking while the citizen hears music;
 * invite is a third party being rung for, third one who is there; transfer runs from the handing on until somebody has the
 * citizen; return is a transfer that nobody took, coming back; outside is a talk with a number a call was handed to.
 */
export const SEGMENT_KINDS = ['ring', 'talk', 'hold', 'consult', 'invite', 'third', 'transfer', 'return', 'outside'] as const;
export type SegmentKind = (typeof SEGMENT_KINDS)[number];

export interface Segment {
  kind: SegmentKind;
  staffId: number | null;
  legId: string;
  party: string;
  startedAt: Date;
  endedAt: Date | null;
}

/** Milliseconds of one agent in one call. `talk` leaves out what was hold or consultation. */
export interface AgentTimes {
  ring: number;
  talk: number;
  hold: number;
  consult: number;
}

interface Span {
  from: number;
  to: number;
}

/** Disjoint and in order: two rings of one agent in the same instant are not twice the time. */
const union = (spans: readonly Span[]): Span[] => {
  const merged: Span[] = [];
  for (const span of spans.filter(({ from, to }) => to > from).toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else merged.push({ ...span });
  }
  return merged;
};
const length = (spans: readonly Span[]): number => spans.reduce((sum, { from, to }) => sum + to - from, 0);
const within = (spans: readonly Span[], others: readonly Span[]): Span[] =>
  spans.flatMap((span) => others.map((other) => ({ from: Math.max(span.from, other.from), to: Math.min(span.to, other.to) })));

/**
 * Times of every agent of a call. A segment without an end runs until `now`. Each millisecond of a talk is counted once:
 * as consultation if the citizen was on music for it, else as hold if held, else as talk.
 */
export const agentTimes = (segments: readonly Segment[], now: Date): Map<number, AgentTimes> => {
  const spansOf = (staffId: number, kind: SegmentKind): Span[] =>
    union(
      segments
        .filter((each) => each.staffId === staffId && each.kind === kind)
        .map((each) => ({ from: each.startedAt.getTime(), to: (each.endedAt ?? now).getTime() })),
    );
  const times = new Map<number, AgentTimes>();
  for (const { staffId } of segments) {
    if (staffId === null || times.has(staffId)) continue;
    const talks = spansOf(staffId, 'talk');
    const consults = union(within(talks, spansOf(staffId, 'consult')));
    const heldOrAsking = union([...within(talks, spansOf(staffId, 'hold')), ...consults]);
    const consult = length(consults);
    times.set(staffId, {
      ring: length(spansOf(staffId, 'ring')),
      talk: length(talks) - length(heldOrAsking),
      hold: length(heldOrAsking) - consult,
      consult,
    });
  }
  return times;
};
