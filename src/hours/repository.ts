import type { Exec } from '../storage/store.ts';
import type { HotlineHours } from './schemas.ts';

export interface KeptHours {
  version: number;
  updatedAt: Date;
  settings: HotlineHours;
}

/** Where the hotline's hours are kept. */
export interface HoursRepository {
  get(): Promise<KeptHours | null>;
  /** @param version the one that was read, 0 for none. @returns null when it is another by now */
  save(db: Exec, version: number, settings: HotlineHours, at: Date): Promise<KeptHours | null>;
}
