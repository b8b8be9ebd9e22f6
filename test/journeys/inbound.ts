import type { Journey } from '../journey.ts';
import { voice } from './inbound/answer.ts';
import { desk } from './inbound/desk.ts';
import { memory } from './inbound/memory.ts';
import { breaks, flow } from './inbound/pop.ts';
import { start } from './inbound/start.ts';
import { surviveParts } from './inbound/survive.ts';

/** A citizen dials 12345: what must hold from the ring to the record, each part on a product started from scratch. */
export const parts: Journey['parts'] = {
  card: flow,
  'card-breaks': breaks,
  voice,
  desk,
  memory,
  start,
  ...surviveParts,
};
