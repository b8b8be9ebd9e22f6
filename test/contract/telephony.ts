import { setTimeout as pause } from 'node:timers/promises';
import type { Test } from 'tap';
import { type HotlineError, isHotlineError } from '../../src/core/errors.ts';
import type { TelephonyEvent } from '../../src/telephony/events.ts';
import { type SwitchQueue, type Telephony, waitingRank } from '../../src/telephony/port.ts';

/** One agent's ringing telephone in the test's hand. */
export interface Ring {
  answer(): void;
  decline(): void;
  hangUp(): void;
}

/**
 * A switch and the people around it: how a test makes things happen that the port itself can't. The switch holds a queue
 * "hotline" and a queue "second", sends every caller of 12345 to "hotline" and says goodbye after the talk.
 */
export interface TelephonyWorld {
  telephony: Telephony & {
    missedEvents(node: string, cursor: unknown): Promise<{ known: boolean; events: TelephonyEvent[]; cursor: unknown }>;
  };
  node: string;
  citizenCalls(number: string): { hangUp(): void };
  /** Registers the extension's telephone. Rejects when the switch does not know it. */
  register(extension: string, secret: string): Promise<{ ring(): Promise<Ring> }>;
  /** The link between the service and the switch breaks and stays broken; the switch goes on. */
  breakLink(): void;
  mendLink(): void;
  /** The switch dies with all its calls and begins anew. */
  restart(): Promise<void>;
}

const LIMIT_MS = 15_000;

/** What has been told, in its order, and a way to wait for the next of it. */
const listen = () => {
  const heard: TelephonyEvent[] = [];
  const until = async <T extends TelephonyEvent['type']>(
    type: T,
    fits: (event: Extract<TelephonyEvent, { type: T }>) => boolean = () => true,
    from = 0,
  ) => {
    for (let waited = 0; waited < LIMIT_MS; waited += 10) {
      for (const event of heard.slice(from))
        if (event.type === type && fits(event as Extract<TelephonyEvent, { type: T }>))
          return event as Extract<TelephonyEvent, { type: T }>;
      await pause(10);
    }
    throw new Error(
      `${type} was not told; heard: ${heard
        .slice(from)
        .map((event) => event.type)
        .join(' ')}`,
    );
  };
  return { heard, until };
};

const until = async (holds: () => Promise<boolean>, what: string) => {
  for (let waited = 0; waited < LIMIT_MS; waited += 50) {
    if (await holds()) return;
    await pause(50);
  }
  throw new Error(`did not come to pass: ${what}`);
};

const failureOf = (work: Promise<unknown>): Promise<HotlineError | null> =>
  work.then(
    () => null,
    (err: unknown) => (isHotlineError(err) ? err : Promise.reject(err)),
  );

const callTypes = (events: readonly TelephonyEvent[], channelId: string) =>
  events
    .filter((event) => 'channelId' in event && event.channelId === channelId && /^(call|offer)\./.test(event.type))
    .map((event) => event.type);

/** What every switch behind our port must do, the pretended one and the real one. */
export const telephonyContract = async (t: Test, world: TelephonyWorld): Promise<void> => {
  const { telephony, node } = world;
  const { heard, until: told } = listen();
  const snapshot = async () => {
    const [taken] = await telephony.snapshot(node);
    if (!taken) throw new Error('no snapshot');
    return taken;
  };
  const membersOf = async (extension: string) =>
    (await snapshot()).members
      .filter((member) => member.extension === extension && !member.queue.startsWith('agent-'))
      .sort((a, b) => a.queue.localeCompare(b.queue));

  await t.test('not started, nothing is promised; started, it says when it is up', async (t) => {
    t.equal((await failureOf(telephony.pause('8001', 'x')))?.code, 'telephony.unavailable');
    await telephony.start((event) => void heard.push(event));
    await told('switch.up');
    t.match(telephony.nodes(), [{ node, up: true, reason: '' }]);
    t.match(await snapshot(), { node, calls: [], registered: [] });
  });

  await t.test('a telephone is set up, twice, registers with its secret alone, and is taken away, twice', async (t) => {
    const phone = { extension: '8009', displayName: '试"机', secret: 'one-secret', kind: 'desk' as const };
    await telephony.setUpPhone(phone);
    await telephony.setUpPhone(phone);
    t.ok(
      await world.register('8009', 'another').then(
        () => false,
        () => true,
      ),
      'a wrong secret is refused',
    );
    await world.register('8009', 'one-secret');
    await told('contact.changed', (event) => event.extension === '8009' && event.registered);
    t.same((await snapshot()).registered, ['8009']);
    await telephony.removePhone('8009');
    await telephony.removePhone('8009');
    await until(async () => (await snapshot()).registered.length === 0, 'the phone is gone');
    t.ok(
      await world.register('8009', 'one-secret').then(
        () => false,
        () => true,
      ),
      'nobody registers as it any more',
    );
  });

  await t.test('a member of exactly these queues, in exactly this state', async (t) => {
    const member = { extension: '8001', displayName: '李坐席', queues: ['hotline', 'second'], paused: true, reason: 'signing_in' };
    await telephony.joinQueues(member);
    await telephony.joinQueues(member);
    t.match(await membersOf('8001'), [
      { queue: 'hotline', paused: true, pauseReason: 'signing_in' },
      { queue: 'second', paused: true, pauseReason: 'signing_in' },
    ]);
    await telephony.joinQueues({ ...member, queues: ['hotline'] });
    t.same(
      (await membersOf('8001')).map((one) => one.queue),
      ['hotline'],
    );
    const from = heard.length;
    await telephony.unpause('8001');
    await told('member.changed', (event) => event.extension === '8001' && event.queue === 'hotline' && !event.paused, from);
    await telephony.pause('8001', '午休');
    t.match(await membersOf('8001'), [{ paused: true, pauseReason: '午休' }]);
    await telephony.pause('8001', 'wrapup');
    t.match(await membersOf('8001'), [{ paused: true, pauseReason: 'wrapup' }]);
    await telephony.leaveQueues('8001');
    await telephony.leaveQueues('8001');
    t.same(await membersOf('8001'), []);
    t.equal((await failureOf(telephony.pause('8001', 'x')))?.code, 'telephony.refused', 'nobody there to pause');
  });

  await t.test('queues made while it runs have members at once, changed and taken away as said', async (t) => {
    const queue = (name: string): SwitchQueue => ({
      queue: name,
      strategy: 'leastrecent',
      ringSeconds: 12,
      wrapUpSeconds: 3,
      announcement: 'queue.still',
      announceEverySeconds: 45,
      open: true,
      patienceSeconds: 60,
    });
    const member = { extension: '8001', displayName: '李坐席', paused: true, reason: 'signing_in' };
    const lines = { '12345': null, '053312345': 'made_b' };
    await telephony.writeQueues({ queues: [queue('made_a'), queue('made_b')], retired: [], lines });
    await telephony.joinQueues({ ...member, queues: ['made_a', 'made_b'], penalties: { made_b: 2 } });
    t.match(await membersOf('8001'), [
      { queue: 'made_a', penalty: 0 },
      { queue: 'made_b', penalty: 2 },
    ]);
    await telephony.joinQueues({ ...member, queues: ['made_a', 'made_b'], penalties: { made_a: 5 } });
    t.match(await membersOf('8001'), [
      { queue: 'made_a', penalty: 5 },
      { queue: 'made_b', penalty: 0 },
    ]);
    // Written again and changed: the members stay where they are.
    await telephony.writeQueues({ queues: [{ ...queue('made_a'), open: false, announcement: null }, queue('made_b')], retired: [], lines });
    t.match(await membersOf('8001'), [{ penalty: 5, paused: true }, { penalty: 0 }]);
    await telephony.joinQueues({ ...member, queues: ['made_a'] });
    await telephony.writeQueues({ queues: [queue('made_a')], retired: ['made_b'], lines: { ...lines, '053312345': null } });
    t.same(
      (await membersOf('8001')).map((one) => one.queue),
      ['made_a'],
    );
    await telephony.leaveQueues('8001');
    await telephony.writeQueues({ queues: [], retired: ['made_a', 'made_b'], lines });
    for (const bad of ['general', 'x\r\nAction: Command', 'a b'])
      t.equal((await failureOf(telephony.writeQueues({ queues: [queue(bad)], retired: [], lines: {} })))?.code, 'telephony.value_refused');
  });

  await t.test('a value that could begin a command of its own is refused', async (t) => {
    const bad = 'x\r\nAction: Command\r\nCommand: core stop now';
    const tries = [
      telephony.pause('8001', bad),
      telephony.joinQueues({ extension: '8001', displayName: bad, queues: ['hotline'], paused: false, reason: '' }),
      telephony.joinQueues({ extension: '8001', displayName: 'x', queues: [bad], paused: false, reason: '' }),
      telephony.setUpPhone({ extension: bad, displayName: 'x', secret: 'x', kind: 'desk' }),
      telephony.setUpPhone({ extension: '8001', displayName: bad, secret: 'x', kind: 'desk' }),
      telephony.hangUp(bad, 16),
      telephony.writeCallerRule({ number: bad }),
      telephony.writePrecedence({ number: bad, aheadMinutes: 1, knowingExtension: null }),
      telephony.writeSettings({ fallbackNumber: bad, openHours: null, maxWaiting: null }),
      telephony.setWaitingPriority(bad, 'x', 1),
    ];
    for (const one of tries) t.equal((await failureOf(one))?.code, 'telephony.value_refused');
    t.same(await membersOf('8001'), []);
  });

  await t.test('rules and settings may be written twice and taken back twice', async (t) => {
    const rule = {
      number: '13900001111',
      language: 'en' as const,
      keptApart: ['8001', '8002'],
      restriction: { kind: 'low_priority' as const, until: new Date(2e12) },
    };
    await telephony.writeCallerRule(rule);
    await telephony.writeCallerRule({ number: rule.number, language: 'zh' });
    const precedence = { number: rule.number, aheadMinutes: 5, knowingExtension: '8001' };
    await telephony.writePrecedence(precedence);
    await telephony.writePrecedence({ ...precedence, aheadMinutes: 0, knowingExtension: null });
    await telephony.writePrecedence({ ...precedence, aheadMinutes: 0, knowingExtension: null });
    await telephony.removeCallerRule(rule.number);
    await telephony.removeCallerRule(rule.number);
    await telephony.writeSettings({ fallbackNumber: '13800000000', openHours: '08:00-18:00,mon-fri,*,*', maxWaiting: 20 });
    await telephony.writeSettings({ fallbackNumber: null, openHours: null, maxWaiting: null });
    t.ok(true);
  });

  const signIn = async (extension: string) => {
    await telephony.setUpPhone({ extension, displayName: `坐席${extension}`, secret: `s-${extension}`, kind: 'desk' });
    const phone = await world.register(extension, `s-${extension}`);
    await telephony.joinQueues({ extension, displayName: `坐席${extension}`, queues: ['hotline'], paused: false, reason: '' });
    await until(async () => (await membersOf(extension)).some((member) => member.device === 'idle'), `${extension} is ready`);
    return phone;
  };

  await t.test('a call from its arrival to its end, as events and as the truth', async (t) => {
    const phone = await signIn('8001');
    const from = heard.length;
    const citizen = world.citizenCalls('13900001111');
    const { channelId } = await told(
      'call.arrived',
      (event) => event.callerNumber === '13900001111' && event.calledNumber === '12345',
      from,
    );
    const { legId } = await told(
      'call.offered',
      (event) => event.channelId === channelId && event.extension === '8001' && event.queue === 'hotline',
      from,
    );
    const ring = await phone.ring();
    await until(async () => (await snapshot()).calls[0]?.legs[0]?.state === 'ringing', 'it rings');
    t.match(await snapshot(), {
      calls: [{ channelId, queue: 'hotline', callerNumber: '13900001111', calledNumber: '12345', legs: [{ legId, extension: '8001' }] }],
      queues: { hotline: [channelId] },
    });
    ring.answer();
    await told('call.answered', (event) => event.legId === legId, from);
    await until(async () => (await snapshot()).calls[0]?.legs[0]?.state === 'talking', 'they talk');
    t.match(await snapshot(), {
      calls: [{ channelId, queue: null, legs: [{ legId, extension: '8001', state: 'talking' }] }],
      queues: { hotline: [] },
    });
    ring.hangUp();
    await told('call.agent_left', (event) => event.legId === legId && event.extension === '8001', from);
    await told('call.ended', (event) => event.channelId === channelId, from);
    t.same(callTypes(heard.slice(from), channelId), [
      'call.arrived',
      'call.queued',
      'call.offered',
      'call.left_queue',
      'call.answered',
      'offer.ended',
      'call.agent_left',
      'call.ended',
    ]);
    t.same((await snapshot()).calls, []);
    citizen.hangUp();
  });

  await t.test('declined by one, taken by another: each ring ends once', async (t) => {
    const first = await signIn('8001');
    const second = await signIn('8002');
    const from = heard.length;
    const rings: Promise<{ extension: string; ring: Ring }>[] = [
      first.ring().then((ring) => ({ extension: '8001', ring })),
      second.ring().then((ring) => ({ extension: '8002', ring })),
    ];
    const citizen = world.citizenCalls('13900002222');
    const one = await Promise.race(rings);
    one.ring.decline();
    const lost = await told('offer.ended', (event) => !event.answered && event.extension === one.extension, from);
    const other = one.extension === '8001' ? rings[1] : rings[0];
    (await other)?.ring.answer();
    const taken = await told('offer.ended', (event) => event.answered, from);
    t.not(lost.legId, taken.legId);
    t.equal(heard.slice(from).filter((event) => event.type === 'offer.ended' && event.legId === lost.legId).length, 1);
    citizen.hangUp();
    await told('call.ended', (event) => event.channelId === taken.channelId, from);
    t.same(callTypes(heard.slice(from), taken.channelId).slice(-2), ['call.agent_left', 'call.ended'], 'nothing outlives the call');
    await telephony.leaveQueues('8002');
  });

  await t.test('given up while it rings', async (t) => {
    const phone = await signIn('8001');
    const from = heard.length;
    const citizen = world.citizenCalls('13900003333');
    await phone.ring();
    const { channelId } = await told('call.offered', () => true, from);
    citizen.hangUp();
    await told('call.ended', (event) => event.channelId === channelId, from);
    const types = callTypes(heard.slice(from), channelId);
    t.ok(types.indexOf('offer.ended') < types.indexOf('call.ended') && types.includes('offer.ended'));
    t.notOk(types.includes('call.answered'));
  });

  await t.test('hung up by us: the leg with its cause, the call for good', async (t) => {
    const phone = await signIn('8001');
    const from = heard.length;
    world.citizenCalls('13900004444');
    (await phone.ring()).answer();
    const { channelId, legId } = await told('call.answered', () => true, from);
    await telephony.hangUp(legId, 44);
    t.equal((await told('call.agent_left', (event) => event.legId === legId, from)).cause, 44);
    await telephony.hangUp(legId, 44);
    await telephony.hangUp(channelId, 16);
    await told('call.ended', (event) => event.channelId === channelId, from);
    await telephony.hangUp(channelId, 16);
    await telephony.leaveQueues('8001');
  });

  await t.test('the earlier place in the queue for one who waits', async (t) => {
    const from = heard.length;
    const early = world.citizenCalls('13900005551');
    const { channelId: first } = await told('call.queued', () => true, from);
    const late = world.citizenCalls('13900005552');
    const { channelId: second } = await told('call.queued', (event) => event.channelId !== first, from);
    t.same((await snapshot()).queues.hotline, [first, second]);
    await telephony.setWaitingPriority('hotline', second, waitingRank(new Date(), 10));
    await until(async () => (await snapshot()).queues.hotline?.[0] === second, 'the second is first');
    early.hangUp();
    late.hangUp();
    await told('call.ended', (event) => event.channelId === second, from);
    await told('call.ended', (event) => event.channelId === first, from);
  });

  await t.test('the link breaks: told, refused at once, mended, and what was missed can be read', async (t) => {
    const before = (await telephony.missedEvents(node, null)).cursor;
    const from = heard.length;
    const citizen = world.citizenCalls('13900006666');
    const { channelId } = await told('call.queued', () => true, from);
    world.breakLink();
    const down = await told('switch.down', () => true, from);
    t.ok(down.reason, 'in words');
    t.match(telephony.nodes(), [{ node, up: false }]);
    for (const work of [
      telephony.pause('8001', 'x'),
      telephony.snapshot(node),
      telephony.hangUp(channelId, 16),
      telephony.setUpPhone({ extension: '8077', displayName: 'x', secret: 'x', kind: 'desk' }),
    ])
      t.equal((await failureOf(work))?.code, 'telephony.unavailable');
    citizen.hangUp();
    await pause(300);
    world.mendLink();
    await told('switch.up', () => true, from);
    t.same((await snapshot()).calls, []);
    const missed = await telephony.missedEvents(node, before);
    t.ok(missed.known);
    t.ok(missed.events.some((event) => event.type === 'call.ended' && event.channelId === channelId));
    t.same((await telephony.missedEvents(node, missed.cursor)).events, []);
  });

  await t.test('the switch dies and comes back: calls gone, our phones and members there again', async (t) => {
    await signIn('8001');
    await telephony.pause('8001', '午休');
    const booted = (await snapshot()).bootedAt;
    const from = heard.length;
    world.citizenCalls('13900007777');
    await told('call.queued', () => true, from);
    await world.restart();
    await told('switch.up', () => true, from);
    t.ok(heard.slice(from).some((event) => event.type === 'switch.down'));
    const after = await snapshot();
    t.same(after.calls, []);
    t.ok(after.bootedAt.getTime() > booted.getTime());
    t.match(await membersOf('8001'), [{ queue: 'hotline', paused: true, pauseReason: '午休' }]);
    await world.register('8001', 's-8001');
    await until(async () => (await snapshot()).registered.includes('8001'), 'the phone registers again');
    t.notOk((await snapshot()).registered.includes('8009'), 'what was taken away stays away');
  });

  await t.test('stopped, it tells nothing more', async (t) => {
    await telephony.stop();
    t.match(telephony.nodes(), [{ up: false }]);
    t.equal((await failureOf(telephony.unpause('8001')))?.code, 'telephony.unavailable');
  });
};
