import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const root = join(import.meta.dirname, '../..');
const files = globSync('src/**/*.ts', { cwd: root })
  .filter((file) => !file.startsWith('src/console/'))
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

/** Each rule says what to do instead, because whoever breaks it is in a hurry. */
const only = (what: RegExp, allowed: RegExp, cure: string): void => {
  t.test(cure, async (t) => {
    const offenders = files.filter(({ file, text }) => what.test(text) && !allowed.test(file)).map(({ file }) => file);
    t.same(offenders, []);
    t.ok(
      files.some(({ file, text }) => what.test(text) && allowed.test(file)),
      'the rule still looks at something',
    );
  });
};

only(/from 'drizzle-orm/, /^src\/(storage|jobs)\//, 'drizzle only in storage and the job queue: put the query into storage/repositories');
only(/process\.env/, /^src\/config\//, 'process.env only in config: add a key to config/keys.ts');
only(/from '(asterisk-manager|ari-client)'/, /^src\/telephony\/asterisk\//, 'AMI and ARI only in telephony/asterisk: use the port');

t.test('core imports nothing of ours', async (t) => {
  const offenders = files.filter(({ file, text }) => file.startsWith('src/core/') && /from '\.\.\//.test(text)).map(({ file }) => file);
  t.same(offenders, []);
});

t.test('calls does not know cases or agents: what it needs is handed in', async (t) => {
  const offenders = files
    .filter(({ file, text }) => file.startsWith('src/calls/') && /from '\.\.\/(cases|agents)\//.test(text))
    .map(({ file }) => file);
  t.same(offenders, []);
});

t.test('migrations come in pairs of the same number and name', async (t) => {
  const names = (engine: string): string[] => globSync('*.sql', { cwd: join(root, 'migrations', engine) }).sort();
  t.same(names('sqlite'), names('postgres'));
  t.ok(names('sqlite').length > 0);
});
