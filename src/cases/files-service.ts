import type { Readable } from 'node:stream';
import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { CaseId, StaffId } from '../core/ids.ts';
import { dropKept, keptBefore, openKept, openNamed, sweepIncoming, takeIn } from '../files/incoming-file.ts';
import type { FileScanner } from '../files/scanner.ts';
import { byStaff, type History } from '../history/index.ts';
import type { Store } from '../storage/store.ts';
import type { Viewer } from './case.ts';
import { HEAD_BYTES, harmlessName, typeOf } from './file-types.ts';
import type { CaseFileView } from './files-schemas.ts';
import type { CaseLives } from './life-service.ts';

/** A file on a case. Where it lies follows from its hash. */
export interface CaseFile {
  fileId: number;
  caseId: CaseId;
  name: string;
  mime: string;
  isPicture: boolean;
  bytes: number;
  sha256: string;
  scanned: boolean;
  staffId: StaffId;
  staffName: string;
  /** The unit whose staff added it; null: the centre. */
  unitCode: string | null;
  at: Date;
}

export interface CaseFilesRepository {
  add(file: Omit<CaseFile, 'fileId' | 'staffName'>): Promise<number>;
  ofCase(caseId: CaseId): Promise<CaseFile[]>;
  /** Which of these hashes some file has. */
  onRecord(hashes: readonly string[]): Promise<Set<string>>;
}

export interface CaseFilesDeps {
  store: Pick<Store, 'write'>;
  repository: CaseFilesRepository;
  lives: Pick<CaseLives, 'sightOf'>;
  history: Pick<History, 'append'>;
  /** Of its own; the database holds no bytes. */
  directory: string;
  /** null: none is set up, and every file says so. */
  scanner: FileScanner | null;
  clock: Clock;
}

/** Photos of a telephone have 3 to 8 MB. */
export const LARGEST_FILE = 10 * 1024 * 1024;
export const MOST_FILES = 30;
const LARGEST_PREVIEW = 64 * 1024;
/** Far longer than an upload may take. */
const FORGOTTEN_MS = 24 * 3_600_000;

const notFound = (): HotlineError => new HotlineError('thing.not_found', '没有这个文件 There is no such file');
const full = (): HotlineError =>
  new HotlineError('file.too_many', `一张工单最多 ${MOST_FILES} 个附件 A case holds at most ${MOST_FILES} files`, { most: MOST_FILES });

/** Photos and papers of a case (R17): guarded like the case, never changed, each opening by its hash. */
export const createCaseFiles = (deps: CaseFilesDeps) => {
  const { store, repository, lives, history, directory, scanner, clock } = deps;

  // Bytes move to their place and get their row without the sweep in between, which would take them for forgotten.
  let turn: Promise<unknown> = Promise.resolve();
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => {});
    return mine;
  };

  const isClean = async (path: string): Promise<boolean> => {
    if (!scanner) return false;
    const found = await scanner.scan(path);
    if (found === 'harmful')
      throw new HotlineError('file.harmful', '安全扫描没有通过，文件未收 The scanner found something; the file was not taken');
    if (found === 'unknown')
      throw new HotlineError('file.not_scanned', '安全扫描暂时不可用，文件未收，稍后再试 The scanner cannot be reached; try again later');
    return true;
  };

  /** What this viewer may see: of a protected case a unit sees its own, because a photo or its name may tell who called. */
  const shown = async (caseId: CaseId, staff: Viewer): Promise<CaseFile[]> => {
    const { hidden, unitCode } = await lives.sightOf(caseId, staff);
    const files = await repository.ofCase(caseId);
    return hidden ? files.filter((file) => file.unitCode !== null && file.unitCode === unitCode) : files;
  };

  const viewOf = ({ fileId, name, mime, isPicture, bytes, sha256, scanned, staffName, unitCode, at }: CaseFile): CaseFileView => ({
    fileId,
    name,
    mime,
    isPicture,
    bytes,
    sha256,
    scanned,
    staffName,
    unitCode,
    at: at.toISOString(),
  });

  return {
    /** @throws HotlineError thing.not_found, also when it is not this viewer's case */
    list: async (caseId: CaseId, staff: Viewer): Promise<CaseFileView[]> => (await shown(caseId, staff)).map(viewOf),

    /**
     * Takes a file in. It is on record only when it is whole, of a kind that is taken, and hashed.
     * @throws HotlineError thing.not_found, request.too_large {maxBytes}, file.type_refused, file.too_many {most}, file.harmful,
     * file.not_scanned
     */
    async add(request: { caseId: CaseId; name: string; stream: Readable; staff: Viewer }): Promise<CaseFileView> {
      const { caseId, name, stream, staff } = request;
      const { unitCode } = await lives.sightOf(caseId, staff);
      if ((await repository.ofCase(caseId)).length >= MOST_FILES) throw full();
      const incoming = await takeIn(stream, { directory, maxBytes: LARGEST_FILE, headBytes: HEAD_BYTES });
      try {
        const type = typeOf(incoming.head, name);
        if (!type)
          throw new HotlineError(
            'file.type_refused',
            '只收照片、视频、PDF、Word（docx）和 Excel（xlsx） Photos, videos, PDF, docx and xlsx only',
          );
        const { sha256, bytes } = incoming;
        const scanned = await isClean(incoming.path);
        const { mime, isPicture } = type;
        const file = {
          caseId,
          name: harmlessName(name, type),
          mime,
          isPicture,
          bytes,
          sha256,
          scanned,
          staffId: staff.staffId,
          unitCode,
          at: clock.now(),
        };
        const record = (): Promise<number> =>
          store.write(async (db) => {
            // Asked again inside: two who add at once must not pass the limit together.
            if ((await repository.ofCase(caseId)).length >= MOST_FILES) throw full();
            const added = await repository.add(file);
            const details = { fileId: added, mime, bytes, sha256, scanned };
            await history.append(db, {
              actor: byStaff(staff.staffId),
              act: 'case.file_added',
              thing: { kind: 'case', id: caseId },
              details,
            });
            return added;
          });
        const fileId = await alone(async () => {
          await incoming.keep();
          return record();
        });
        return viewOf({ ...file, fileId, staffName: staff.name });
      } finally {
        await incoming.drop();
      }
    },

    /** @throws HotlineError thing.not_found, also for a file of another case and for one that this viewer may not see */
    async open(caseId: CaseId, fileId: number, staff: Viewer): Promise<{ file: CaseFile; bytes: number; stream: Readable }> {
      const file = (await shown(caseId, staff)).find((each) => each.fileId === fileId);
      if (!file) throw notFound();
      const kept = await openKept(directory, file.sha256);
      if (!kept) throw notFound();
      await store.write((db) =>
        history.append(db, {
          actor: byStaff(staff.staffId),
          act: 'case.file_opened',
          thing: { kind: 'case', id: caseId },
          details: { fileId, sha256: file.sha256 },
        }),
      );
      return { file, ...kept };
    },

    /**
     * The small picture that lists show, made by the browser of whoever added the photo, so that no decoder of strangers' pictures
     * runs here. It proves nothing; the photo does. The first one stays.
     * @throws HotlineError thing.not_found, also when somebody else added the photo; request.too_large {maxBytes}, file.type_refused
     */
    async addPreview(request: { caseId: CaseId; fileId: number; stream: Readable; staff: Viewer }): Promise<void> {
      const { caseId, fileId, stream, staff } = request;
      const file = (await shown(caseId, staff)).find((each) => each.fileId === fileId);
      if (!file?.isPicture || file.staffId !== staff.staffId) throw notFound();
      const incoming = await takeIn(stream, { directory, maxBytes: LARGEST_PREVIEW, headBytes: HEAD_BYTES });
      try {
        if (typeOf(incoming.head, '')?.mime !== 'image/jpeg')
          throw new HotlineError('file.type_refused', '缩略图须为 JPEG The small picture must be a JPEG');
        if ((await openNamed(directory, 'previews', fileId)) === null) await incoming.keepAs('previews', fileId);
      } finally {
        await incoming.drop();
      }
    },

    /** @returns null when it has none @throws HotlineError thing.not_found */
    async openPreview(caseId: CaseId, fileId: number, staff: Viewer): Promise<{ bytes: number; stream: Readable } | null> {
      if (!(await shown(caseId, staff)).some((file) => file.fileId === fileId)) throw notFound();
      return openNamed(directory, 'previews', fileId);
    },

    /** Removes what was never put on record: an upload that was cut off, bytes whose row failed. @returns how many */
    async sweep(): Promise<number> {
      const before = new Date(clock.now().getTime() - FORGOTTEN_MS);
      let removed = await sweepIncoming(directory, before);
      for await (const hashes of keptBefore(directory, before))
        await alone(async () => {
          const known = await repository.onRecord(hashes);
          for (const sha256 of hashes) {
            if (known.has(sha256)) continue;
            await dropKept(directory, sha256);
            removed++;
          }
        });
      return removed;
    },
  };
};

export type CaseFiles = ReturnType<typeof createCaseFiles>;
