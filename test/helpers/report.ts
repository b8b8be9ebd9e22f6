/** One line of a journey or a bench: what was looked at and what was seen. */
export interface Report {
  /** A figure that claims nothing. */
  figure(what: string, values: Record<string, unknown>): void;
  /** A claim with the figures it rests on; one that does not hold fails the run. */
  claim(what: string, held: boolean, values?: Record<string, unknown>): void;
}

export interface RunningReport extends Report {
  part: string;
  broken(): number;
  claims(): number;
}

/** @param write takes one finished line, without its end */
export const createReport = (name: string, write: (values: Record<string, unknown>) => void): RunningReport => {
  let claims = 0;
  let broken = 0;
  const report: RunningReport = {
    part: '',
    figure: (what, values) => write({ run: name, part: report.part, what, ...values }),
    claim(what, held, values = {}) {
      claims += 1;
      if (!held) broken += 1;
      write({ run: name, part: report.part, what, ...values, held });
    },
    broken: () => broken,
    claims: () => claims,
  };
  return report;
};

/** @returns the value below which `share` (0…1) of the values lie, by nearest rank; NaN without values */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
};

/** The usual summary of durations or sizes, rounded to a tenth. */
export const summary = (values: readonly number[]): { n: number; p50: number; p95: number; p99: number; max: number } => {
  const round = (value: number): number => Math.round(value * 10) / 10;
  const at = (share: number): number => round(percentile(values, share));
  return { n: values.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
};
