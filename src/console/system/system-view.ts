import type { Language } from '../app/settings.ts';
import type { Translate } from '../i18n/i18n.ts';

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** 118 MB · 41.2 GB: one decimal from GB on, where it matters. */
export const bytes = (value: number): string => {
  const power = value < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log(value) / Math.log(1024)));
  return `${(value / 1024 ** power).toFixed(power >= 3 ? 1 : 0)} ${UNITS[power]}`;
};

/** How long the service has been up, in the two largest units that are not zero. */
export const upFor = (ms: number, language: Language): string => {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const parts: [number, string, string][] = [
    [Math.floor(minutes / 1440), '天', 'd'],
    [Math.floor((minutes % 1440) / 60), '小时', 'h'],
    [minutes % 60, '分', 'min'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first < 0 ? 2 : first, first < 0 ? 3 : first + 2)
    .filter(([count], index) => index === 0 || count > 0)
    .map(([count, zh, en]) => (language === 'en' ? `${count} ${en}` : `${count} ${zh}`))
    .join(' ');
};

export const partWord = (t: Translate, name: string): string => {
  if (name === 'database') return t('system.database');
  const node = /^switch\.(.+)$/.exec(name)?.[1];
  return node ? `${t('system.switch')} ${node}` : name;
};

const ALARMS = ['recording_failed', 'switch_down', 'disk_full', 'relay_down', 'job_failed'] as const;

export const alarmWord = (t: Translate, kind: string): string => {
  const known = ALARMS.find((each) => each === kind);
  return known ? t(`alarm.${known}`) : kind;
};
