/** Life of a spreadsheet: looked at, confirmed and being read in, whole; or given up by a person, or unreadable. */
export const IMPORT_STATES = ['previewed', 'running', 'done', 'dropped', 'failed'] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

/** What this house is: a district is handed cases by the city, the city's own hotline is not. */
export const PROFILES = ['district', 'city'] as const;
export type Profile = (typeof PROFILES)[number];
