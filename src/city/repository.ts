import type { CaseState } from '../cases/states.ts';
import type { CaseId } from '../core/ids.ts';
import type { Exec } from '../storage/store.ts';
import type { Handover, HandoverBody, Refused } from './handover.ts';
import type { ImportPreview } from './schemas.ts';
import type { ImportState } from './states.ts';

/** A case that was handed over before. */
export interface KnownHandover {
  cityNumber: string;
  caseId: CaseId;
  number: string;
  state: CaseState;
  body: HandoverBody;
  receivedAt: Date;
}

/** What the city may know of a case: where it stands, and what was said to everybody. */
export interface FollowedHandover {
  cityNumber: string;
  number: string;
  state: CaseState;
  receivedAt: Date;
  dueAt: Date | null;
  closedAt: Date | null;
  publicReply: string | null;
}

export interface ImportRow {
  importId: number;
  fileName: string;
  sha256: string;
  bytes: number;
  state: ImportState;
  preview: ImportPreview | null;
  lastRow: number;
  created: number;
  present: number;
  refused: number;
  failure: string | null;
  uploadedBy: { staffId: number; name: string };
  uploadedAt: Date;
  confirmedAt: Date | null;
  endedAt: Date | null;
}

export interface RefusedRow {
  row: number;
  values: Record<string, string>;
  reasons: Refused[];
}

/** Where hand-overs and spreadsheets of the city are kept. Each method joins the caller's transaction when there is one. */
export interface CityRepository {
  /** Of these numbers, those that are cases already. */
  known(cityNumbers: readonly string[]): Promise<Map<string, KnownHandover>>;
  /** @throws a unique violation when one of the numbers has become a case meanwhile */
  add(
    db: Exec,
    handovers: readonly (Handover & { caseId: CaseId; machineId: number | null; importId: number | null })[],
    at: Date,
  ): Promise<void>;
  follow(cityNumber: string): Promise<FollowedHandover | null>;
  isUniqueViolation(error: unknown): boolean;
  addImport(
    db: Exec,
    file: { fileName: string; sha256: string; bytes: number; preview: ImportPreview; uploadedBy: number; uploadedAt: Date },
  ): Promise<number>;
  import(importId: number): Promise<ImportRow | null>;
  /** Newest first. */
  imports(limit: number): Promise<ImportRow[]>;
  /** Writes `set` if the import is still in one of the states. @returns false when it is not */
  setImport(
    db: Exec,
    importId: number,
    from: readonly ImportState[],
    set: Partial<Omit<ImportRow, 'importId' | 'uploadedBy'>>,
  ): Promise<boolean>;
  /** Imports whose file is still needed. */
  openWith(sha256: string): Promise<number[]>;
  addRefused(db: Exec, importId: number, rows: readonly RefusedRow[]): Promise<void>;
  /** In the order of the file, rows behind `after`. */
  refusedRows(importId: number, after: number, limit: number): Promise<RefusedRow[]>;
  /** Looked at before that instant and never confirmed. */
  forgotten(before: Date): Promise<number[]>;
}
