import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { HandoverBody, Refused } from '../city/handover.ts';
import type { ImportPreview } from '../city/schemas.ts';
import { IMPORT_STATES } from '../city/states.ts';
import type { Kit } from './kit-postgres.ts';

/** Tables of others that these point to, by their ids. */
interface Others {
  cases(): AnyPgColumn;
  staff(): AnyPgColumn;
  machines(): AnyPgColumn;
}

/** What the city platform hands over 交办: by a machine, or in a spreadsheet that a person imports. */
export const defineCitySchema = (k: Kit, others: Others) => {
  const cityImports = k.table('city_imports', {
    id: k.id(),
    fileName: k.text().notNull(),
    sha256: k.text().notNull(),
    bytes: k.int().notNull(),
    state: k.oneOf(...IMPORT_STATES).notNull(),
    /** Shown before anybody confirms; holds citizens' words, so it goes when the import ends. */
    preview: k.json<ImportPreview>(),
    /** The last row of the file that is settled: an import that was cut off goes on behind it. */
    lastRow: k.int().notNull().default(0),
    created: k.int().notNull().default(0),
    present: k.int().notNull().default(0),
    refused: k.int().notNull().default(0),
    /** Why it could not be read to its end. */
    failure: k.text(),
    uploadedBy: k.ref().notNull().references(others.staff),
    uploadedAt: k.at().notNull(),
    confirmedAt: k.at(),
    endedAt: k.at(),
  });

  /** One number of the city platform is one case, however often it is sent. */
  const cityHandovers = k.table(
    'city_handovers',
    {
      id: k.id(),
      cityNumber: k.text().notNull(),
      caseId: k.ref().notNull().references(others.cases),
      /** What was sent, read: a later one is held against it. */
      body: k.json<HandoverBody>().notNull(),
      /** When the city platform wants it done; the terms of the case stay the house's own. */
      cityDueAt: k.at(),
      machineId: k.ref().references(others.machines),
      importId: k.ref().references(() => cityImports.id),
      receivedAt: k.at().notNull(),
    },
    (t) => [k.uniqueIndex('city_handovers_number_uq').on(t.cityNumber), k.index('city_handovers_case_ix').on(t.caseId)],
  );

  /** Rows that did not become cases, as they stood in the file, each with why. */
  const cityRefusedRows = k.table(
    'city_refused_rows',
    {
      id: k.id(),
      importId: k
        .ref()
        .notNull()
        .references(() => cityImports.id),
      row: k.int().notNull(),
      values: k.json<Record<string, string>>().notNull(),
      reasons: k.json<Refused[]>().notNull(),
    },
    (t) => [k.uniqueIndex('city_refused_rows_uq').on(t.importId, t.row)],
  );

  return { cityImports, cityHandovers, cityRefusedRows };
};
