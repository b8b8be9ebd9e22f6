import type { Test } from 'tap';
import { createCallsRepository } from '../../src/storage/repositories/calls.ts';
import { createGiven, TUESDAY } from '../helpers/given.ts';
import { type Engine, openTestStore } from '../helpers/store.ts';
import { until } from '../helpers/switch.ts';
import { wholeApp } from '../helpers/whole-app.ts';

export const ratingsContract = (t: Test, engine: Engine): void => {
  t.setTimeout(90_000);
  t.test('a rating after a call: once, with the agent who spoke last, on the call’s record and in the agent’s day', async (t) => {
    const store = await openTestStore(t, engine);
    const time = { now: TUESDAY };
    const given = createGiven(store);
    const first = await given.staff({ extension: '8001' });
    const last = await given.staff({ extension: '8002' });
    const { app, script } = await wholeApp(t, {
      dataDirectory: t.testdir(),
      store: { ...store, close: async () => {} },
      clock: { now: () => time.now },
    });
    await app.http.ready();
    await app.start();
    t.teardown(() => app.stop());
    for (const extension of ['8001', '8002']) script.register(extension);
    const repository = createCallsRepository(store);
    const rows = () => store.read((db) => db.select().from(store.schema.callRatings));
    const step = (): void => {
      time.now = new Date(time.now.getTime() + 1_000);
    };
    /** The first agent's telephone dies, the second hangs up. */
    const talked = (number: string): string => {
      const channelId = script.arrive({ number });
      script.enqueue(channelId, 'main');
      for (const [extension, cause] of [
        ['8001', 44],
        ['8002', 16],
      ] as const) {
        step();
        const leg = script.offer(channelId, extension);
        script.answer(leg);
        step();
        script.agentHangsUp(leg, cause);
      }
      return channelId;
    };
    const callOf = async (channelId: string): Promise<number> => {
      await until('the call is kept', async () =>
        (await store.read((db) => db.select().from(store.schema.calls))).some((call) => call.channelId === channelId),
      );
      return (await store.read((db) => db.select().from(store.schema.calls))).find((call) => call.channelId === channelId)?.id ?? 0;
    };

    const heard = talked('13812340001');
    script.rates(heard, 2);
    script.citizenHangsUp(heard);
    await until('it is kept', async () => (await rows()).length === 1);
    t.match(await rows(), [{ callId: await callOf(heard), staffId: last.staffId, key: 2, value: 4 }]);
    await until('the switch need not keep it any more', () =>
      script.requests().some(({ method, argument }) => method === 'forgetRating' && argument === heard),
    );
    // What the switch kept may have been fetched beside the news: how often it was forgotten says nothing by itself.
    const forgotten = (): number => script.requests().filter(({ method }) => method === 'forgetRating').length;
    const before = forgotten();
    script.rates(heard, 5);
    await until('told twice', () => forgotten() > before);
    t.match(await rows(), [{ value: 4 }], 'the first one stays');

    const silent = talked('13812340002');
    script.citizenHangsUp(silent);
    t.equal(await repository.ratingOf(await callOf(silent)), null, 'no key is no rating');

    const missed = talked('13812340003');
    script.linkDown();
    script.rates(missed, 5, false);
    script.citizenHangsUp(missed);
    script.linkUp();
    await until('what was pressed meanwhile is fetched', async () => (await rows()).length === 2);
    t.match(await repository.ratingOf(await callOf(missed)), { value: 1, name: last.name });
    t.match(await repository.ratingOf(await callOf(heard)), { value: 4 }, 'and still stays');

    t.match(await repository.dayOf(last.staffId, TUESDAY), { rated: 2, ratedSum: 5 });
    t.match(await repository.dayOf(first.staffId, TUESDAY), { rated: 0, ratedSum: 0 }, 'whose telephone died is not rated');
    t.match(await repository.dayOf(last.staffId, new Date(time.now.getTime() + 1_000)), { rated: 0, ratedSum: 0 }, 'of another day');
  });
};
