import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../helpers/ports.ts';
import { eventually } from '../helpers/product.ts';
import type { Report } from '../helpers/report.ts';
import { environment, ROOT } from '../helpers/runner.ts';
import type { Journey } from '../journey.ts';

/** Downloads, so it runs on the machine itself; only loopback listens, and nobody is called. */
export const place: Journey['place'] = 'machine';

const MOST_MS = 240_000;
/** A person who sees nothing for longer takes it for stuck. */
const MOST_SILENCE_MS = 20_000;

interface Step {
  ms: number;
  longestSilenceMs: number;
  output: string;
}

/** Runs one command of the README. @param until ends the wait before the command ends */
const command = async (
  words: string[],
  at: { cwd: string; env: NodeJS.ProcessEnv; until?: RegExp },
): Promise<Step & { end(): Promise<void> }> => {
  const [program = '', ...args] = words;
  const began = Date.now();
  const child = spawn(program, args, { cwd: at.cwd, env: at.env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const step: Step = { ms: 0, longestSilenceMs: 0, output: '' };
  let lastWord = began;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      step.output += chunk;
      step.longestSilenceMs = Math.max(step.longestSilenceMs, Date.now() - lastWord);
      lastWord = Date.now();
    });
  const over = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const end = async (): Promise<void> => {
    if (!over()) process.kill(-(child.pid ?? 0), 'SIGTERM');
    await eventually(`${program} to end`, 20_000, over);
  };
  try {
    await eventually(words.join(' '), MOST_MS * 2, () => over() || at.until?.test(step.output));
    if (at.until ? !at.until.test(step.output) : child.exitCode !== 0)
      throw new Error(`${words.join(' ')} ended with ${child.exitCode}:\n${step.output.slice(-3_000)}`);
  } catch (err) {
    await end();
    throw err;
  }
  return { ...step, ms: Date.now() - began, longestSilenceMs: Math.max(step.longestSilenceMs, Date.now() - lastWord), end };
};

const clone = async (report: Report): Promise<void> => {
  const base = mkdtempSync(join(tmpdir(), 'hotline-newcomer-'));
  const cwd = join(base, 'clone');
  const names = ['HTTP', 'RELAY', 'ASTERISK_HTTP', 'ASTERISK_AMI', 'SIP'];
  const ports = await Promise.all(names.map(async (name) => [`HOTLINE_${name}_PORT`, String(await freePort())] as const));
  const env: NodeJS.ProcessEnv = {
    ...environment(),
    ...Object.fromEntries(ports),
    HOTLINE_DATA_DIR: join(base, 'data'),
    HOTLINE_CACHE_DIR: join(base, 'cache'),
    npm_config_cache: join(base, 'npm-cache'),
  };
  try {
    const cloned = await command(['git', 'clone', '--quiet', ROOT, cwd], { cwd: base, env });
    const installed = await command(['npm', 'ci'], { cwd, env });
    const started = await command(['npm', 'start'], { cwd, env, until: / ready$/m });
    try {
      const answers = await fetch(`http://127.0.0.1:${env.HOTLINE_HTTP_PORT}/readyz`);
      const page = await (await fetch(`http://127.0.0.1:${env.HOTLINE_HTTP_PORT}/`)).text();
      const total = cloned.ms + installed.ms + started.ms;
      report.figure('steps', { unit: 's', clone: cloned.ms / 1000, install: installed.ms / 1000, start: started.ms / 1000 });
      report.claim('fresh clone → ready, everything downloaded, ≤ 4 min', answers.ok && page.includes('<script') && total <= MOST_MS, {
        seconds: total / 1000,
      });
      const lines = started.output.split('\n').filter((line) => line.trim());
      report.claim('the first start says what it is doing', started.longestSilenceMs <= MOST_SILENCE_MS && lines.length > 5, {
        unit: 'ms',
        longestSilence: started.longestSilenceMs,
        lines: lines.slice(0, 14),
      });
    } finally {
      await started.end();
      await command(['npm', 'run', 'stop'], { cwd, env });
    }
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
};

export const parts: Journey['parts'] = { clone };
