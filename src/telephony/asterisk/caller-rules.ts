import type { CallerPrecedence, CallerRule, HotlineSettings, WaitingSettings } from '../port.ts';

/** An AMI action as its fields. */
export type Action = Readonly<Record<string, string | number>>;

/** A value of the switch's own database; null takes it away. */
export const keep = (family: string, key: string, value: string | null): Action =>
  value === null ? { Action: 'DBDel', Family: family, Key: key } : { Action: 'DBPut', Family: family, Key: key, Val: value };

/**
 * The families that the dialplan reads before the queue (dialplans/README). What a rule does not say is taken away, so
 * that writing it twice, or less of it, leaves exactly what it says.
 */
export const callerRuleActions = (rule: CallerRule): Action[] => {
  const { number, language, restriction, keptApart = [] } = rule;
  return [
    keep('hotline-lang', number, language ?? null),
    // The dialplan compares with ${EPOCH}: a restriction ends by itself, the service dead or alive.
    keep(
      'hotline-restrict',
      number,
      restriction === undefined ? null : `${Math.floor(restriction.until.getTime() / 1000)}|${restriction.kind}`,
    ),
    keep('hotline-apart', number, keptApart.length === 0 ? null : `&${keptApart.join('&')}&`),
  ];
};

export const precedenceActions = ({ number, aheadMinutes, knowingExtension }: CallerPrecedence): Action[] => [
  keep('hotline-prio', number, aheadMinutes === 0 ? null : String(aheadMinutes)),
  keep('hotline-agent', number, knowingExtension),
];

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

/** A word that is no class shuts all: an empty value is no value to the switch's manager. */
export const diallingAction = (classes: readonly string[]): Action => keep('hotline', 'out', classes.join(',') || 'none');

const QUEUE_FILE = 'hotline/queues/main.conf';
/** Whoever waits is told so now and then, also where no key is offered. */
const STILL_EVERY_S = 90;

export const waitingKeepActions = (settings: WaitingSettings): Action[] => [
  keep('hotline', 'callback', settings.callbackEverySeconds === null ? null : '1'),
  keep('hotline', 'own_wait', String(settings.knowingAgentSeconds)),
  keep('hotline', 'rating', settings.asksRating ? '1' : null),
];

/** The announcements of the queue, changed in its own file (dialplans/queues/main.conf has them all); those who wait stay. */
export const waitingQueueActions = (settings: WaitingSettings): Action[] => {
  const { placeEverySeconds, saysExpectedWait, callbackEverySeconds } = settings;
  const lines: [string, string][] = [
    ['announce-frequency', String(placeEverySeconds ?? 0)],
    ['announce-holdtime', saysExpectedWait ? 'once' : 'no'],
    ['periodic-announce-frequency', String(callbackEverySeconds ?? STILL_EVERY_S)],
    ['periodic-announce', callbackEverySeconds === null ? 'hotline/queue.still' : 'hotline/callback.offer'],
  ];
  const change: Record<string, string> = { Action: 'UpdateConfig', SrcFilename: QUEUE_FILE, DstFilename: QUEUE_FILE };
  lines.forEach(([key, value], index) => {
    const number = String(index).padStart(6, '0');
    Object.assign(change, {
      [`Action-${number}`]: 'Update',
      [`Cat-${number}`]: 'main',
      [`Var-${number}`]: key,
      [`Value-${number}`]: value,
    });
  });
  return [change, { Action: 'QueueReload', Parameters: 'yes', Members: 'no', Rules: 'no' }];
};
