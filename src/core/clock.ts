/** The only door to the time: a test hands in its own, so that a rule about Monday can be tried on a Friday. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** China has kept one offset without summer time since 1992, so a fixed offset is exact. */
const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

/** Calendar day in Asia/Shanghai as YYYY-MM-DD. */
export const shanghaiDay = (at: Date): string => new Date(at.getTime() + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10);

/** Wall clock in Asia/Shanghai as yyMMddHHmm, the front of a case number. */
export const shanghaiStamp = (at: Date): string =>
  new Date(at.getTime() + SHANGHAI_OFFSET_MS).toISOString().slice(2, 16).replace(/[-T:]/g, '');

/** First instant of a Shanghai day given as YYYY-MM-DD. */
export const startOfShanghaiDay = (day: string): Date => new Date(Date.parse(`${day}T00:00:00Z`) - SHANGHAI_OFFSET_MS);

/** First instant of the Shanghai day that holds `at`. */
export const shanghaiMidnight = (at: Date): Date =>
  new Date(Math.floor((at.getTime() + SHANGHAI_OFFSET_MS) / 86_400_000) * 86_400_000 - SHANGHAI_OFFSET_MS);
