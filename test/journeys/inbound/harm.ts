import { setTimeout as delay } from 'node:timers/promises';
import type { Stage } from './stage.ts';

/** What is done to the service; `end` lets it be well again and resolves when it is. */
export interface Harm {
  kind: 'killed' | 'frozen';
  /** The service stays down until `end`, however often it is started again. */
  held: boolean;
  begin(stage: Stage): void;
  end(stage: Stage): Promise<void>;
}

const signal = (pid: number | null, name: NodeJS.Signals): void => {
  try {
    if (pid) process.kill(pid, name);
  } catch {
    // Gone between the look and the signal.
  }
};

export const killOnce = (): Harm => ({
  kind: 'killed',
  held: false,
  begin: (stage) => signal(stage.servicePid(), 'SIGKILL'),
  end: (stage) => stage.serviceBack(),
});

/** Whatever comes up meanwhile gets the same. */
const hold = (kind: Harm['kind'], name: NodeJS.Signals): Harm => {
  let holding = true;
  let done: Promise<void> = Promise.resolve();
  const struck = new Set<number>();
  const strike = (stage: Stage): void => {
    const pid = stage.servicePid();
    if (pid === null || struck.has(pid)) return;
    struck.add(pid);
    signal(pid, name);
  };
  return {
    kind,
    held: true,
    begin(stage) {
      strike(stage);
      done = (async () => {
        for (; holding; await delay(60)) strike(stage);
      })();
    },
    async end(stage) {
      holding = false;
      await done;
      if (name === 'SIGSTOP') for (const pid of struck) signal(pid, 'SIGCONT');
      await stage.serviceBack();
    },
  };
};

export const killHeld = (): Harm => hold('killed', 'SIGKILL');
export const freezeHeld = (): Harm => hold('frozen', 'SIGSTOP');

/** Frozen for a while; the starter may have put another in its place before that is over. */
export const freezeFor = (ms: number): Harm => {
  let frozen: number | null = null;
  let at = 0;
  return {
    kind: 'frozen',
    held: false,
    begin(stage) {
      frozen = stage.servicePid();
      at = Date.now();
      signal(frozen, 'SIGSTOP');
    },
    async end(stage) {
      await delay(Math.max(0, at + ms - Date.now()));
      if (stage.servicePid() === frozen) signal(frozen, 'SIGCONT');
      await stage.serviceBack();
    },
  };
};
