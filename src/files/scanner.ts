import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';

/** Looks into a file before it is taken. `unknown`: nobody could say, and what nobody could look into is not taken either. */
export interface FileScanner {
  scan(path: string): Promise<'clean' | 'harmful' | 'unknown'>;
}

/** The largest file takes a scanner a few seconds; after this it is held to be away. */
const SCAN_MS = 30_000;
const EXIT: Readonly<Record<number, 'clean' | 'harmful'>> = { 0: 'clean', 1: 'harmful' };
const STATUS: Readonly<Record<number, 'clean' | 'harmful'>> = { 200: 'clean', 406: 'harmful' };

/** clamdscan's own words: 0 clean, 1 found something, anything else is a failure. No shell reads the line. */
const byCommand = (command: string, limitMs: number): FileScanner => {
  const [program = '', ...given] = command.split(/\s+/);
  return {
    scan: (path) =>
      new Promise((resolve) => {
        const child = spawn(program, [...given, path], { stdio: 'ignore', timeout: limitMs, killSignal: 'SIGKILL' });
        child.once('error', () => resolve('unknown'));
        child.once('close', (code) => resolve(EXIT[code ?? -1] ?? 'unknown'));
      }),
  };
};

const overHttp = (url: string, limitMs: number): FileScanner => ({
  async scan(path) {
    const body = createReadStream(path);
    try {
      // No redirect is followed: the bytes go where the operator said and nowhere else.
      const answer = await fetch(url, {
        method: 'POST',
        body,
        duplex: 'half',
        redirect: 'error',
        headers: { 'content-type': 'application/octet-stream' },
        signal: AbortSignal.timeout(limitMs),
      } as unknown as RequestInit);
      await answer.body?.cancel();
      return STATUS[answer.status] ?? 'unknown';
    } catch {
      return 'unknown';
    } finally {
      body.destroy();
    }
  },
});

/** @param setting HOTLINE_FILE_SCANNER: a command or an http(s) address; null when no scanner is set up */
export const createFileScanner = (setting: string | null, limitMs = SCAN_MS): FileScanner | null => {
  if (setting === null) return null;
  return /^https?:\/\//.test(setting) ? overHttp(setting, limitMs) : byCommand(setting, limitMs);
};
