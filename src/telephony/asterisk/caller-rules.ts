import type { CallerRule, HotlineSettings } from '../port.ts';

/** An AMI action as its fields. */
export type Action = Readonly<Record<string, string | number>>;

const keep = (family: string, key: string, value: string | null): Action =>
  value === null ? { Action: 'DBDel', Family: family, Key: key } : { Action: 'DBPut', Family: family, Key: key, Val: value };

/**
 * The families that the dialplan reads before the queue (dialplans/README). What a rule does not say is taken away, so
 * that writing it twice, or less of it, leaves exactly what it says.
 */
export const callerRuleActions = (rule: CallerRule): Action[] => {
  const { number, priority, preferredExtension, language, restriction } = rule;
  return [
    keep('hotline-prio', number, priority === undefined ? null : String(priority)),
    keep('hotline-agent', number, preferredExtension ?? null),
    keep('hotline-lang', number, language ?? null),
    // The dialplan compares with ${EPOCH}: a restriction ends by itself, the service dead or alive.
    keep(
      'hotline-restrict',
      number,
      restriction === undefined ? null : `${Math.floor(restriction.until.getTime() / 1000)}|${restriction.kind}`,
    ),
  ];
};

/** A month is one value, so that a call that comes in between sees the old or the new one and never half of it. */
export const settingsActions = (settings: HotlineSettings): Action[] => [
  keep('hotline', 'fallback', settings.fallbackNumber),
  keep('hotline', 'hours', settings.openHours),
  keep('hotline', 'max_waiting', settings.maxWaiting === null ? null : String(settings.maxWaiting)),
  keep('hotline', 'overflow', settings.overflow === 'duty_phone' ? 'duty_phone' : null),
  keep('hotline', 'hours_off', settings.specialHours?.dayOff || null),
  keep('hotline', 'hours_makeup', settings.specialHours?.makeUp || null),
  ...(settings.calendar ?? []).map(({ month, days }) => keep('hotline-month', month, days)),
];
