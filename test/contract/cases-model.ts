import type { Test } from 'tap';
import { brokenInvariants, crowdOf, dice, newTally, wildMove } from '../helpers/case-model.ts';
import { type Engine, openTestStore } from '../helpers/store.ts';
import { createHouse, createPeople } from './cases-life.ts';

const BUDGET_MS = 12_000;
const CASES = 12;
const WRITERS = 4;

/** Wild commands by several writers at once, for a few seconds; the long run is `npm run journey -- case`. */
export const casesModelContract = (t: Test, engine: Engine): void => {
  t.setTimeout(120_000);
  t.test('legal and illegal commands by several writers break no invariant', async (t) => {
    const house = createHouse(await openTestStore(t, engine));
    const people = await createPeople(house);
    const seed = Date.now() % 1_000_000;
    const roll = dice(seed);
    const caseIds: number[] = [];
    for (let index = 0; index < CASES; index++)
      caseIds.push(
        (
          await house.draft(people.agent, {
            urgent: index % 4 === 0,
            keyCase: index % 3 === 0,
            categoryCode: `9${index}`,
            placeText: `第${index}处`,
          })
        ).caseId,
      );
    const tally = newTally();
    const crowd = crowdOf(people);
    const until = Date.now() + BUDGET_MS;
    const write = async (): Promise<void> => {
      while (Date.now() < until) {
        // The clock goes on by fits and starts, and now and then back.
        house.time.now = new Date(house.time.now.getTime() + roll(3_600_000) - 300_000);
        await wildMove(roll, house, crowd, caseIds, tally);
        if (roll(25) === 0) await house.lives.sweep();
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, write));
    t.comment(`seed ${seed}: ${JSON.stringify({ ...tally, faults: tally.faults.length })}`);
    t.same(tally.faults, []);
    t.same(await brokenInvariants(house.store), []);
    t.ok(tally.done > 20 && Object.keys(tally.refused).length >= 3, 'both kinds were tried');
  });
};
