import pino from 'pino';
import { createApp, type HotlineApp } from '../../src/app.ts';
import { readConfig } from '../../src/config/index.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { Store } from '../../src/storage/store.ts';
import { createScriptedTelephony } from '../../src/telephony/scripted/index.ts';
import { openTestStore } from './store.ts';

interface Test {
  teardown(work: () => unknown): void;
}

export interface WholeApp {
  app: HotlineApp;
  store: Store;
  script: ReturnType<typeof createScriptedTelephony>['script'];
}

/** The whole application as the composition root makes it, on SQLite unless a store is given, without a port and before a pretended switch; not started. */
export const wholeApp = async (
  t: Test,
  options: { dataDirectory: string; environment?: Record<string, string>; clock?: Clock; store?: Store },
): Promise<WholeApp> => {
  const store = options.store ?? (await openTestStore(t, 'sqlite'));
  const clock = options.clock ?? { now: () => new Date() };
  const telephony = createScriptedTelephony({ clock });
  const secret = 'x'.repeat(40);
  const app = await createApp({
    config: readConfig({ HOTLINE_DATA_DIR: options.dataDirectory, HOTLINE_SECRET: secret, ...options.environment }),
    secret,
    store,
    telephony,
    clock,
    logger: pino({ level: 'silent' }),
    recordingsOf: () => null,
    consoleDirectory: '/nonexistent',
    version: '0',
  });
  return { app, store, script: telephony.script };
};
