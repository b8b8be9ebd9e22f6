import type { Language } from '../app/settings.ts';

/**
 * Numbers, times and phones as console.md §11 writes them. The hotline's clock is Asia/Shanghai wherever the browser stands, so
 * every moment is shifted by eight hours and read as UTC: no daylight saving there since 1991.
 */
const SHANGHAI_OFFSET_MS = 8 * 3_600_000;
const pad = (value: number): string => String(value).padStart(2, '0');

const shanghai = (at: number) => {
  const date = new Date(at + SHANGHAI_OFFSET_MS);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hours: date.getUTCHours(),
    minutes: date.getUTCMinutes(),
    seconds: date.getUTCSeconds(),
    dayNumber: Math.floor((at + SHANGHAI_OFFSET_MS) / 86_400_000),
  };
};

/** 2:47 or 1:02:10; negative lengths (clocks that disagree) are 0:00. */
export const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
};

export const timeOfDay = (at: number): string => {
  const { hours, minutes } = shanghai(at);
  return `${pad(hours)}:${pad(minutes)}`;
};

export const timeWithSeconds = (at: number): string => `${timeOfDay(at)}:${pad(shanghai(at).seconds)}`;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WEEKDAYS: Record<Language, string[]> = {
  'zh-CN': ['周日', '周一', '周二', '周三', '周四', '周五', '周六'],
  en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
};

/** 今天 10:32 · 昨天 16:20 · 11-17 18:32 · 2025-11-17 */
export const moment = (at: number, now: number, language: Language): string => {
  const then = shanghai(at);
  const today = shanghai(now);
  const clock = timeOfDay(at);
  const daysAgo = today.dayNumber - then.dayNumber;
  if (language === 'en') {
    if (daysAgo === 0) return `${clock} today`;
    if (daysAgo === 1) return `${clock} yesterday`;
    if (then.year === today.year) return `${then.day} ${MONTHS[then.month - 1]} ${clock}`;
    return `${then.day} ${MONTHS[then.month - 1]} ${then.year}`;
  }
  if (daysAgo === 0) return `今天 ${clock}`;
  if (daysAgo === 1) return `昨天 ${clock}`;
  if (then.year === today.year) return `${pad(then.month)}-${pad(then.day)} ${clock}`;
  return `${then.year}-${pad(then.month)}-${pad(then.day)}`;
};

/** The full instant, for the title of a shortened one. */
export const fullInstant = (at: number): string => {
  const { year, month, day } = shanghai(at);
  return `${year}-${pad(month)}-${pad(day)} ${timeWithSeconds(at)} +08:00`;
};

/** 11 月 27 日周五 / Fri 27 Nov */
export const dateInProse = (at: number, language: Language): string => {
  const { month, day, weekday } = shanghai(at);
  const name = WEEKDAYS[language][weekday] ?? '';
  return language === 'en' ? `${name} ${day} ${MONTHS[month - 1]}` : `${month} 月 ${day} 日${name}`;
};

export const shortDate = (at: number): string => {
  const { month, day } = shanghai(at);
  return `${pad(month)}-${pad(day)}`;
};

/** 18 digits in three sixes; people say the last six. Anything else is shown whole as the tail. */
export const caseNumberParts = (number: string): { head: string; tail: string } =>
  /^\d{18}$/.test(number)
    ? { head: `${number.slice(0, 6)} ${number.slice(6, 12)}`, tail: number.slice(12) }
    : { head: number.slice(0, -6), tail: number.slice(-6) };

/** Counts under five digits are not grouped. */
export const count = (value: number): string => (Math.abs(value) < 10_000 ? String(value) : value.toLocaleString('en-US'));

/** 91.08%（1480 / 1625）, or a dash when nothing was counted. Half up, two decimals. */
export const rate = (part: number, whole: number, language: Language): string => {
  if (whole === 0) return '—';
  const percent = (Math.round((part * 10_000) / whole + Number.EPSILON) / 100).toFixed(2);
  return language === 'en' ? `${percent}% (${part} / ${whole})` : `${percent}%（${part} / ${whole}）`;
};

/** 312 KB, 4.7 MB: as file managers write it. */
export const bytesOf = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
