/** What another system may be let do. One word per right; a credential holds only those it was given. */
export const MACHINE_RIGHTS = [
  'handovers.give', // hand cases over 交办
  'handovers.follow', // ask what became of those
] as const;
export type MachineRight = (typeof MACHINE_RIGHTS)[number];
