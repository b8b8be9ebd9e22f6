import t from 'tap';
import { newDatabase } from '../helpers/store.ts';
import { inboundJourney } from './inbound.ts';

t.setTimeout(200_000);
t.test('a citizen dials 12345 and the agent’s browser rings with the card: PostgreSQL', { timeout: 190_000 }, async (t) =>
  inboundJourney(t, { DATABASE_URL: await newDatabase() }),
).catch(t.threw);
