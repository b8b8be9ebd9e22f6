import type { CallId, CitizenId, StaffId } from '../core/ids.ts';
import type { Role } from '../core/roles.ts';
import type { Content } from './content.ts';
import type { PlannedCall } from './past.ts';

export interface SeededStaff {
  staffId: StaffId;
  name: string;
  roles: readonly Role[];
  extension: string | null;
  unitCode: string | null;
}

export interface SeededCall {
  callId: CallId;
  normal: string | null;
  answeredBy: StaffId | null;
}

export type DatedArticle = Omit<Content['articles'][number], 'validToInDays' | 'reviewInDays'> & { validTo: string; reviewOn: string };

/** Writes the made-up district in bulk. */
export interface DemonstrationRepository {
  inOneTransaction<T>(work: () => Promise<T>): Promise<T>;
  /** True when no person, unit, citizen, call or case is there. */
  isEmpty(): Promise<boolean>;
  /** Did a demonstration fill this database? */
  isDemonstration(): Promise<boolean>;
  addLists(lists: Pick<Content, 'units' | 'places' | 'categories' | 'routing'> & { articles: DatedArticle[] }, at: Date): Promise<void>;
  addStaff(staff: Content['staff'], passwordHash: string, at: Date): Promise<SeededStaff[]>;
  addCitizens(citizens: Content['citizens'], at: Date): Promise<{ citizenId: CitizenId; numbers: string[] }[]>;
  /** @returns one entry for each planned call, in the same order */
  addCalls(
    planned: readonly PlannedCall[],
    about: { agents: readonly SeededStaff[]; owners: ReadonlyMap<string, CitizenId | null>; areaCode: string; calledNumber: string },
  ): Promise<SeededCall[]>;
  /** Leaves in the record that this database was filled by a demonstration. */
  note(at: Date): Promise<void>;
}
