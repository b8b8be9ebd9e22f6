import type { Exec } from '../storage/store.ts';

export interface KeptSetting {
  value: unknown;
  version: number;
  updatedAt: Date;
}

/** One value under one key, each change of it a version, so that two who write at once cannot overwrite each other unseen. */
export interface SettingsRepository {
  get(key: string): Promise<KeptSetting | null>;
  /** @param version the one that was read, 0 for none. @returns null when it is another by now */
  save(db: Exec, key: string, version: number, value: unknown, at: Date): Promise<KeptSetting | null>;
}
