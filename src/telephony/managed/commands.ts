import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface CommandResult {
  /** null when the program could not be started or was ended by its time limit. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  timeoutMs: number;
  /** Lines the program writes on its third descriptor (apt reports its progress there). */
  onStatusLine?: (line: string) => void;
}

/** The last part of a long output is enough to see why a program failed. */
const TAIL_CHARACTERS = 500_000;

/**
 * Runs a program without a shell and gives its output. Never rejects. The locale is fixed because we read what the programs
 * print.
 */
export const runCommand = (program: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> =>
  new Promise((resolve) => {
    const child = spawn('env', ['LC_ALL=C', program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', options.onStatusLine ? 'pipe' : 'ignore'],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
    });
    const kept = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        kept[name] = (kept[name] + text).slice(-TAIL_CHARACTERS);
      });
    if (options.onStatusLine) createInterface({ input: child.stdio[3] as Readable }).on('line', options.onStatusLine);
    child.once('error', (err) => resolve({ code: null, stdout: kept.stdout, stderr: err.message }));
    child.once('close', (code) => resolve({ code, ...kept }));
  });
