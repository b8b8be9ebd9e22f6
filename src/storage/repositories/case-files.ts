import { asc, eq, inArray } from 'drizzle-orm';
import type { CaseFilesRepository } from '../../cases/files-service.ts';
import type { Store } from '../store.ts';

/** Far below the most values a statement may carry on either engine. */
const HASHES_ASKED = 200;

export const createCaseFilesRepository = (store: Store): CaseFilesRepository => {
  const { caseFiles, staff } = store.schema;
  return {
    add: (file) =>
      store.write(async (db) => {
        const [row] = await db.insert(caseFiles).values(file).returning({ id: caseFiles.id });
        if (!row) throw new Error('the file was not put on record');
        return row.id;
      }),
    ofCase: (caseId) =>
      store.read((db) =>
        db
          .select({
            fileId: caseFiles.id,
            caseId: caseFiles.caseId,
            name: caseFiles.name,
            mime: caseFiles.mime,
            isPicture: caseFiles.isPicture,
            bytes: caseFiles.bytes,
            sha256: caseFiles.sha256,
            scanned: caseFiles.scanned,
            staffId: caseFiles.staffId,
            staffName: staff.name,
            unitCode: caseFiles.unitCode,
            at: caseFiles.at,
          })
          .from(caseFiles)
          .innerJoin(staff, eq(staff.id, caseFiles.staffId))
          .where(eq(caseFiles.caseId, caseId))
          .orderBy(asc(caseFiles.id)),
      ),
    async onRecord(hashes) {
      const known = new Set<string>();
      for (let from = 0; from < hashes.length; from += HASHES_ASKED) {
        const asked = hashes.slice(from, from + HASHES_ASKED);
        const rows = await store.read((db) =>
          db.selectDistinct({ sha256: caseFiles.sha256 }).from(caseFiles).where(inArray(caseFiles.sha256, asked)),
        );
        for (const { sha256 } of rows) known.add(sha256);
      }
      return known;
    },
  };
};
