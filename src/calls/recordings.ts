import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import { insideDirectory, STEREO_BYTES_PER_MS, sha256Of, standOf, wavMilliseconds } from '../files/recording-file.ts';
import type { Jobs } from '../jobs/runner.ts';
import type { Outbox } from '../storage/outbox.ts';
import type { NewRow } from '../storage/schema.ts';
import type { Store } from '../storage/store.ts';
import type { Alarms } from './alarms.ts';
import type { CallsRepository } from './repository.ts';

/**
 * MixMonitor tells nobody when it has closed its file, and a post-command would cost a fork of the switch for every call.
 * A file of an ended call that nobody has written to for this long is whole. Read off the file and not waited for: a wait in
 * here would hold up every recording behind it, and a busy hour ends several calls a second.
 */
const STILL_MS = 1_000;
/** When the recording of a call that ended now can be sealed at the earliest. */
export const sealableAt = (endedAt: Date): Date => new Date(endedAt.getTime() + STILL_MS);
const alarmOf = (node: string): string => `recording_failed.${node}`;

/** The writer begins and ends a few packets off the call's own times. */
const TOLERANCE = 0.01;
const TOLERANCE_FLOOR_MS = 300;

/** @returns a note for people when the audio is shorter than the call it belongs to, else null */
export const lengthNote = (milliseconds: number, expectedMs: number): string | null => {
  const short = expectedMs - milliseconds;
  return short > Math.max(TOLERANCE_FLOOR_MS, expectedMs * TOLERANCE) ? `shorter than the call by ${short} ms` : null;
};

/** So much less than the call, and something was lost that mattered: the disk was full, the mount gone. */
const LOST_SHARE = 0.1;
const LOST_FLOOR_MS = 3_000;

export const isTruncated = (milliseconds: number, expectedMs: number): boolean =>
  expectedMs - milliseconds > Math.max(LOST_FLOOR_MS, expectedMs * LOST_SHARE);

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
  alarms: Pick<Alarms, 'raise' | 'clearIfSince'>;
  /** One more that is not whole. */
  onFailed(): void;
}): Recordings => {
  const { store, repository, jobs, clock } = deps;

  const fail = async (id: number, node: string, values: { note: string } & Partial<NewRow<'recordings'>>): Promise<void> => {
    await store.write((db) => repository.updateRecording(db, id, { ...values, state: 'failed', sealedAt: clock.now() }));
    deps.alarms.raise(alarmOf(node), 'recording_failed', values.note);
    deps.onFailed();
  };

  jobs.define('recording.seal', async ({ payload, attempt }) => {
    const recording = await repository.recordingById(Number(payload.recordingId));
    if (recording?.state !== 'writing') return;
    const call = (await repository.byId(recording.callId))?.call;
    const directory = call ? deps.directoryOf(call.node) : null;
    if (!call || !directory) {
      // A switch of the operator's own whose files are not mounted here: nothing failed, and nothing can be proved.
      await store.write((db) =>
        repository.updateRecording(db, recording.id, { note: 'out of reach: the recordings directory is not known' }),
      );
      return;
    }
    const file = insideDirectory(directory, recording.file);
    const found = await standOf(file);
    if (found === null) {
      if (attempt < 4) return { retryInMs: 2_000 };
      await fail(recording.id, call.node, { note: 'file is missing' });
      return;
    }
    const { bytes } = found;
    if (clock.now().getTime() - found.writtenAt.getTime() < STILL_MS) return { retryInMs: STILL_MS };
    const milliseconds = recording.kind === 'voicemail' ? await wavMilliseconds(file) : Math.round(bytes / STEREO_BYTES_PER_MS);
    const sha256 = await sha256Of(file);
    // The clock of a file server may differ from ours: a file that grew meanwhile was not whole after all.
    if ((await standOf(file))?.bytes !== bytes) return { retryInMs: 2_000 };
    const expected = call.endedAt ? call.endedAt.getTime() - recording.startedAt.getTime() : milliseconds;
    const note = recording.kind === 'call' && call.disposition !== 'lost' ? lengthNote(milliseconds, expected) : null;
    if (note && isTruncated(milliseconds, expected)) {
      // What there is can be heard; that it is not the call must not be overlooked.
      await fail(recording.id, call.node, { note, bytes, milliseconds, sha256 });
      return;
    }
    if (!note) deps.alarms.clearIfSince(alarmOf(call.node), recording.startedAt);
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
        const runAt = sealableAt(clock.now());
        for (const { id } of due) await jobs.schedule(db, { kind: 'recording.seal', key: String(id), payload: { recordingId: id }, runAt });
      });
    },
  };
};
