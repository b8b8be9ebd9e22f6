/** When somebody of a unit answers its duty telephone: at any time, in working hours, or outside of them. */
export const DUTY_HOURS = ['always', 'working', 'off'] as const;
export type DutyHours = (typeof DUTY_HOURS)[number];

export interface DutyPerson {
  name: string;
  /** In the form it is dialled in. */
  number: string;
  hours: DutyHours;
}

/**
 * Who of a unit is rung now, in this order: whoever is on duty by the list, then the unit's own telephone when nobody on the list
 * has it. A list that leaves the hour empty is not followed into silence: everybody on it is rung.
 */
export const onDuty = (list: readonly DutyPerson[], unit: { name: string; phone: string | null }, working: boolean): DutyPerson[] => {
  const now = list.filter(({ hours }) => hours === 'always' || (hours === 'working') === working);
  const rung = now.length > 0 ? now : [...list];
  const known = new Set(rung.map(({ number }) => number));
  return unit.phone === null || known.has(unit.phone) ? rung : [...rung, { name: unit.name, number: unit.phone, hours: 'always' }];
};
