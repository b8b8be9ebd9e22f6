import { fork } from 'node:child_process';

export type Asked =
  | { ask: 'dial'; call: number; from: string; toneHz: number; number: string }
  | { ask: 'hears'; call: number; hz: number; windowMs: number }
  | { ask: 'gap'; call: number; since: number }
  | { ask: 'hangUp'; call: number };

export type Told =
  | { told: 'ready' }
  | { told: 'answer'; id: number; value: unknown }
  | { told: 'status'; call: number; status: number; at: number }
  | { told: 'ended'; call: number; at: number };

/** A citizen on the line; instants are epoch milliseconds by the clock that the switch has too. */
export interface Citizen {
  number: string;
  dialledAt: number;
  /** Final SIP status, 0 while there is none. */
  status: number;
  endedAt: number | null;
  /** When the citizen hung up; null when the other side ended it, or nobody yet. */
  hungUpAt: number | null;
  hears(hz: number, windowMs?: number): Promise<boolean>;
  /** The longest time without a packet since an instant, and how late the measuring process itself was in that time. */
  gap(since: number): Promise<{ ms: number; own: number }>;
  hangUp(): Promise<void>;
}

export interface Citizens {
  dial(number: string): Promise<Citizen>;
  close(): Promise<void>;
}

export const CITIZEN_HZ = 440;

export const openCitizens = async (server: { host: string; port: number }): Promise<Citizens> => {
  const child = fork(new URL('./citizens-process.ts', import.meta.url), [server.host, String(server.port)]);
  const citizens = new Map<number, Citizen>();
  const waiting = new Map<number, (value: unknown) => void>();
  let next = 0;
  const ready = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error('the citizens could not be started')));
    child.on('message', (told: Told) => {
      if (told.told === 'ready') return resolve();
      if (told.told === 'answer') {
        waiting.get(told.id)?.(told.value);
        waiting.delete(told.id);
        return;
      }
      const citizen = citizens.get(told.call);
      if (!citizen) return;
      if (told.told === 'status') citizen.status = told.status;
      else citizen.endedAt ??= told.at;
    });
  });
  await ready;
  const ask = <T>(asked: Asked): Promise<T> =>
    new Promise((resolve) => {
      const id = ++next;
      waiting.set(id, resolve as (value: unknown) => void);
      child.send({ ...asked, id });
    });
  return {
    async dial(number) {
      const call = ++next;
      const citizen: Citizen = {
        number,
        dialledAt: Date.now(),
        status: 0,
        endedAt: null,
        hungUpAt: null,
        hears: (hz, windowMs = 300) => ask<boolean>({ ask: 'hears', call, hz, windowMs }),
        gap: (since) => ask<{ ms: number; own: number }>({ ask: 'gap', call, since }),
        async hangUp() {
          citizen.hungUpAt = Date.now();
          citizen.hungUpAt = await ask<number>({ ask: 'hangUp', call });
        },
      };
      citizens.set(call, citizen);
      citizen.dialledAt = await ask<number>({ ask: 'dial', call, from: number, toneHz: CITIZEN_HZ, number: '12345' });
      return citizen;
    },
    close: async () => void child.kill('SIGKILL'),
  };
};
