import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { isHotlineError } from '../../src/core/errors.ts';
import { type AmiClosed, type AmiOptions, connectAmi } from '../../src/telephony/asterisk/ami.ts';
import { type AmiMessage, checkAction, normaliseFrame, reconnectDelayMs } from '../../src/telephony/asterisk/ami-frames.ts';
import { silentLog } from '../../src/telephony/asterisk/log.ts';
import { TRANSLATED_EVENTS } from '../../src/telephony/asterisk/translate.ts';
import { emptySwitch, type FakeAmi, frame, startFakeAmi } from '../helpers/fake-ami.ts';

const join = async (test: { teardown(work: () => unknown): void }, fake: FakeAmi, more: Partial<AmiOptions> = {}) => {
  const events: AmiMessage[] = [];
  const closed = Promise.withResolvers<AmiClosed>();
  const connection = connectAmi({
    host: '127.0.0.1',
    port: fake.port,
    user: 'hotline',
    secret: 'secret',
    wanted: new Set([...TRANSLATED_EVENTS, 'FullyBooted']),
    log: silentLog,
    onEvent: (message) => void events.push(message),
    onClose: closed.resolve,
    ...more,
  });
  test.teardown(() => connection.close());
  return { connection, events, closed: closed.promise };
};

const until = async (holds: () => boolean, limitMs = 5000) => {
  for (let waited = 0; !holds(); waited += 5) {
    if (waited > limitMs) throw new Error('did not come to pass');
    await pause(5);
  }
};

const refusedWith = (code: Parameters<typeof isHotlineError>[1]) => (err: unknown) => isHotlineError(err, code);

t.test('a value that could end our action and begin another is refused before a byte goes out', async (t) => {
  const fake = await startFakeAmi(t);
  const { connection } = await join(t, fake);
  await connection.ready;
  const before = fake.actions.length;
  for (const bad of ['x\r\nAction: Command', 'x\ny', 'x\ry', 'x\0y', 'y'.repeat(2000)]) {
    const refused = await connection.action({ Action: 'QueuePause', Reason: bad }).catch((err: unknown) => err);
    t.ok(refusedWith('telephony.value_refused')(refused));
  }
  t.ok(refusedWith('telephony.value_refused')(await connection.action({ 'Action\r\nX': 'Ping' }).catch((err: unknown) => err)));
  t.equal(fake.actions.length, before);
  t.same(checkAction({ Action: 'QueueAdd', MemberName: '李 "坐席" 😀', Penalty: 0 }), {
    Action: 'QueueAdd',
    MemberName: '李 "坐席" 😀',
    Penalty: '0',
  });
});

t.test('the mask and the filters are asked for, and an unknown event costs nothing', async (t) => {
  const fake = await startFakeAmi(t);
  const { connection, events } = await join(t, fake);
  await connection.ready;
  t.equal(fake.actions.find((action) => action.action === 'Events')?.eventmask, 'system,call,agent,user');
  t.ok(fake.actions.some((action) => action.matchcriteria === 'action(include),name(AgentCalled)'));
  fake.write(
    frame({ Event: 'SomethingNew', Uniqueid: '1.1' }) +
      frame({ Event: 'Hangup', Uniqueid: 'a-1.1', Cause: '16', CallerIDNum: '<unknown>' }),
  );
  await until(() => events.some((event) => event.event === 'Hangup'));
  t.same(
    events.map((event) => event.event),
    ['FullyBooted', 'Hangup'],
  );
  t.equal(events[1]?.calleridnum, '', 'the word <unknown> is nothing');
});

t.test("frames named like the library's own signals do no harm", async (t) => {
  const fake = await startFakeAmi(t);
  const { connection, events } = await join(t, fake);
  await connection.ready;
  for (const name of ['rawevent', 'close', 'connect', 'error', 'end', 'response', 'managerevent', '__proto__', 'constructor'])
    fake.write(frame({ Event: name, Uniqueid: '1.1' }) + frame({ Response: 'Success', ActionID: name }));
  fake.write(`__proto__: x\r\nconstructor: y\r\n${frame({ Event: 'Hangup', Uniqueid: 'a-1.2' })}`);
  t.ok(await connection.action({ Action: 'Ping' }), 'the link still answers');
  t.equal(events.at(-1)?.uniqueid, 'a-1.2');
});

t.test('an action that is never answered ends in time, and the link goes on', async (t) => {
  const fake = await startFakeAmi(t, (fields) => (fields.action === 'Slow' ? null : emptySwitch(fields)));
  const { connection } = await join(t, fake, { actionTimeoutMs: 150 });
  await connection.ready;
  const late = await connection.action({ Action: 'Slow' }).catch((err: unknown) => err);
  t.ok(refusedWith('telephony.timeout')(late));
  fake.write(frame({ Response: 'Success', ActionID: fake.actions.at(-1)?.actionid ?? '' }));
  t.equal((await connection.action({ Action: 'Ping' })).response, 'Success', "a late answer is nobody's");
});

t.test('what is held when the link breaks is dropped at once, never said later', async (t) => {
  const fake = await startFakeAmi(t, (fields) => (fields.action === 'Originate' ? null : emptySwitch(fields)));
  const { connection, closed } = await join(t, fake, { actionTimeoutMs: 60_000 });
  await connection.ready;
  const held = [1, 2, 3].map((number) =>
    connection.action({ Action: 'Originate', Channel: `PJSIP/${number}` }).catch((err: unknown) => err),
  );
  await until(() => fake.actions.filter((action) => action.action === 'Originate').length === 3);
  fake.drop();
  for (const one of await Promise.all(held)) t.ok(refusedWith('telephony.unavailable')(one));
  t.equal((await closed).kind, 'lost');
  const after = await connection.action({ Action: 'Ping' }).catch((err: unknown) => err);
  t.ok(refusedWith('telephony.unavailable')(after));
});

t.test('a wrong password is told as such', async (t) => {
  const fake = await startFakeAmi(t, (fields) =>
    frame({ Response: 'Error', ActionID: fields.actionid ?? '', Message: 'Authentication failed' }),
  );
  const { connection, closed } = await join(t, fake);
  const reason = await closed;
  t.equal(reason.kind, 'login');
  t.match(reason.text, /wrong user or password for hotline/);
  t.notMatch(reason.text, /secret/);
  await t.rejects(connection.ready);
});

t.test('nobody there, somebody silent, somebody who stops answering', async (t) => {
  const fake = await startFakeAmi(t);
  await fake.close();
  const refused = await join(t, fake);
  t.match(await refused.closed, { kind: 'refused', text: /ECONNREFUSED/ });
  await fake.listen();
  fake.answer = () => null;
  const silent = await join(t, fake, { actionTimeoutMs: 100 });
  t.match(await silent.closed, { kind: 'refused', text: /no answer/ });
  fake.answer = (fields) => (fields.action === 'Ping' ? null : emptySwitch(fields));
  const frozen = await join(t, fake, { actionTimeoutMs: 100, pingEveryMs: 50 });
  await frozen.connection.ready;
  t.match(await frozen.closed, { kind: 'lost', text: /stopped answering/ });
});

t.test('a list is collected by its ActionID until it is complete', async (t) => {
  const fake = await startFakeAmi(t, (fields) => {
    const ActionID = fields.actionid ?? '';
    if (fields.action === 'Broken')
      return (
        frame({ Response: 'Success', ActionID, EventList: 'start' }) + frame({ Event: 'BrokenComplete', ActionID, EventList: 'cancelled' })
      );
    if (fields.action !== 'QueueStatus') return emptySwitch(fields);
    const entry = (Position: string) => frame({ Event: 'QueueEntry', ActionID, Queue: 'hotline', Position });
    const foreign = frame({ Event: 'Hangup', Uniqueid: 'a-1.3' }) + frame({ Event: 'QueueEntry', ActionID: 'another', Position: '9' });
    return `${frame({ Response: 'Success', ActionID, EventList: 'start' })}${entry('1')}${foreign}${entry('2')}${frame({ Event: 'QueueStatusComplete', ActionID, EventList: 'Complete' })}`;
  });
  const { connection, events } = await join(t, fake);
  await connection.ready;
  const items = await connection.list({ Action: 'QueueStatus' });
  t.same(
    items.map((item) => item.position),
    ['1', '2'],
  );
  t.ok(
    events.some((event) => event.uniqueid === 'a-1.3'),
    'an event in between is delivered',
  );
  const [one, other] = await Promise.all([connection.list({ Action: 'QueueStatus' }), connection.list({ Action: 'QueueStatus' })]);
  t.equal(one.length + other.length, 4);
  t.ok(refusedWith('telephony.refused')(await connection.list({ Action: 'Broken' }).catch((err: unknown) => err)));
});

t.test('recorded traffic, cut at every byte, reads the same', async (t) => {
  const recorded = readFileSync(new URL('../fixtures/telephony/two-calls.ami', import.meta.url));
  const fake = await startFakeAmi(t);
  const read = async (pieces: Buffer[]) => {
    const { connection, events } = await join(t, fake);
    await connection.ready;
    for (const piece of pieces) {
      fake.write(piece);
      if (pieces.length > 100) await new Promise(setImmediate);
    }
    fake.write(frame({ Event: 'Hangup', Uniqueid: 'the-end' }));
    await until(() => events.at(-1)?.uniqueid === 'the-end', 20_000);
    connection.close();
    return events.slice(1, -1);
  };
  const whole = await read([recorded]);
  t.ok(whole.length > 30);
  // Every cut of one frame in two, with names in three-byte characters; then the whole in single bytes.
  const start = recorded.indexOf('Event: AgentCalled');
  const called = recorded.subarray(start, recorded.indexOf('\r\n\r\n', start) + 4);
  const { connection, events } = await join(t, fake);
  await connection.ready;
  for (let cut = 1; cut < called.length; cut += 1) {
    fake.write(called.subarray(0, cut));
    await new Promise(setImmediate);
    fake.write(called.subarray(cut));
  }
  await until(() => events.filter((event) => event.event === 'AgentCalled').length === called.length - 1);
  const distinct = new Set(events.filter((event) => event.event === 'AgentCalled').map((event) => JSON.stringify(event)));
  t.equal(distinct.size, 1, `${called.length - 1} cuts, one reading`);
  connection.close();
  const bytes = [...recorded.subarray(0, 20_000)].map((byte) => Buffer.from([byte]));
  t.same(await read([...bytes, recorded.subarray(20_000)]), whole);
});

t.test('100,000 events in one burst: none lost, none out of order, and the loop turns in between', async (t) => {
  const fake = await startFakeAmi(t);
  const total = 100_000;
  let next = 0;
  let wrong = 0;
  const { connection } = await join(t, fake, {
    onEvent: (message) => {
      if (message.event !== 'QueueMemberStatus') return;
      if (message.membername !== `坐席${next}`) wrong += 1;
      next += 1;
    },
  });
  await connection.ready;
  let longest = 0;
  let last = performance.now();
  const watch = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  const began = performance.now();
  for (let sent = 0; sent < total; sent += 1000) {
    let burst = '';
    for (let number = sent; number < sent + 1000; number += 1)
      burst += frame({
        Event: 'QueueMemberStatus',
        Privilege: 'agent,all',
        Queue: 'hotline',
        MemberName: `坐席${number}`,
        Interface: `PJSIP/${number}`,
        Status: '1',
        Paused: '0',
        PausedReason: '',
      });
    fake.write(burst);
  }
  await until(() => next >= total, 60_000);
  clearInterval(watch);
  t.equal(next, total);
  t.equal(wrong, 0);
  t.ok(longest < 3_000, `longest turn ${longest.toFixed(0)} ms`);
  t.comment(`${Math.round(total / ((performance.now() - began) / 1000))} events/s, longest turn of the loop ${longest.toFixed(0)} ms`);
});

t.test('a peer that never ends its frame is cut off before it eats our memory', async (t) => {
  const fake = await startFakeAmi(t);
  const { connection, closed } = await join(t, fake);
  await connection.ready;
  for (let sent = 0; sent < 20; sent += 1) fake.write('X-Endless: '.padEnd(64 * 1024, 'y'));
  t.match(await closed, { kind: 'lost', text: /beyond all size/ });
});

t.test('an error in the reader of an event takes nothing down with it', async (t) => {
  const fake = await startFakeAmi(t);
  let told = 0;
  const { connection } = await join(t, fake, {
    log: {
      ...silentLog,
      error: () => {
        told += 1;
      },
    },
    onEvent: (message) => {
      if (message.uniqueid === 'bad') throw new Error('a bug of ours');
    },
  });
  await connection.ready;
  fake.write(frame({ Event: 'Hangup', Uniqueid: 'bad' }));
  t.ok(await connection.action({ Action: 'Ping' }));
  t.equal(told, 1);
});

t.test('keys and values at the door', async (t) => {
  t.same(
    {
      ...normaliseFrame({
        event: 'X',
        queue: ['a', 'b'],
        'pausedreason:': '',
        calleridname: '<unknown>',
        chanvariable: { A: 'b' },
        other: 5,
      }),
    },
    {
      event: 'X',
      queue: 'a',
      pausedreason: '',
      calleridname: '',
      chanvariable: '',
      other: '',
    },
  );
});

t.test('the pause before the next attempt grows, is never the same twice, and has a roof', async (t) => {
  t.same(
    [0, 1, 2, 3, 4, 5, 50].map((attempt) => reconnectDelayMs(attempt, false, 0.999999)),
    [200, 400, 800, 1600, 3200, 5000, 5000],
  );
  t.same(
    [0, 1, 2, 3, 50].map((attempt) => reconnectDelayMs(attempt, true, 0.999999)),
    [200, 400, 800, 1000, 1000],
  );
  t.same(
    [0, 50].map((attempt) => reconnectDelayMs(attempt, false, 0)),
    [100, 2500],
  );
});
