import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { SegmentKind } from '../../../src/calls/segments.ts';
import { eventually } from '../../helpers/product.ts';

/** What the people in one call lived, piece by piece, in the words of the record (src/calls/segments.ts). */
export interface Tale {
  number: string;
  begin(kind: SegmentKind, extension: string | null, at?: number): void;
  /** Ends the newest of this kind that goes on. */
  end(kind: SegmentKind, extension: string | null, at?: number): void;
  /** The call is over: whatever goes on ends with it. */
  over(at?: number): void;
  pieces(): readonly Piece[];
}

interface Piece {
  kind: SegmentKind;
  extension: string | null;
  from: number;
  to: number | null;
}

export const createTale = (number: string): Tale => {
  const pieces: Piece[] = [];
  return {
    number,
    begin: (kind, extension, at = Date.now()) => void pieces.push({ kind, extension, from: at, to: null }),
    end(kind, extension, at = Date.now()) {
      const open = pieces.findLast((each) => each.kind === kind && each.extension === extension && each.to === null);
      if (!open) throw new Error(`no ${kind} of ${extension} goes on`);
      open.to = at;
    },
    over(at = Date.now()) {
      for (const piece of pieces) piece.to ??= at;
    },
    pieces: () => pieces,
  };
};

const OFF_MS = 1_000;

interface Row extends Piece {
  outcome: string;
}

const shown = (piece: Piece): string => `${piece.kind} ${piece.extension ?? '-'}`;
const inOrder = (pieces: readonly Piece[]): Piece[] =>
  pieces.toSorted((a, b) => shown(a).localeCompare(shown(b)) || a.from - b.from || (a.to ?? 0) - (b.to ?? 0));

/** Segments of the one call of a number, as they stand in the database. */
const segmentsOf = (database: Database.Database, number: string): Row[] =>
  database
    .prepare(
      `select s.kind, p.extension, s.started_at as "from", s.ended_at as "to", s.outcome from call_segments s
       join calls c on c.id = s.call_id left join staff p on p.id = s.staff_id where c.caller_normal = ? order by s.id`,
    )
    .all(number) as Row[];

/** Every way in which the record of a call differs from what was lived: a piece too many or too few, or an end off by more than a second. */
const faultsOf = (database: Database.Database, tale: Tale): string[] => {
  const calls = database.prepare('select ended_at, disposition from calls where caller_normal = ?').all(tale.number) as {
    ended_at: number | null;
    disposition: string | null;
  }[];
  const tail = tale.number.slice(-4);
  if (calls.length !== 1) return [`${tail}: ${calls.length} calls`];
  const [lived, written] = [inOrder(tale.pieces()), inOrder(segmentsOf(database, tale.number))];
  const names = (pieces: readonly Piece[]): string => pieces.map(shown).join(', ');
  if (names(lived) !== names(written)) return [`${tail}: lived ${names(lived)}; written ${names(written)}`];
  return lived.flatMap((piece, index) => {
    const row = written[index];
    const faults: string[] = [];
    for (const end of ['from', 'to'] as const) {
      const [is, was] = [row?.[end] ?? null, piece[end]];
      if (is === null || was === null) faults.push(`${tail}: ${shown(piece)} ${end} ${is === null ? 'never' : is}`);
      else if (Math.abs(is - was) > OFF_MS) faults.push(`${tail}: ${shown(piece)} ${end} off by ${Math.round(is - was)} ms`);
    }
    return faults;
  });
};

/** The record against the tales, once every call has its end in it. @returns what differs */
export const taleFaults = async (dataDirectory: string, tales: readonly Tale[]): Promise<string[]> => {
  const database = new Database(join(dataDirectory, 'hotline.db'), { readonly: true });
  database.pragma('busy_timeout = 5000');
  try {
    const open = database.prepare('select count(*) as n from calls where ended_at is null').pluck();
    await eventually('every call to be over in the record', 15_000, () => open.get() === 0).catch(() => undefined);
    return tales.flatMap((tale) => faultsOf(database, tale));
  } finally {
    database.close();
  }
};

/** Rows that should have had their end with their call. */
export const openPieces = (dataDirectory: string): string[] => {
  const database = new Database(join(dataDirectory, 'hotline.db'), { readonly: true });
  try {
    database.pragma('busy_timeout = 5000');
    const all = (sql: string): string[] => database.prepare(sql).pluck().all() as string[];
    return [
      ...all("select 'call ' || id from calls where ended_at is null"),
      ...all("select 'ring or talk at ' || extension || ' of call ' || call_id from offers where ended_at is null"),
      ...all("select kind || ' of call ' || call_id from call_segments where ended_at is null"),
    ];
  } finally {
    database.close();
  }
};

/** What the service has written into the history lately, the newest last: for a round that went wrong. */
export const lastActs = (dataDirectory: string): string[] => {
  const database = new Database(join(dataDirectory, 'hotline.db'), { readonly: true });
  try {
    database.pragma('busy_timeout = 5000');
    return database
      .prepare("select time(at / 1000, 'unixepoch') || ' ' || act from history order by id desc limit 14")
      .pluck()
      .all()
      .reverse() as string[];
  } finally {
    database.close();
  }
};
