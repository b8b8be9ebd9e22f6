import type { Readable } from 'node:stream';
import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { CaseId, StaffId } from '../core/ids.ts';
import { openKept, takeIn } from '../files/incoming-file.ts';
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
  staffId: StaffId;
  staffName: string;
  /** The unit whose staff added it; null: the centre. */
  unitCode: string | null;
  at: Date;
}

export interface CaseFilesRepository {
  add(file: Omit<CaseFile, 'fileId' | 'staffName'>): Promise<number>;
  ofCase(caseId: CaseId): Promise<CaseFile[]>;
}

export interface CaseFilesDeps {
  store: Pick<Store, 'write'>;
  repository: CaseFilesRepository;
  lives: Pick<CaseLives, 'sightOf'>;
  history: Pick<History, 'append'>;
  /** Of its own; the database holds no bytes. */
  directory: string;
  clock: Clock;
}

/** Photos of a telephone have 3 to 8 MB. */
export const LARGEST_FILE = 10 * 1024 * 1024;
export const MOST_FILES = 30;

const notFound = (): HotlineError => new HotlineError('thing.not_found', '没有这个文件 There is no such file');
const full = (): HotlineError =>
  new HotlineError('file.too_many', `一张工单最多 ${MOST_FILES} 个附件 A case holds at most ${MOST_FILES} files`, { most: MOST_FILES });

/** Photos and papers of a case (R17): guarded like the case, never changed, each opening by its hash. */
export const createCaseFiles = (deps: CaseFilesDeps) => {
  const { store, repository, lives, history, directory, clock } = deps;

  /** What this viewer may see: of a protected case a unit sees its own, because a photo or its name may tell who called. */
  const shown = async (caseId: CaseId, staff: Viewer): Promise<CaseFile[]> => {
    const { hidden, unitCode } = await lives.sightOf(caseId, staff);
    const files = await repository.ofCase(caseId);
    return hidden ? files.filter((file) => file.unitCode !== null && file.unitCode === unitCode) : files;
  };

  const viewOf = ({ fileId, name, mime, isPicture, bytes, sha256, staffName, unitCode, at }: CaseFile): CaseFileView => ({
    fileId,
    name,
    mime,
    isPicture,
    bytes,
    sha256,
    staffName,
    unitCode,
    at: at.toISOString(),
  });

  return {
    /** @throws HotlineError thing.not_found, also when it is not this viewer's case */
    list: async (caseId: CaseId, staff: Viewer): Promise<CaseFileView[]> => (await shown(caseId, staff)).map(viewOf),

    /**
     * Takes a file in. It is on record only when it is whole, of a kind that is taken, and hashed.
     * @throws HotlineError thing.not_found, request.too_large {maxBytes}, file.type_refused, file.too_many {most}
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
        await incoming.keep();
        const { sha256, bytes } = incoming;
        const { mime, isPicture } = type;
        const file = {
          caseId,
          name: harmlessName(name, type),
          mime,
          isPicture,
          bytes,
          sha256,
          staffId: staff.staffId,
          unitCode,
          at: clock.now(),
        };
        const fileId = await store.write(async (db) => {
          // Asked again inside: two who add at once must not pass the limit together.
          if ((await repository.ofCase(caseId)).length >= MOST_FILES) throw full();
          const added = await repository.add(file);
          const details = { fileId: added, mime, bytes, sha256 };
          await history.append(db, { actor: byStaff(staff.staffId), act: 'case.file_added', thing: { kind: 'case', id: caseId }, details });
          return added;
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
      return { file, ...kept };
    },
  };
};

export type CaseFiles = ReturnType<typeof createCaseFiles>;
