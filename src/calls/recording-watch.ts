import { insideDirectory, sizeOf } from '../files/recording-file.ts';
import type { Alarms } from './alarms.ts';
import type { CallsRepository } from './repository.ts';

/**
 * The switch tells nobody when it cannot write a recording: the call goes on, the file stands still. A file of a call that
 * is going on grows by 32 kB a second, in pieces of a second, music and silence included.
 */
const STUCK_MS = 6_000;

/** Looks at every recording being written and raises or clears one alarm for each node. To be called every few seconds. */
export const createRecordingWatch = (deps: {
  repository: Pick<CallsRepository, 'recordingsInProgress' | 'noteRecording'>;
  alarms: Pick<Alarms, 'raise' | 'clear'>;
  directoryOf(node: string): string | null;
  /** Milliseconds of a clock that never jumps. */
  elapsedMs?: () => number;
}) => {
  const { repository, alarms, elapsedMs = () => performance.now() } = deps;
  const seen = new Map<number, { bytes: number; since: number }>();

  return async (): Promise<void> => {
    const now = elapsedMs();
    const inProgress = await repository.recordingsInProgress();
    const stuck = new Map<string, number>();
    const growing = new Set<string>();
    for (const { id, node, file, note } of inProgress) {
      const directory = deps.directoryOf(node);
      if (directory === null) continue;
      const bytes = (await sizeOf(insideDirectory(directory, file))) ?? 0;
      const before = seen.get(id);
      if (before?.bytes !== bytes) {
        seen.set(id, { bytes, since: now });
        if (before && bytes > before.bytes) growing.add(node);
      } else if (now - before.since >= STUCK_MS) {
        stuck.set(node, (stuck.get(node) ?? 0) + 1);
        if (note === null) await repository.noteRecording(id, `stopped at ${bytes} bytes while the call went on`);
      }
    }
    const ids = new Set(inProgress.map(({ id }) => id));
    for (const id of seen.keys()) if (!ids.has(id)) seen.delete(id);
    for (const [node, count] of stuck) alarms.raise(`recording_failed.${node}`, 'recording_failed', `${count}`);
    // That a later recording grows is the proof that writing works again; that nobody calls is none.
    for (const node of growing) if (!stuck.has(node)) alarms.clear(`recording_failed.${node}`);
  };
};
