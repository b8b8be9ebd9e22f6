import { readFileSync } from 'node:fs';
import type { Viewer } from '../../../src/cases/index.ts';
import { openStore } from '../../../src/storage/open-store.ts';
import { createHouse, type createPeople } from '../../contract/cases-life.ts';
import { crowdOf, dice, newTally, wildMove } from '../../helpers/case-model.ts';

/** Moves cases wildly until it is killed; the plan is a file, the tally goes to standard output, a line every fifty commands. */
export interface Plan {
  databaseUrl: string | null;
  file: string;
  seed: number;
  now: string;
  people: Record<keyof Awaited<ReturnType<typeof createPeople>>, Viewer>;
}

const WRITERS = 3;
const LIVE_CASES = 40;

const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Plan;
const store = await openStore({ databaseUrl: plan.databaseUrl, sqliteFile: plan.file });
const house = createHouse(store);
house.time.now = new Date(plan.now);
const roll = dice(plan.seed);
const crowd = crowdOf(plan.people);
const caseIds: number[] = [];
const tally = newTally();
let told = 0;

const draft = async (): Promise<void> => {
  const index = roll(1_000_000);
  const form = { urgent: index % 4 === 0, keyCase: index % 3 === 0, categoryCode: String(index % 40), placeText: `第${index % 60}处` };
  const { caseId } = await house.draft(plan.people.agent, form, `1990000${String(index % 300).padStart(4, '0')}`);
  caseIds.push(caseId);
  // The oldest is filed or forgotten by now.
  if (caseIds.length > LIVE_CASES) caseIds.shift();
};

const write = async (): Promise<void> => {
  for (;;) {
    house.time.now = new Date(house.time.now.getTime() + roll(1_800_000) - 200_000);
    if (caseIds.length < LIVE_CASES || roll(30) === 0) await draft();
    await wildMove(roll, house, crowd, caseIds, tally);
    if (roll(50) === 0) await house.lives.sweep();
    if (tally.asked - told >= 50) {
      told = tally.asked;
      process.stdout.write(`${JSON.stringify({ ...tally, now: house.time.now.toISOString() })}\n`);
    }
  }
};
await Promise.all(Array.from({ length: WRITERS }, write));
