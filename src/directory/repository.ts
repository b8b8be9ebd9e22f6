import type { CitizenId } from '../core/ids.ts';
import type { DirectoryPerson } from './matching.ts';

export interface CategoryRow {
  code: string;
  name: string;
  path: string;
  level: number;
  parentCode: string | null;
  unitKind: string | null;
  active: boolean;
}

export interface PlaceRow {
  code: string;
  name: string;
  townCode: string;
  townName: string;
}

export interface UnitRow {
  code: string;
  name: string;
  league: string | null;
  kind: string;
  phone: string | null;
  active: boolean;
}

export interface NewCitizen {
  name: string;
  gender?: 'female' | 'male' | 'unknown';
  language?: 'zh' | 'en';
  address?: string | null;
  callbackPreference?: string | null;
  /** Numbers in normal form. */
  numbers: readonly string[];
}

/** Where people, units, places and subjects are kept. Each method joins the caller's transaction when there is one. */
export interface DirectoryRepository {
  /** Everyone with the number, at most `limit`, oldest record first. */
  peopleByNumber(normal: string, limit: number): Promise<DirectoryPerson[]>;
  addCitizen(citizen: NewCitizen, at: Date): Promise<CitizenId>;
  categories(): Promise<CategoryRow[]>;
  places(): Promise<PlaceRow[]>;
  units(): Promise<UnitRow[]>;
}
