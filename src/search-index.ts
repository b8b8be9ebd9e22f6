import { join } from 'node:path';
import { rebuildSearchIndex } from './cases/index.ts';
import { loadConfig } from './config/index.ts';
import { openStoreBeside } from './storage/open-store.ts';
import { createCaseLivesRepository } from './storage/repositories/case-lives.ts';

/** npm run search-index: makes the full-text index of cases anew; the service may run meanwhile. */
const config = loadConfig();
const store = await openStoreBeside({ databaseUrl: config.databaseUrl, sqliteFile: join(config.dataDirectory, 'hotline.db') });
try {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const held = await rebuildSearchIndex({ store, lives: createCaseLivesRepository(store) }, (done) => {
    if (done % 10_000 === 0) say(`${done} …`);
  });
  say(`${held} 张工单已重新编入检索 cases are in the index`);
} finally {
  await store.close();
}
