import t from 'tap';
import { createAgents, createLeading, createPauseSettings, type LiveOffer } from '../../src/agents/index.ts';
import { pausesOf } from '../../src/agents/pause-reasons.ts';
import { createBoard } from '../../src/board/index.ts';
import { createHistory } from '../../src/history/index.ts';
import { createAgentsRepository } from '../../src/storage/repositories/agents.ts';
import { createBoardRepository } from '../../src/storage/repositories/board.ts';
import { createDeskMessagesRepository } from '../../src/storage/repositories/desk-messages.ts';
import { createHistoryRepository } from '../../src/storage/repositories/history.ts';
import { createSettingsRepository } from '../../src/storage/repositories/settings.ts';
import type { Telephony } from '../../src/telephony/port.ts';
import { createGiven, TUESDAY } from '../helpers/given.ts';
import { openTestStore } from '../helpers/store.ts';

// The start of a PostgreSQL alone takes long where the machine has other work.
t.setTimeout(120_000);

const WRAP_UP_MS = 60_000;
const KEY = 'a key of the page';

for (const engine of ['sqlite', 'postgres'] as const)
  t.test(engine, async (t) => {
    const store = await openTestStore(t, engine);
    const given = createGiven(store);
    const time = { now: TUESDAY };
    const clock = { now: () => time.now };
    const onSwitch: string[] = [];
    const say =
      (verb: string) =>
      async (...about: unknown[]): Promise<void> =>
        void onSwitch.push([verb, ...about.filter((each) => typeof each === 'string')].join(' '));
    /** Extensions with a telephone in a call, as the switch holds it. */
    const inCall = new Set<string>();
    const snapshot = async () => [{ calls: [{ legs: [...inCall].map((extension) => ({ extension })) }] }];
    /** Whether the switch offers them calls, and what happens while it is told of somebody. */
    const joins: { extension: string; paused: boolean }[] = [];
    const during = { join: async (_extension: string): Promise<void> => undefined };
    const joinQueues = async (member: { extension: string; paused: boolean }): Promise<void> => {
      joins.push({ extension: member.extension, paused: member.paused });
      await during.join(member.extension);
    };
    const telephony = Object.fromEntries([
      ['snapshot', snapshot],
      ['joinQueues', joinQueues],
      ...['pause', 'unpause', 'leaveQueues', 'removePhone', 'setUpPhone'].map((verb) => [verb, say(verb)]),
    ]) as unknown as Telephony;
    const told: { messageId: number; staffId: number; seen: boolean }[] = [];
    const outbox = {
      append: async (_: unknown, name: string, payload: unknown) => {
        if (name === 'agent.messaged') told.push(payload as (typeof told)[number]);
      },
    };
    const history = createHistory({ repository: createHistoryRepository(store), clock });
    const shifts = createAgentsRepository(store);
    const registered = { now: true };
    const presences = { of: () => ({ registered: registered.now, device: 'idle' as const, since: TUESDAY }) };
    const live = new Map<number, LiveOffer>();
    const pauses = createPauseSettings({ store, repository: createSettingsRepository(store), history, clock });
    const agents = createAgents({
      store,
      repository: shifts,
      presences: presences as never,
      telephony,
      history,
      outbox,
      clock,
      logger: { warn: t.fail } as never,
      checkReason: (reason) => pauses.check(reason),
      liveOfferOf: async (staffId) => live.get(staffId) ?? null,
      bringBack: async (staffId) => {
        onSwitch.push(`bringBack ${staffId}`);
        return 7;
      },
      randomSecret: () => 'secret',
      deskSecret: () => 'secret',
      issueTicket: () => ({ ticket: '-', ticketExpiresAt: TUESDAY.toISOString() }),
      relayUrl: '-',
      sipDomain: '-',
      placesOf: () => [{ queue: 'main', penalty: 0 }],
      wrapUpMs: WRAP_UP_MS,
    });
    const leading = createLeading({ store, messages: createDeskMessagesRepository(store), shifts, agents, history, outbox, clock });
    const board = createBoard({
      repository: createBoardRepository(store),
      openOffersByStaff: async () => live,
      presences,
      alarms: { all: () => [], raise: () => {}, clear: () => {} },
      switchUp: () => true,
      clock,
      queues: () => ['main'],
      placesOf: () => [{ queue: 'main', penalty: 0 }],
      shortSeconds: 5,
      floodCalls: 5,
    });
    const onBoard = async (staffId: number) => (await board.view()).agents.find((each) => each.staffId === staffId);
    const leader = await given.staff({ roles: ['team_leader'], name: '王岩', extension: '8000' });
    const [one, two, away] = [
      await given.staff({ extension: '8001' }),
      await given.staff({ extension: '8002' }),
      await given.staff({ extension: '8003' }),
    ];
    for (const { staffId } of [leader, one, two]) {
      await agents.signIn(staffId, 'desk');
      await agents.setIntent(staffId, { intent: 'ready' });
    }
    const lastAct = async () => (await history.list({ after: null, limit: 1 })).rows[0];
    const newest = async (staffId: number) => (await leading.unseenOf(staffId)).at(-1);

    await t.test('a leader pauses and readies another: the switch, the record and the agent are told who did it', async (t) => {
      onSwitch.length = 0;
      t.match(await leading.setIntent(one.staffId, leader.staffId, { intent: 'paused', reason: 'meal' }), {
        state: 'paused',
        reason: 'meal',
      });
      t.same(onSwitch, ['pause 8001 meal']);
      t.match(await lastAct(), { act: 'agent.intent_set', actorId: leader.staffId, thingId: one.staffId });
      t.match(await newest(one.staffId), { kind: 'paused', from: '王岩', text: '' });
      const before = told.length;
      await leading.setIntent(one.staffId, leader.staffId, { intent: 'paused', reason: 'meal' });
      t.equal(told.length, before, 'a second click tells nobody anything');
      t.match(await leading.setIntent(one.staffId, leader.staffId, { intent: 'ready' }), { state: 'ready', reason: '' });
      t.match(await newest(one.staffId), { kind: 'readied' });
      await t.rejects(leading.setIntent(away.staffId, leader.staffId, { intent: 'ready' }), { code: 'agent.not_signed_in' });
    });

    await t.test('who writes up a call keeps the form; the pause comes after it', async (t) => {
      await agents.beginWrapUp(two.staffId);
      t.match(await leading.setIntent(two.staffId, leader.staffId, { intent: 'paused', reason: 'training' }), { state: 'wrap_up' });
      t.match(await agents.endWrapUp(two.staffId), { state: 'paused', reason: 'training' });
      await agents.setIntent(two.staffId, { intent: 'ready' });
    });

    await t.test('whose wrap-up ends while the switch is told again of everybody stays ready', async (t) => {
      await agents.beginWrapUp(two.staffId);
      joins.length = 0;
      during.join = async (extension) => {
        if (extension === '8001') await agents.endWrapUp(two.staffId);
      };
      await agents.reestablish({
        node: '-',
        takenAt: TUESDAY,
        bootedAt: TUESDAY,
        calls: [],
        members: [],
        registered: [],
        queues: {},
        keeping: [],
      });
      during.join = async () => undefined;
      t.same(
        joins.filter(({ extension }) => extension !== '8000').sort((a, b) => a.extension.localeCompare(b.extension)),
        [
          { extension: '8001', paused: false },
          { extension: '8002', paused: false },
        ],
      );
    });

    await t.test('a page loaded anew in a talk gets its citizen back, and no other citizen before', async (t) => {
      const { staffId } = await given.staff({ extension: '8004' });
      await agents.signIn(staffId, 'browser');
      await agents.setIntent(staffId, { intent: 'ready' });
      live.set(staffId, { callId: 7, state: 'talking', since: TUESDAY });
      onSwitch.length = 0;
      await agents.signIn(staffId, 'browser');
      t.notOk(onSwitch.includes(`bringBack ${staffId}`), 'the telephone is still there, at another computer: the talk stays there');
      registered.now = false;
      onSwitch.length = 0;
      await agents.signIn(staffId, 'browser');
      t.same(onSwitch, [`bringBack ${staffId}`, 'setUpPhone'], 'the citizen hears music before the telephone is made');
      t.same(joins.at(-1), { extension: '8004', paused: true });
      await agents.cameBack(7);
      t.same(onSwitch.at(-1), 'unpause 8004');
      await agents.cameBack(7);
      t.equal(onSwitch.length, 3, 'told once');
      live.set(staffId, { callId: 8, state: 'ringing', since: TUESDAY });
      await agents.signIn(staffId, 'browser');
      t.same(joins.at(-1), { extension: '8004', paused: false }, 'a ring has no citizen to bring back');
      registered.now = true;
      live.clear();
      await agents.signOut(staffId, 'self');
    });

    await t.test('nobody is signed off with a citizen on the line', async (t) => {
      live.set(one.staffId, { callId: 7, state: 'ringing', since: TUESDAY });
      await t.rejects(leading.signOut(one.staffId, leader.staffId), { code: 'agent.in_call' });
      t.notOk(onSwitch.includes('removePhone 8001'));
      live.clear();
      onSwitch.length = 0;
      inCall.add('8001');
      await t.rejects(leading.signOut(one.staffId, leader.staffId), { code: 'agent.in_call' }, 'rung so lately that nobody has told us');
      t.same(onSwitch, ['pause 8001 signing_off', 'unpause 8001'], 'no ring can begin meanwhile, and it is ready again');
      inCall.clear();
      t.match(await leading.signOut(one.staffId, leader.staffId), { state: 'signed_out' });
      t.ok(onSwitch.includes('leaveQueues 8001') && onSwitch.includes('removePhone 8001'));
      t.match(await lastAct(), { act: 'agent.signed_out', actorId: leader.staffId });
      t.match(await newest(one.staffId), { kind: 'signed_out' }, 'and is told so even though signed out');
      await t.rejects(leading.signOut(one.staffId, leader.staffId), { code: 'agent.not_signed_in' });
      await agents.signIn(one.staffId, 'desk');
      await agents.setIntent(one.staffId, { intent: 'ready' });
    });

    await t.test('a word to one or to all is shown until each has seen it, and sent twice it is one', async (t) => {
      for (const { staffId } of [one, two])
        for (const { messageId } of await leading.unseenOf(staffId)) await leading.see(messageId, staffId);
      t.equal((await onBoard(one.staffId))?.unseenMessages, 0);
      const all = { to: null, text: ' 暴雨预警，道路积水来电会多 ', key: KEY };
      t.equal(await leading.send(all, leader.staffId), 2, 'all but the sender and those who are away');
      t.equal(await leading.send(all, leader.staffId), 0);
      t.match(await leading.unseenOf(one.staffId), [{ kind: 'text', text: '暴雨预警，道路积水来电会多', from: '王岩' }]);
      t.same(await leading.unseenOf(away.staffId), []);
      t.match(await lastAct(), { act: 'agent.message_sent', actorId: leader.staffId, details: { people: 2 } });
      const message = await newest(one.staffId);
      t.ok(await leading.unseen(message?.messageId ?? 0));
      await t.rejects(leading.see(message?.messageId ?? 0, two.staffId), { code: 'thing.not_found' }, 'nobody sees it for another');
      t.equal((await onBoard(one.staffId))?.unseenMessages, 1);
      await leading.see(message?.messageId ?? 0, one.staffId);
      t.match(told.at(-1), { staffId: one.staffId, seen: true });
      const count = told.length;
      await leading.see(message?.messageId ?? 0, one.staffId);
      t.equal(told.length, count);
      t.same(await leading.unseenOf(one.staffId), []);
      t.equal(await leading.unseen(message?.messageId ?? 0), undefined);
      t.equal((await onBoard(two.staffId))?.unseenMessages, 1, 'the board shows who has not');
      t.equal(await leading.send({ to: two.staffId, text: '晚饭后换你', key: KEY.repeat(2) }, leader.staffId), 1);
      await t.rejects(leading.send({ to: away.staffId, text: '在吗', key: KEY }, leader.staffId), { code: 'agent.not_signed_in' });
      time.now = new Date(time.now.getTime() + 20 * 3_600_000);
      t.same(await leading.unseenOf(two.staffId), [], 'yesterday’s words are not this morning’s news');
      t.equal((await onBoard(two.staffId))?.unseenMessages, 0);
      time.now = TUESDAY;
    });

    await t.test(
      'reasons to pause are a list with versions; nobody pauses for what is not on it, and the day tells for what',
      async (t) => {
        const first = await pauses.view();
        t.equal(first.version, 0);
        const off = first.reasons.map((reason) => ({ ...reason, active: reason.code !== 'training' }));
        const saved = await pauses.save(
          { version: 0, reasons: [...off, { code: null, zh: ' 督查 ', en: 'Audit', active: true }] },
          leader.staffId,
        );
        t.match(saved, { version: 1, reasons: { length: 6 } });
        t.match(saved.reasons.at(-1), { code: 'reason_6', zh: '督查' });
        t.match(await lastAct(), { act: 'settings.changed', thingKind: 'pause_reasons' });
        await t.rejects(pauses.save({ version: 0, reasons: off }, leader.staffId), {
          code: 'settings.version_stale',
          details: { theirs: { version: 1 } },
        });
        await t.rejects(agents.setIntent(two.staffId, { intent: 'paused', reason: 'training' }), { code: 'request.invalid' });
        await t.rejects(leading.setIntent(two.staffId, leader.staffId, { intent: 'paused', reason: 'lunch' }), { code: 'request.invalid' });
        const day = TUESDAY.getTime() + 3_600_000;
        const at = (minutes: number) => {
          time.now = new Date(day + minutes * 60_000);
        };
        at(0);
        await agents.setIntent(two.staffId, { intent: 'paused', reason: 'reason_6' });
        at(10);
        await agents.beginWrapUp(two.staffId);
        at(12);
        await agents.endWrapUp(two.staffId);
        at(17);
        await agents.setIntent(two.staffId, { intent: 'paused', reason: 'meal' });
        at(37);
        await agents.signOut(two.staffId, 'self');
        at(60);
        const changes = await shifts.deskChanges(two.staffId, new Date(day));
        t.same(pausesOf(changes, time.now), [
          { reason: 'meal', seconds: 1200 },
          { reason: 'reason_6', seconds: 900 },
        ]);
        time.now = TUESDAY;
      },
    );

    await t.test('a call for help stands on the board until a leader has seen it, and the agent learns who comes', async (t) => {
      t.match(await agents.askForHelp(one.staffId, true), { helpSince: TUESDAY.toISOString() });
      time.now = new Date(TUESDAY.getTime() + 5_000);
      t.match(await agents.askForHelp(one.staffId, true), { helpSince: TUESDAY.toISOString() }, 'pressed twice, asked once');
      t.equal((await onBoard(one.staffId))?.helpSince, TUESDAY.toISOString());
      const [first, second] = await Promise.all([
        leading.acknowledgeHelp(one.staffId, leader.staffId),
        leading.acknowledgeHelp(one.staffId, leader.staffId),
      ]);
      t.same([first.helpSince, second.helpSince], [null, null]);
      t.equal((await leading.unseenOf(one.staffId)).filter(({ kind }) => kind === 'help_seen').length, 1, 'of two who come one is told');
      t.match(await lastAct(), { act: 'agent.help_acknowledged', actorId: leader.staffId });
      t.equal((await onBoard(one.staffId))?.helpSince, null);
      await agents.askForHelp(one.staffId, true);
      await agents.askForHelp(one.staffId, false);
      t.match(await lastAct(), { act: 'agent.help_withdrawn', actorId: one.staffId });
      await agents.askForHelp(one.staffId, true);
      await agents.signOut(one.staffId, 'self');
      await agents.signIn(one.staffId, 'desk');
      t.equal((await onBoard(one.staffId))?.helpSince, null, 'a new shift begins without it');
    });
  });
