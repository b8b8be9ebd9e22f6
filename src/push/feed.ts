/**
 * Everything lately meant for one person. Each frame has a number without holes, so that a console can say how far it got.
 * Pure but for its own array: no clock, no sockets.
 */
export interface FeedRecord {
  atMs: number;
  /** The event as JSON text, made once and shared by everybody it goes to. */
  json: string;
}

export interface Feed {
  /** Number of the newest frame. */
  seq: number;
  /** Newest last; the last one has number `seq`. */
  records: FeedRecord[];
}

export const KEPT_FRAMES = 500;
export const KEPT_MS = 600_000;
/** A console that missed more than this is better served by a snapshot, and would look like a slow one while catching up. */
export const REPLAY_BYTES = 512 * 1024;

/** @param floor a number no frame of an earlier, forgotten feed of anybody has passed: an old console's place must not seem known */
export const createFeed = (floor: number): Feed => ({ seq: floor, records: [] });

const forget = (feed: Feed, nowMs: number): void => {
  let stale = Math.max(0, feed.records.length - KEPT_FRAMES);
  while (stale < feed.records.length && nowMs - (feed.records[stale]?.atMs ?? nowMs) > KEPT_MS) stale++;
  if (stale > 0) feed.records.splice(0, stale);
};

/** @returns the number given to the record */
export const addTo = (feed: Feed, record: FeedRecord): number => {
  feed.records.push(record);
  feed.seq++;
  forget(feed, record.atMs);
  return feed.seq;
};

/**
 * What a console that has seen `seq` is missing.
 * @returns null when that can no longer be told, and only a snapshot helps
 */
export const missedSince = (feed: Feed, seq: number, nowMs: number): { seq: number; json: string }[] | null => {
  forget(feed, nowMs);
  const first = feed.seq - feed.records.length + 1;
  if (seq > feed.seq || seq < first - 1) return null;
  const missed = feed.records.slice(seq - first + 1).map((record, index) => ({ seq: seq + index + 1, json: record.json }));
  const bytes = missed.reduce((sum, frame) => sum + frame.json.length, 0);
  return bytes > REPLAY_BYTES ? null : missed;
};
