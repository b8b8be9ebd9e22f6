import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const root = join(import.meta.dirname, '../../src/console');

t.test('no Chinese is written into a page: every text has its English beside it', async (t) => {
  const pages = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.tsx') && !name.startsWith('dist'),
  );
  t.ok(pages.length > 10);
  for (const page of pages) t.notMatch(readFileSync(join(root, page), 'utf8'), /[\u4e00-\u9fff]/, page);
});
