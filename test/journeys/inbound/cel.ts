import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rows } from './record.ts';
import type { Stage } from './stage.ts';

/** A ring of an agent's telephone as the switch itself wrote it down. */
interface CelRing {
  extension: string;
  offeredAt: number;
  answeredAt: number | null;
  endedAt: number | null;
}

interface CelCall {
  number: string;
  arrivedAt: number;
  endedAt: number | null;
  cause: number | null;
  rings: Map<string, CelRing>;
}

type Line = Record<string, string>;

const lineOf = (text: string): Line | null => {
  try {
    const parsed = JSON.parse(text) as Record<string, unknown>;
    return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key.toLowerCase(), String(value)]));
  } catch {
    return null;
  }
};

/** Read here anew and not with the product's own reader, which is what stands on trial. */
export const readCel = (stage: Stage): Map<string, CelCall> => {
  const calls = new Map<string, CelCall>();
  const text = readFileSync(join(stage.directories.log, 'cel-custom/cel.ndjson'), 'utf8');
  for (const line of text.split('\n').map(lineOf)) {
    if (!line) continue;
    const { eventtype, channame = '', uniqueid = '', linkedid = '' } = line;
    const at = Math.round(Number(line.eventtime) * 1_000);
    if (eventtype === 'CHAN_START' && channame.startsWith('PJSIP/trunk-') && uniqueid === linkedid)
      calls.set(uniqueid, { number: line.num ?? '', arrivedAt: at, endedAt: null, cause: null, rings: new Map() });
    const call = calls.get(linkedid);
    if (!call) continue;
    const extension = /^PJSIP\/(80\d\d)-/.exec(channame)?.[1];
    if (extension === undefined) {
      if (eventtype === 'HANGUP' && uniqueid === linkedid) {
        call.endedAt = at;
        call.cause = Number((JSON.parse(line.eventextra || '{}') as { hangupcause?: number }).hangupcause ?? 0);
      }
      continue;
    }
    const ring = call.rings.get(uniqueid);
    if (eventtype === 'CHAN_START') call.rings.set(uniqueid, { extension, offeredAt: at, answeredAt: null, endedAt: null });
    else if (ring && eventtype === 'BRIDGE_ENTER') ring.answeredAt ??= at;
    else if (ring && eventtype === 'HANGUP') ring.endedAt ??= at;
  }
  return calls;
};

const SECOND = 1_000;

/** Every way in which the record differs from what the switch wrote: calls, rings, who answered, how it ended, and when. */
export const celFaults = (cel: ReadonlyMap<string, CelCall>, rows: Rows): { faults: string[]; worstMs: number } => {
  const faults: string[] = [];
  let worstMs = 0;
  const same = (what: string, recorded: number | null, written: number | null): void => {
    if (recorded === null || written === null) {
      if (recorded !== written) faults.push(`${what}: ${recorded} for ${written}`);
      return;
    }
    worstMs = Math.max(worstMs, Math.abs(recorded - written));
    if (Math.abs(recorded - written) > SECOND) faults.push(`${what}: off by ${recorded - written} ms`);
  };
  const byChannel = new Map(rows.calls.map((row) => [row.channel_id, row]));
  for (const row of rows.calls) if (!cel.has(row.channel_id)) faults.push(`${row.channel_id}: the switch knows nothing of it`);
  for (const [channel, call] of cel) {
    const row = byChannel.get(channel);
    if (!row) {
      faults.push(`${channel}: no row`);
      continue;
    }
    const tail = call.number.slice(-4);
    if (row.caller_normal !== call.number) faults.push(`${tail}: number ${row.caller_normal}`);
    same(`${tail} arrived`, row.arrived_at, call.arrivedAt);
    same(`${tail} ended`, row.ended_at, call.endedAt);
    if (row.hangup_cause !== call.cause) faults.push(`${tail}: cause ${row.hangup_cause} for ${call.cause}`);
    const first = [...call.rings.values()].flatMap(({ answeredAt }) => answeredAt ?? []).toSorted((one, other) => one - other)[0];
    same(`${tail} answered`, row.answered_at, first ?? null);
    const offers = new Map(rows.offers.filter((offer) => offer.call_id === row.id).map((offer) => [offer.leg_id, offer]));
    for (const leg of offers.keys())
      if (!call.rings.has(leg)) faults.push(`${tail}: an offer to ${offers.get(leg)?.extension} that never was`);
    for (const [leg, ring] of call.rings) {
      const offer = offers.get(leg);
      if (!offer) {
        faults.push(`${tail}: the ring at ${ring.extension} is missing`);
        continue;
      }
      if (offer.extension !== ring.extension) faults.push(`${tail}: ${offer.extension} for ${ring.extension}`);
      same(`${tail} offered to ${ring.extension}`, offer.offered_at, ring.offeredAt);
      same(`${tail} answered by ${ring.extension}`, offer.answered_at, ring.answeredAt);
      same(`${tail} over at ${ring.extension}`, offer.ended_at, ring.endedAt);
      if ((offer.outcome === 'answered') !== (ring.answeredAt !== null)) faults.push(`${tail}: ${ring.extension} ${offer.outcome}`);
    }
  }
  return { faults, worstMs };
};
