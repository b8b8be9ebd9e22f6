import { residentMb } from '../helpers/product.ts';
import { percentile, type Report, summary } from '../helpers/report.ts';
import { ARMS, type Arm, callsAt, holdCalls, type Load, loadBaselines } from './scenarios/load.ts';
import { type Rig, SCALE, startRig } from './scenarios/rig.ts';

/**
 * What a call costs from the first ring to the queue, beside the least a switch could do and beside a perl AGI script, all
 * on the same switch with the same agents, callers and voice. BENCH_SCALE=0.1 makes a short trial of everything.
 */
const RATE = 50;
const ROUNDS = SCALE < 1 ? 2 : 5;
const SECONDS = Math.max(4, 20 * SCALE);
/** The script falls behind at once at this rate; a longer burst would only take longer to drain. */
const AGI_SECONDS = Math.max(1, 4 * SCALE);
const MOST_TO_QUEUE_MS = 200;

const round = (value: number): number => Math.round(value * 100) / 100;
const median = (values: readonly number[]): number => percentile(values, 0.5);

const shown = ({ toQueueMs, switchMs, serviceMs, seconds, ...counts }: Load): Record<string, unknown> => ({
  ...counts,
  toQueueMs: summary(toQueueMs),
  switchMsPerCall: round(switchMs),
  serviceMsPerCall: round(serviceMs),
  seconds: round(seconds),
});

const withRig = async (work: (rig: Rig) => Promise<void>): Promise<void> => {
  const rig = await startRig({ agents: 10 });
  try {
    await loadBaselines(rig);
    await work(rig);
  } catch (err) {
    throw new Error(`${err instanceof Error ? err.stack : err}\nthe product's last words:\n${rig.product().output().slice(-2_000)}`);
  } finally {
    await rig.stop();
  }
};

const explain = (report: Report, arms: readonly Arm[]): void => {
  for (const arm of arms) report.figure(`${arm} is`, { does: ARMS[arm].does });
  report.figure('clocks', {
    toQueueMs:
      "from sipp's own time of sending the INVITE to the switch's record (CEL) of Queue beginning, both the machine's clock; the notice (a prompt of 0.26 s, the same in each arm) is taken off",
    msPerCall: 'processor time of the process and the children it waited for, from before the first call until all of its work is done',
    setting: `10 desk phones signed in that answer at once; each caller speaks from the answer on and leaves after 2.2 s, so some are answered and the others wait in the queue; scale ${SCALE}`,
  });
};

const rounds = (report: Report): Promise<void> =>
  withRig(async (rig) => {
    const arms = ['ours', 'dialplan', 'agi'] as const;
    explain(report, arms);
    // Both arms once unmeasured: the first calls of a process pay for its code.
    for (const arm of ['ours', 'dialplan'] as const) await callsAt(rig, arm, 20, Math.max(3, 10 * SCALE));
    const seen: Record<(typeof arms)[number], Load[]> = { ours: [], dialplan: [], agi: [] };
    for (let index = 0; index < ROUNDS; index++)
      for (const arm of index % 2 ? (['dialplan', 'ours', 'agi'] as const) : arms) {
        const load = await callsAt(rig, arm, RATE, arm === 'agi' ? AGI_SECONDS : SECONDS);
        seen[arm].push(load);
        report.figure(`round ${index + 1}, ${arm}, ${RATE}/s`, shown(load));
      }
    const all = (arm: 'ours' | 'dialplan' | 'agi'): number[] => seen[arm].flatMap((load) => load.toQueueMs);
    const p99 = percentile(all('ours'), 0.99);
    const failed = seen.ours.reduce((sum, load) => sum + load.failed + load.neverQueued, 0);
    report.claim(
      `INVITE to queue at ${RATE}/s: p99 below ${MOST_TO_QUEUE_MS} ms and no call failed`,
      p99 < MOST_TO_QUEUE_MS && failed === 0,
      {
        failed,
        ours: summary(all('ours')),
        dialplan: summary(all('dialplan')),
        agi: summary(all('agi')),
      },
    );
    const ratios = (cost: (ours: Load) => number): number[] =>
      seen.ours.map((load, index) => round(cost(load) / (seen.dialplan[index]?.switchMs ?? Number.NaN)));
    const alone = ratios((load) => load.switchMs);
    const together = ratios((load) => load.switchMs + load.serviceMs);
    const perAgi = seen.agi.map((load, index) =>
      round(load.switchMs / ((seen.ours[index]?.switchMs ?? 0) + (seen.ours[index]?.serviceMs ?? 0))),
    );
    report.claim("the switch's processor time per call is at most 1.1 x dialplan-only", median(alone) <= 1.1, {
      median: median(alone),
      rounds: alone,
    });
    report.claim("with the service's own at most 1.3 x", median(together) <= 1.3, { median: median(together), rounds: together });
    report.figure('the perl AGI script costs, in times of ours with the service', { median: median(perAgi), rounds: perAgi });
  });

/** How the cost of a call grows with the rate. */
const growth = (report: Report): Promise<void> =>
  withRig(async (rig) => {
    explain(report, ['ours', 'alone', 'dialplan']);
    await callsAt(rig, 'ours', 20, Math.max(3, 10 * SCALE));
    for (const rate of [10, 25, 50, 100])
      for (const arm of ['ours', 'alone', 'dialplan'] as const)
        report.figure(`${arm}, ${rate}/s`, shown(await callsAt(rig, arm, rate, Math.max(4, 15 * SCALE))));
  });

/** Memory of a call that is up and waiting. */
const memory = (report: Report): Promise<void> =>
  withRig(async (rig) => {
    await callsAt(rig, 'ours', 20, 5);
    const { switch: asterisk, service } = rig.pids();
    const now = (): { asterisk: number; service: number } => ({ asterisk: residentMb(asterisk), service: residentMb(service) });
    for (const calls of [100, 300]) {
      const before = now();
      const during = await holdCalls(rig, calls, now);
      report.figure(`${calls} calls up`, {
        switchMb: during.asterisk,
        serviceMb: during.service,
        switchKbPerCall: Math.round(((during.asterisk - before.asterisk) * 1024) / calls),
        serviceKbPerCall: Math.round(((during.service - before.service) * 1024) / calls),
      });
    }
  });

const holds = (load: Load): boolean => load.failed === 0 && load.neverQueued === 0 && percentile(load.toQueueMs, 0.99) < MOST_TO_QUEUE_MS;

/** The highest rate that holds, climbing by `step`; a step is given up when it has failed twice. */
const highest = async (report: Report, rig: Rig, arm: Arm, from: number, step: number): Promise<number> => {
  let held = 0;
  for (let rate = from; ; rate += step) {
    let ok = false;
    for (let attempt = 0; attempt < 2 && !ok; attempt++) {
      const load = await callsAt(rig, arm, rate, SECONDS);
      ok = holds(load);
      report.figure(`${arm} at ${rate}/s ${ok ? 'holds' : 'does not hold'}`, shown(load));
    }
    if (!ok) return held;
    held = rate;
  }
};

const sustained = (report: Report): Promise<void> =>
  withRig(async (rig) => {
    explain(report, ['ours', 'dialplan', 'agi']);
    report.figure('sustained means', { what: `no call failed and p99 below ${MOST_TO_QUEUE_MS} ms for ${SECONDS} s` });
    await callsAt(rig, 'ours', 20, Math.max(3, 10 * SCALE));
    // The script first: once the switch has grown, each fork of it costs more, which would not be fair to the script.
    const agi = await highest(report, rig, 'agi', 2, 2);
    const ours = await highest(report, rig, 'ours', 20, 10);
    const dialplan = await highest(report, rig, 'dialplan', 20, 10);
    const ratio = agi ? round(ours / agi) : Number.POSITIVE_INFINITY;
    report.claim('highest sustained rate at least 10 x a perl AGI script', ours >= 10 * Math.max(1, agi), {
      oursPerSecond: ours,
      dialplanPerSecond: dialplan,
      agiPerSecond: agi,
      ratio: Number.isFinite(ratio) ? ratio : `agi did not hold 2/s`,
    });
  });

export const parts = { rounds, growth, memory, sustained };
