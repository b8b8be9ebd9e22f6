import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import { insideDirectory, STEREO_BYTES_PER_MS, sha256Of, sizeOf, wavMilliseconds } from '../files/recording-file.ts';
import type { Jobs } from '../jobs/runner.ts';
import type { Outbox } from '../storage/outbox.ts';
import type { Store } from '../storage/store.ts';
import type { CallsRepository } from './repository.ts';

/**
 * MixMonitor tells nobody when it has closed its file, and a post-command would cost a fork of the switch for every call.
 * A file of an ended call whose size stood still this long is whole.
 */
const STILL_MS = 1_000;
/** The writer begins and ends a few packets off the call's own times. */
const TOLERANCE = 0.01;
const TOLERANCE_FLOOR_MS = 300;

/** @returns a note for people when the audio is shorter than the call it belongs to, else null */
export const lengthNote = (milliseconds: number, expectedMs: number): string | null => {
  const short = expectedMs - milliseconds;
  return short > Math.max(TOLERANCE_FLOOR_MS, expectedMs * TOLERANCE) ? `shorter than the call by ${short} ms` : null;
};

export interface Recordings {
  /** Schedules the sealing of every recording whose call is over; safe to call at any time and twice. */
  sealEnded(): Promise<void>;
}

export const createRecordings = (deps: {
  store: Store;
  repository: CallsRepository;
  jobs: Jobs;
  outbox: Pick<Outbox, 'append'>;
  clock: Clock;
  logger: Logger;
  /** Where the recordings of one node's switch lie on this machine; null when they can't be reached from here. */
  directoryOf(node: string): string | null;
}): Recordings => {
  const { store, repository, jobs, clock } = deps;

  const fail = (id: number, note: string): Promise<void> =>
    store.write((db) => repository.updateRecording(db, id, { state: 'failed', note, sealedAt: clock.now() }));

  jobs.define('recording.seal', async ({ payload, attempt }) => {
    const recording = await repository.recordingById(Number(payload.recordingId));
    if (recording?.state !== 'writing') return;
    const call = (await repository.byId(recording.callId))?.call;
    const directory = call ? deps.directoryOf(call.node) : null;
    if (!call || !directory) return { fail: 'the recordings directory of this node is not known' };
    const file = insideDirectory(directory, recording.file);
    const before = await sizeOf(file);
    if (before === null) {
      if (attempt < 4) return { retryInMs: 2_000 };
      await fail(recording.id, 'file is missing');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, STILL_MS));
    const bytes = await sizeOf(file);
    if (bytes === null || bytes !== before) return { retryInMs: 2_000 };
    const milliseconds = recording.kind === 'voicemail' ? await wavMilliseconds(file) : Math.round(bytes / STEREO_BYTES_PER_MS);
    const sha256 = await sha256Of(file);
    const expected = call.endedAt ? call.endedAt.getTime() - recording.startedAt.getTime() : milliseconds;
    const note = recording.kind === 'call' && call.disposition !== 'lost' ? lengthNote(milliseconds, expected) : null;
    await store.write(async (db) => {
      await repository.updateRecording(db, recording.id, { state: 'whole', bytes, milliseconds, sha256, note, sealedAt: clock.now() });
      await deps.outbox.append(db, 'recording.sealed', { callId: recording.callId, recordingId: recording.id });
    });
    if (note) deps.logger.warn({ callId: recording.callId, milliseconds, expected }, 'recording is shorter than its call');
  });

  return {
    async sealEnded() {
      const due = await repository.unsealed();
      if (!due.length) return;
      await store.write(async (db) => {
        for (const { id } of due)
          await jobs.schedule(db, { kind: 'recording.seal', key: String(id), payload: { recordingId: id }, runAt: clock.now() });
      });
    },
  };
};
