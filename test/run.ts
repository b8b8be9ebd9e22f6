import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { SHARED_POSTGRES, startPostgres } from './helpers/postgres.ts';
import { environment, fenced, prepare, provision, ROOT } from './helpers/runner.ts';

/**
 * Runs the test files, each a plain program that prints TAP, and ends with the plain line `N passed, N failed`.
 *
 *   npm test                everything
 *   npm run test:unit       unit tests and the suites on SQLite
 *   npm test -- PART …      files whose path holds one of the words
 *
 * Files that work with the switch or with Chromium's voices run inside a network namespace of their own: Chromium and Asterisk exchange no audio over 127.0.0.1 alone, and no packet can leave the machine.
 */
const args = process.argv.slice(2);
const words = args.filter((word) => word !== 'unit');
const unitOnly = args.includes('unit');

/** Twice what the longest file takes here: a slower machine is no fault. */
const FILE_LIMIT_MS = 400_000;
const needsNamespace = (file: string): boolean => /^test\/(asterisk|console|e2e)\//.test(file);

const files = globSync('test/**/*.test.ts', { cwd: ROOT })
  .sort()
  .filter((file) => !unitOnly || file.startsWith('test/unit/') || file.startsWith('test/architecture/') || file.includes('.sqlite.'))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)));

interface Outcome {
  file: string;
  passed: number;
  failed: number;
  text: string;
  ms: number;
}

const runFile = (file: string): Promise<Outcome> =>
  new Promise((resolve) => {
    const began = Date.now();
    // Reads the storage library in a tenth of the time.
    const args = ['--import', './src/quick-imports.ts', file];
    const [program, programArgs] = needsNamespace(file) ? fenced(process.execPath, args) : [process.execPath, args];
    const child = spawn(program, programArgs, { cwd: ROOT, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    const take = (chunk: Buffer): void => {
      if (text.length < 2_000_000) text += chunk.toString();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const timer = setTimeout(() => child.kill('SIGKILL'), FILE_LIMIT_MS);
    child.on('close', (code) => {
      clearTimeout(timer);
      const passed = text.match(/^ok /gm)?.length ?? 0;
      const refused = text.match(/^not ok /gm)?.length ?? 0;
      // A file that broke before it could say so has failed all the same, and so has one that tested nothing.
      const failed = refused || (code === 0 && passed > 0 ? 0 : 1);
      resolve({ file, passed, failed, text, ms: Date.now() - began });
    });
  });

const report = (outcome: Outcome): void => {
  const seconds = (outcome.ms / 1000).toFixed(1);
  process.stdout.write(`${outcome.failed ? '✗' : '✓'} ${outcome.file}  ${outcome.passed} passed, ${outcome.failed} failed  ${seconds} s\n`);
  if (outcome.failed) process.stdout.write(`${outcome.text.slice(-12_000)}\n`);
};

if (!unitOnly) {
  provision();
  if (files.some(needsNamespace)) await prepare();
}

/** One PostgreSQL for all files, each test in a database of its own: starting one costs seconds, a database a tenth of one. */
if (!unitOnly && files.some((file) => /contract|postgres|e2e/.test(file))) {
  const server = await startPostgres({ careless: true });
  process.env[SHARED_POSTGRES] = server.directory;
  process.on('exit', () => server.stop());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
}

const outcomes: Outcome[] = [];
// Two at a time, because a file spends most of its time waiting; the long ones first, so that none of them is left alone at the end.
const LONG_FIRST = ['/e2e/', '/console/', '/asterisk/', '/contract/'];
const rank = (file: string): number => {
  const at = LONG_FIRST.findIndex((part) => file.includes(part));
  return at < 0 ? LONG_FIRST.length : at;
};
const waiting = files.toSorted((a, b) => rank(a) - rank(b));
const worker = async (): Promise<void> => {
  for (let file = waiting.shift(); file; file = waiting.shift()) {
    const outcome = await runFile(file);
    outcomes.push(outcome);
    report(outcome);
  }
};
await Promise.all([worker(), worker()]);

const passed = outcomes.reduce((sum, each) => sum + each.passed, 0);
const failed = outcomes.reduce((sum, each) => sum + each.failed, 0);
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exit(failed || !passed ? 1 : 0);
