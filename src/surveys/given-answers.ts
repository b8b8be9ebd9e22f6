import type { StaffId } from '../core/ids.ts';
import type { Exec } from '../storage/store.ts';
import type { SurveysRepository } from './repository.ts';
import type { Given } from './result.ts';

/** Keeps answers that came whole, from a person's form or a page, with the version of the questions in force. */
export const keepGiven = async (
  repository: Pick<SurveysRepository, 'latestScript' | 'addAnswer'>,
  db: Exec,
  from: { taskId: number; mode: 'human' | 'web'; staffId: StaffId | null; at: Date },
  given: readonly Given[],
): Promise<void> => {
  const version = (await repository.latestScript())?.version ?? 0;
  for (const { measure, value } of given) await repository.addAnswer(db, { ...from, attemptId: null, version, measure, value, key: null });
};
