import t from 'tap';
import { openTestStore } from '../helpers/store.ts';
import { accessSuite } from './access.ts';
import { historySuite } from './history.ts';

for (const engine of ['sqlite', 'postgres'] as const)
  t.test(engine, async (t) => {
    accessSuite(t, (t) => openTestStore(t, engine));
    historySuite(t, (t) => openTestStore(t, engine));
  });
