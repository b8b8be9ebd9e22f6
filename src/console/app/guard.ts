/**
 * People click everything twice. After every change of the desk's state its call controls take no input for 400 ms, so that the
 * second click of "answer" is never the first of something else.
 */
export const GUARD_MS = 400;

let changedAt = Number.NEGATIVE_INFINITY;

export const stateChanged = (): void => {
  changedAt = performance.now();
};

export const isArmed = (): boolean => performance.now() - changedAt >= GUARD_MS;
