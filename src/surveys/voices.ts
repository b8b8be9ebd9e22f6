import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';
import { insideDirectory, sha256Of, sizeOf, wavMilliseconds } from '../files/recording-file.ts';
import type { Store } from '../storage/store.ts';
import type { SurveysRepository } from './repository.ts';

/** The switch closes the file an instant after it says so, or after the citizen has hung up. */
const LOOKS = 20;
const LOOK_MS = 100;
/** Less is the click of a receiver, no reason. */
const LEAST_MS = 500;

/** The spoken reason of somebody who is not satisfied: hashed as it was written, and never touched. */
export const createVoices = (deps: {
  store: Pick<Store, 'write'>;
  repository: Pick<SurveysRepository, 'addVoice'>;
  /** Node whose switch makes survey calls, and where its recordings lie on this machine; null: out of reach. */
  place(): { node: string; directory: string | null };
  clock: Clock;
}) => {
  /** Two looks alike: the header was written and nobody adds to it. */
  const whole = async (path: string): Promise<{ bytes: number; milliseconds: number } | null> => {
    let before: number | null = null;
    for (let look = 0; look < LOOKS; look += 1) {
      const bytes = await sizeOf(path);
      if (bytes !== null && bytes === before && bytes > 44) {
        const milliseconds = await wavMilliseconds(path);
        if (milliseconds > 0) return { bytes, milliseconds };
      }
      before = bytes;
      await delay(LOOK_MS);
    }
    return null;
  };

  return {
    /** What was spoken to try a draft is nobody's reason. */
    async forget(recording: string): Promise<void> {
      const { directory } = deps.place();
      if (directory === null) return;
      const path = insideDirectory(directory, `${recording}.wav`);
      await whole(path);
      await rm(path, { force: true });
    },

    /** @param recording path below the recordings directory, without extension */
    async save(recording: string, of: { attemptId: number; taskId: number }): Promise<void> {
      const { node, directory } = deps.place();
      if (directory === null) return;
      const file = `${recording}.wav`;
      const path = insideDirectory(directory, file);
      const found = await whole(path);
      if (!found || found.milliseconds < LEAST_MS) return;
      const voice = { ...of, node, file, ...found, sha256: await sha256Of(path), at: deps.clock.now() };
      await deps.store.write((db) => deps.repository.addVoice(db, voice));
    },
  };
};
export type Voices = ReturnType<typeof createVoices>;
