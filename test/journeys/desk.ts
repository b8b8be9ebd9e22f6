import type { Journey } from '../journey.ts';
import { board } from './desk/board.ts';
import { attended, blind } from './desk/hand-over.ts';
import { hold } from './desk/hold.ts';
import { instants } from './desk/instants.ts';
import { killed } from './desk/killed.ts';
import { network, reload, tabs } from './desk/pages.ts';
import { emergency, threeWay } from './desk/three.ts';

/**
 * The whole desk on real parts, each part on a product started from scratch: what an agent does with a call, what a page, a tab and a
 * network may do to it, and the board beside it. JOURNEY_ROUNDS=3 for a short run.
 */
export const parts: Journey['parts'] = {
  hold,
  blind,
  attended,
  three: threeWay,
  '110': emergency,
  reload,
  tabs,
  network,
  instants,
  killed,
  board,
};
