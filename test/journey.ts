import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createReport, type Report } from './helpers/report.ts';
import { environment, fenced, prepare, provision, ROOT } from './helpers/runner.ts';

/**
 * Long runs on real parts, from scratch.
 *
 *   npm run journey -- NAME [PART …]      test/journeys/NAME.ts; figures as JSON, one object a line; 0 only if every claim held
 *   npm run bench -- NAME [PART …]        test/bench/NAME.ts; the same as plain lines, or with --json as JSON
 *
 * A file exports `parts`, run in their written order, and may export `place = 'machine'` when it can't run inside a network
 * namespace. A part that throws is a claim that did not hold; the next part runs all the same.
 */
export interface Journey {
  place?: 'namespace' | 'machine';
  parts: Record<string, (report: Report) => Promise<void>>;
}

const [kind = '', ...given] = process.argv.slice(2);
const words = given.filter((word) => !word.startsWith('--'));
const [name = '', ...wanted] = words;
const folder = kind === 'bench' ? 'test/bench' : 'test/journeys';
const file = join(ROOT, folder, `${name}.ts`);
if (!name || !existsSync(file)) {
  const names = globSync(`${folder}/*.ts`, { cwd: ROOT }).map((each) => basename(each, '.ts'));
  process.stderr.write(`which one? ${names.sort().join(', ')}\n`);
  process.exit(2);
}

const plain = (line: Record<string, unknown>): string => {
  const { run: _run, part, what, held, ...values } = line;
  const shown = Object.entries(values).map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : value}`);
  return `${held === undefined ? ' ' : held ? '✓' : '✗'} ${part}: ${what}${shown.length ? '  ' : ''}${shown.join('  ')}`;
};

const { parts, place = 'namespace' } = (await import(file)) as Journey;
if (place === 'namespace' && !given.includes('--inside')) {
  provision();
  await prepare();
  const [program, args] = fenced(process.execPath, [import.meta.filename, kind, ...given, '--inside']);
  process.exit(spawnSync(program, args, { cwd: ROOT, env: environment(), stdio: 'inherit' }).status ?? 1);
}

const asJson = kind !== 'bench' || given.includes('--json');
const report = createReport(name, (line) => void process.stdout.write(`${asJson ? JSON.stringify(line) : plain(line)}\n`));
const unknown = wanted.filter((word) => !(word in parts));
if (unknown.length) {
  process.stderr.write(`no such part: ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}\n`);
  process.exit(2);
}
for (const [part, run] of Object.entries(parts)) {
  if (wanted.length && !wanted.includes(part)) continue;
  report.part = part;
  const began = Date.now();
  await run(report).catch((err) => report.claim('ran to its end', false, { error: err instanceof Error ? err.stack : String(err) }));
  report.figure('took', { seconds: Math.round((Date.now() - began) / 100) / 10 });
}
process.exit(report.broken() || (kind !== 'bench' && !report.claims()) ? 1 : 0);
