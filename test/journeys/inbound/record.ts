import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { shareOf } from '../../helpers/sip.ts';
import { CITIZEN_HZ } from './citizens.ts';
import type { Stage, Visit } from './stage.ts';

export interface CallRow {
  id: number;
  channel_id: string;
  caller_normal: string | null;
  arrived_at: number;
  queued_at: number | null;
  answered_at: number | null;
  agent_left_at: number | null;
  ended_at: number | null;
  disposition: string | null;
  hangup_cause: number | null;
}

export interface OfferRow {
  call_id: number;
  leg_id: string;
  extension: string;
  offered_at: number;
  answered_at: number | null;
  ended_at: number | null;
  outcome: string;
}

export interface RecordingRow {
  call_id: number;
  file: string;
  state: string;
  started_at: number;
  milliseconds: number | null;
  note: string | null;
}

export interface Rows {
  calls: CallRow[];
  offers: OfferRow[];
  recordings: RecordingRow[];
  shifts: { extension: string; intent: string }[];
  /** Ids of calls whose end the history calls lost. */
  lost: Set<number>;
}

/** The record as it stands in the database, of calls since an instant; read beside the service. */
export const readRows = (stage: Stage, since = 0): Rows => {
  const database = new Database(join(stage.product.dataDirectory, 'hotline.db'), { readonly: true });
  try {
    database.pragma('busy_timeout = 5000');
    const all = <T>(sql: string): T[] => database.prepare(sql).all() as T[];
    const calls = all<CallRow>(`select * from calls where arrived_at >= ${since - 2_000} order by id`);
    const ids = new Set(calls.map(({ id }) => id));
    const ofOurs = <T extends { call_id: number }>(rows: T[]): T[] => rows.filter((row) => ids.has(row.call_id));
    const ends = all<{ thing_id: string; details: string }>(`select thing_id, details from history where act = 'call.ended'`);
    return {
      calls,
      offers: ofOurs(all<OfferRow>('select * from offers order by id')),
      recordings: ofOurs(all<RecordingRow>("select * from recordings where kind = 'call' order by id")),
      shifts: all('select extension, intent from shifts where signed_out_at is null'),
      lost: new Set(ends.filter(({ details }) => JSON.parse(details).lost === true).map(({ thing_id }) => Number(thing_id))),
    };
  } finally {
    database.close();
  }
};

const SECOND = 1_000;

/** Every way in which a call's row differs from what the people in the call lived. */
export const rowFaults = (rows: Rows, visit: Visit): string[] => {
  const { citizen, talks, tail } = visit;
  const found = rows.calls.filter((row) => row.caller_normal === citizen.number);
  const [row] = found;
  if (!row || found.length > 1) return [`${tail}: ${found.length} rows`];
  const faults: string[] = [];
  const near = (what: string, recorded: number | null, lived: number | null): void => {
    if (recorded === null || lived === null ? recorded !== lived : Math.abs(recorded - lived) > SECOND)
      faults.push(
        `${tail}: ${what} ${recorded === null || lived === null ? `${recorded} lived ${lived}` : `off by ${recorded - lived} ms`}`,
      );
  };
  near('arrived', row.arrived_at, citizen.dialledAt);
  near('answered', row.answered_at, talks[0]?.at ?? null);
  near('ended', row.ended_at, citizen.endedAt);
  const wanted = talks.length ? 'answered' : 'abandoned';
  if (row.disposition !== wanted) faults.push(`${tail}: disposition ${row.disposition}, lived ${wanted}`);
  const offers = rows.offers.filter((offer) => offer.call_id === row.id);
  const answered = offers.filter((offer) => offer.answered_at !== null).map((offer) => offer.extension);
  const lived = talks.map((talk) => talk.extension);
  if (answered.join() !== lived.join()) faults.push(`${tail}: answered by ${answered.join()}, lived ${lived.join()}`);
  for (const offer of offers) if (offer.ended_at === null) faults.push(`${tail}: the offer to ${offer.extension} never ended`);
  const offered = new Set(offers.map((offer) => offer.extension));
  for (const { extension } of visit.rung) if (!offered.has(extension)) faults.push(`${tail}: rang at ${extension} without an offer`);
  return faults;
};

const RATE = 8_000;
const WINDOW = RATE / 5;

const channelOf = (bytes: Buffer, channel: 0 | 1, from: number, samples: number): Float64Array =>
  Float64Array.from({ length: samples }, (_, index) => {
    const at = ((from + index) * 2 + channel) * 2;
    return at + 1 < bytes.length ? bytes.readInt16LE(at) : 0;
  });

/** Share of looks, two a second, at which a tone is most of what a channel holds between two milliseconds of the file. */
const holds = (bytes: Buffer, channel: 0 | 1, hz: number, fromMs: number, toMs: number): number => {
  let looks = 0;
  let good = 0;
  for (let at = Math.max(0, fromMs); at + 200 < Math.min(toMs, bytes.length / 32); at += 500) {
    looks += 1;
    if (shareOf(channelOf(bytes, channel, Math.round((at / 1000) * RATE), WINDOW), hz) > 0.5) good += 1;
  }
  return looks ? good / looks : 1;
};

/** Every way in which a call's recording is not whole: state, length, the voices on their own channels. */
export const recordingFaults = (stage: Stage, rows: Rows, visit: Visit): string[] => {
  const row = rows.calls.find((each) => each.caller_normal === visit.citizen.number);
  const recording = rows.recordings.find((each) => each.call_id === row?.id);
  if (!row || !recording) return [`${visit.tail}: no recording`];
  if (recording.state !== 'whole') return [`${visit.tail}: recording ${recording.state} ${recording.note ?? ''}`];
  const faults: string[] = [];
  const lived = (visit.citizen.endedAt ?? 0) - recording.started_at;
  const off = ((recording.milliseconds ?? 0) - lived) / lived;
  if (Math.abs(off) > 0.01) faults.push(`${visit.tail}: ${recording.milliseconds} ms of ${lived} recorded`);
  const bytes = readFileSync(join(stage.directories.spool, 'recording', recording.file));
  // The first and last tenths of a second are the call's beginning and end themselves.
  const left = holds(bytes, 0, CITIZEN_HZ, 300, lived - 300);
  if (left < 0.9) faults.push(`${visit.tail}: the citizen's tone in ${Math.round(left * 100)} % of the left channel`);
  for (const { hz, at, until } of visit.talks) {
    const right = holds(bytes, 1, hz, at - recording.started_at + 700, (until ?? at) - recording.started_at - 200);
    if (right < 0.8) faults.push(`${visit.tail}: the agent's tone in ${Math.round(right * 100)} % of the talk`);
  }
  return faults;
};
