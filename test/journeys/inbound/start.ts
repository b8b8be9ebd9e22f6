import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, onTestPorts, PORTS } from '../../helpers/product.ts';
import { type Report, summary } from '../../helpers/report.ts';
import { ROOT } from '../../helpers/runner.ts';
import { scaled } from './floor.ts';

const MOST_MS = 6_000;
const LIMIT_MS = 180_000;

const npm = (env: NodeJS.ProcessEnv, ...args: string[]) =>
  spawn('npm', args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });

/** @returns ms from the start of npm itself to the service that answers, and what was adopted instead of started */
const startOnce = async (data: string): Promise<{ ms: number; adopted: number }> => {
  const env = onTestPorts(data);
  const began = performance.now();
  const starter = npm(env, 'start');
  let output = '';
  for (const stream of [starter.stdout, starter.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  try {
    await eventually('the line "ready"', LIMIT_MS, () => / ready$/m.test(output)).catch(() => {
      throw new Error(`no line "ready" in:\n${output}`);
    });
    const ms = performance.now() - began;
    await eventually('the service to answer', 5_000, async () => (await fetch(`http://127.0.0.1:${PORTS.http}/readyz`)).ok);
    return { ms, adopted: output.match(/adopted/g)?.length ?? 0 };
  } finally {
    // The whole group: npm hands a signal on to its shell only.
    process.kill(-(starter.pid ?? 0), 'SIGTERM');
    await eventually('npm start to end', 20_000, () => starter.exitCode !== null || starter.signalCode !== null);
    await new Promise((resolve) => npm(env, 'run', 'stop').on('exit', resolve));
  }
};

export const start = async (report: Report): Promise<void> => {
  const rounds = scaled(5);
  const base = mkdtempSync(join(tmpdir(), 'hotline-start-'));
  try {
    await startOnce(join(base, 'first')); // builds what is not built and compiles what was never run
    const fresh: number[] = [];
    const again: number[] = [];
    let adopted = 0;
    for (let round = 0; round < rounds; round += 1) {
      // A new data directory means keys, database, made-up district and switch from nothing; the second time they are there.
      for (const times of [fresh, again]) {
        const started = await startOnce(join(base, `round-${round}`));
        times.push(started.ms);
        adopted += started.adopted;
      }
    }
    report.claim('npm start → ready, nothing adopted, ≤ 6 s', adopted === 0 && Math.max(...fresh, ...again) <= MOST_MS, {
      unit: 'ms',
      emptyDataDirectory: summary(fresh),
      secondStart: summary(again),
      adopted,
    });
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
};
