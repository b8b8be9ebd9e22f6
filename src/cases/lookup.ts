import type { CallId, StaffId } from '../core/ids.ts';
import { ROLES, type Role } from '../core/roles.ts';
import type { CallerMatch } from '../directory/index.ts';
import type { Viewer } from './case.ts';
import { type CallDraft, type Cases, type OpenCaseBrief, prefillOf } from './service.ts';

/** Whoever reads a card. */
export interface CaseReader {
  staffId: StaffId;
  name: string;
  roles: readonly string[];
}

const viewerOf = (reader: CaseReader): Viewer => ({
  ...reader,
  roles: ROLES.filter((role: Role) => reader.roles.includes(role)),
});

/** What calls asks of cases while a phone rings. Calls stands below cases and may not import it, so this is handed in. */
export const createCaseLookup = (cases: Cases) => ({
  openCasesOf: (number: string, reader: CaseReader, except: CallId): Promise<OpenCaseBrief[]> =>
    cases.openCasesOf(number, viewerOf(reader), except),
  async repeatsOf(number: string, except: CallId): Promise<{ count: number; subject: string }> {
    const { count, subject } = await cases.repeatsOf(number, { exceptCallId: except });
    return { count, subject };
  },
  draftsOf: (callIds: CallId[], reader: CaseReader): Promise<Map<CallId, CallDraft>> => cases.draftsOfCalls(callIds, viewerOf(reader)),
  prefillOf: (match: CallerMatch): Record<string, string | boolean | null> =>
    Object.fromEntries(Object.entries(prefillOf(match)).map(([field, value]) => [field, value ?? null])),
});
