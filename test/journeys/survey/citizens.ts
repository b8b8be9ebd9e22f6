import { fork } from 'node:child_process';
import type { Sentence } from './tones.ts';

/** The voice of a citizen who talks; no sentence of the survey sounds like it. */
export const CITIZEN_HZ = 3_000;

/** What a citizen does at one call. */
export type Behaviour =
  | { do: 'reject'; status: string }
  /** Rings out. */
  | { do: 'ring' }
  /** Somebody, or something, lifts and presses nothing: silence, or the tone of an answering machine. */
  | { do: 'nothing'; hz?: number; ringsMs?: number }
  | {
      do: 'answer';
      /** By sentence; one that is not there is heard out. */
      keys: Partial<Record<Sentence, string>>;
      when?: 'during' | 'after';
      way?: 'event' | 'info' | 'sound';
      /** Hangs up when this sentence has begun. */
      leaveAt?: Sentence;
      ringsMs?: number;
      /** At the nth of the questions q1 to q3 these keys, each so many milliseconds after it began; `keys` says nothing of them then. */
      presses?: readonly (readonly (readonly [key: string, ms: number])[])[];
    };

/** One call as the citizen saw it; instants in epoch ms by the machine's clock. */
export interface CallSeen {
  number: string;
  nth: number;
  does: Behaviour;
  rangAt: number;
  /** It rang while this telephone was in another survey call. */
  twice: boolean;
  answeredAt: number | null;
  endedAt: number;
  pressed: string[];
  heard: Sentence[];
  longestSilentMs: number;
  /** The line said that the service is gone. */
  leaseLost: boolean;
}

export type Told = { told: 'ready' } | { told: 'planned' } | { told: 'call'; call: CallSeen };

/** Telephones behind the carrier, in a process of their own. */
export const openCitizens = async (server: { host: string; port: number }, ownPort: number) => {
  const child = fork(new URL('./citizens-process.ts', import.meta.url), [server.host, String(server.port), String(ownPort)]);
  const calls: CallSeen[] = [];
  let planned: () => void = () => undefined;
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error('the citizens could not be started')));
    child.on('message', (told: Told) => {
      if (told.told === 'ready') resolve();
      else if (told.told === 'planned') planned();
      else calls.push(told.call);
    });
  });
  return {
    /** Calls that are over, in the order they ended. */
    calls,
    plan: (plans: [string, Behaviour[]][]): Promise<void> =>
      new Promise((resolve) => {
        planned = resolve;
        child.send({ plans });
      }),
    close: (): void => {
      child.removeAllListeners('exit');
      child.kill('SIGKILL');
    },
  };
};
export type Citizens = Awaited<ReturnType<typeof openCitizens>>;
