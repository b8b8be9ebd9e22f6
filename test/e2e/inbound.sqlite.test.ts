import t from 'tap';
import { inboundJourney } from './inbound.ts';

t.setTimeout(200_000);
t.test('a citizen dials 12345 and the agent’s browser rings with the card: SQLite', { timeout: 190_000 }, (t) =>
  inboundJourney(t, {}),
).catch(t.threw);
