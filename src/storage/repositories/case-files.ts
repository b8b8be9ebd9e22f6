import { asc, eq } from 'drizzle-orm';
import type { CaseFilesRepository } from '../../cases/files-service.ts';
import type { Store } from '../store.ts';

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
  };
};
