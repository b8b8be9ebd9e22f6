/**
 * Measuring points, read by the benchmarks: when a card was really on the screen (after two animation frames), and when the first
 * sound of the citizen arrived after the answer. Times are milliseconds since 1970. Kept cheap: a few numbers in plain objects.
 */
export interface Measurements {
  painted: Record<string, number>;
  audio: {
    answeredAt: number | null;
    confirmedAt: number | null;
    connectedAt: number | null;
    firstPacketAt: number | null;
    firstEnergyAt: number | null;
  };
}

declare global {
  interface Window {
    __hotline: Measurements;
  }
}

const noAudio = (): Measurements['audio'] => ({
  answeredAt: null,
  confirmedAt: null,
  connectedAt: null,
  firstPacketAt: null,
  firstEnergyAt: null,
});

export const preciseNow = (): number => performance.timeOrigin + performance.now();

export const measurements = (): Measurements => {
  window.__hotline ??= { painted: {}, audio: noAudio() };
  return window.__hotline;
};

const PAINTED_KEPT = 500;

export const markPainted = (offerId: number): void => {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const { painted } = measurements();
      const offers = Object.keys(painted);
      if (offers.length >= PAINTED_KEPT && offers[0]) delete painted[offers[0]];
      painted[offerId] ??= preciseNow();
    }),
  );
};

export const markAnswered = (): void => {
  measurements().audio = { ...noAudio(), answeredAt: preciseNow() };
};

export const markAudio = (point: keyof Measurements['audio']): void => {
  const { audio } = measurements();
  audio[point] ??= preciseNow();
};
