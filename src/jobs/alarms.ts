import type { Jobs } from './runner.ts';

/**
 * One alarm for each kind of work that was given up, for as long as any of it lies there. Found again at every start, and
 * cleared when a person has had it done.
 */
export const jobAlarms = (deps: {
  jobs: Pick<Jobs, 'dead' | 'onDeadChanged'>;
  alarms: { raise(id: string, kind: 'job_failed', detail: string): void; clear(id: string): void };
  onError(err: unknown): void;
}): { check(): Promise<void> } => {
  const raised = new Set<string>();
  const check = async (): Promise<void> => {
    const counts = new Map<string, number>();
    for (const { kind } of await deps.jobs.dead()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    for (const kind of raised)
      if (!counts.has(kind)) {
        raised.delete(kind);
        deps.alarms.clear(`job_failed.${kind}`);
      }
    for (const [kind, count] of counts) {
      raised.add(kind);
      deps.alarms.raise(`job_failed.${kind}`, 'job_failed', `${kind} × ${count}`);
    }
  };
  deps.jobs.onDeadChanged(() => void check().catch(deps.onError));
  return { check };
};
