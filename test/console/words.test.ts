import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PERSONS_COMMANDS } from '../../src/cases/commands.ts';
import { actWord, thingWord } from '../../src/console/history/history-view.ts';
import type { Translate } from '../../src/console/i18n/i18n.ts';

const root = join(import.meta.dirname, '../../src/console');

t.test('no Chinese is written into a page: every text has its English beside it', async (t) => {
  const pages = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.tsx') && !name.startsWith('dist'),
  );
  t.ok(pages.length > 10);
  for (const page of pages) t.notMatch(readFileSync(join(root, page), 'utf8'), /[\u4e00-\u9fff]/, page);
});

t.test('what people typed is shown as text: no page makes markup or code of a string', async (t) => {
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.tsx?$/.test(name) && !name.startsWith('dist'),
  );
  t.ok(sources.length > 50);
  const maker = /dangerouslySetInnerHTML|(?:inner|outer)HTML|insertAdjacentHTML|document\.write|srcDoc|new Function|\beval\(/;
  for (const source of sources) t.notMatch(readFileSync(join(root, source), 'utf8'), maker, source);
});

t.test('whatever is put on record has words for the auditor', async (t) => {
  const source = join(root, '..');
  const code = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('console'))
    .map((name) => readFileSync(join(source, name), 'utf8'))
    .join('\n');
  const all = (form: RegExp): string[] => [...new Set([...code.matchAll(form)].map(([, word = '']) => word))];
  const acts = [...all(/\bact: '([a-z_]+\.[a-z_]+)'/g), ...all(/\brecord\(db, '([a-z_]+\.[a-z_]+)'/g)];
  const moves = PERSONS_COMMANDS.map((schema) => `case.${schema.properties.do.const}`);
  const word = ((key: string) => `in words: ${key}`) as Translate;
  t.ok(acts.length > 25 && moves.length > 25);
  for (const act of [...acts, ...moves]) t.match(actWord(word, act), /^in words/, act);
  for (const thing of all(/\bthing: \{ kind: '([a-z_]+)'/g)) t.match(thingWord(word, thing), /^in words/, thing);
});
