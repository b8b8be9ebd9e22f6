import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { isHotlineError } from '../../src/core/errors.ts';
import { createAsteriskTelephony, type Log } from '../../src/telephony/asterisk/index.ts';
import type { TelephonyEvent } from '../../src/telephony/events.ts';
import { emptySwitch, type FakeAmi, frame, startFakeAmi } from '../helpers/fake-ami.ts';

const until = async (holds: () => boolean, limitMs = 8000) => {
  for (let waited = 0; !holds(); waited += 5) {
    if (waited > limitMs) throw new Error('did not come to pass');
    await pause(5);
  }
};

const given = async (test: { teardown(work: () => unknown): void }, fakes: FakeAmi[], secret = 'secret-words') => {
  const heard: TelephonyEvent[] = [];
  const written: string[] = [];
  const write = (fields: Record<string, unknown>, message: string) => void written.push(`${message} ${JSON.stringify(fields)}`);
  const logger: Log = { debug: write, info: write, warn: write, error: write };
  const telephony = createAsteriskTelephony({
    nodes: fakes.map((fake, index) => ({
      name: `node${index + 1}`,
      host: '127.0.0.1',
      amiPort: fake.port,
      user: 'hotline',
      secret,
      // Nobody listens there: what has to do with telephones fails, and calls must not mind.
      httpPort: 9,
      logDirectory: null,
    })),
    logger,
    random: () => 0,
  });
  test.teardown(() => telephony.stop());
  const ups = (node: string) => heard.filter((event) => event.type === 'switch.up' && event.node === node).length;
  return { telephony, heard, written, ups, start: () => telephony.start((event) => void heard.push(event)) };
};

const NEW = {
  Event: 'Newchannel',
  ChannelState: '4',
  Context: 'hotline-trunk',
  Exten: '12345',
  CallerIDNum: '13900001111',
  Channel: 'PJSIP/trunk-1',
};
const channel = (id: string) => ({ Uniqueid: id, Linkedid: id });

t.test('it never gives up, and says again what it wants before it calls the switch up', async (t) => {
  const fake = await startFakeAmi(t);
  const { telephony, ups, start, heard } = await given(t, [fake]);
  await fake.close();
  await start();
  await until(() => telephony.nodes()[0]?.reason.includes('ECONNREFUSED') === true);
  await pause(400);
  await fake.listen();
  await until(() => ups('node1') === 1);
  await telephony.joinQueues({ extension: '8001', displayName: '李', queues: ['main'], paused: true, reason: '午休' });
  await telephony.writeCallerRule({ number: '13900001111', language: 'en' });
  for (let times = 2; times <= 4; times += 1) {
    fake.actions.length = 0;
    fake.drop();
    await until(() => ups('node1') === times);
    const added = fake.actions.find((action) => action.action === 'QueueAdd' && action.queue === 'main');
    t.match(added, { interface: 'PJSIP/8001', paused: 'true', reason: '午休', membername: '李' });
    t.ok(fake.actions.some((action) => action.action === 'DBPut' && action.family === 'hotline-lang' && action.val === 'en'));
  }
  t.same(
    heard.map((event) => event.type),
    ['switch.up', 'switch.down', 'switch.up', 'switch.down', 'switch.up', 'switch.down', 'switch.up'],
  );
});

t.test('a wrong password is told plainly, without the secret, and tried again until it is right', async (t) => {
  const fake = await startFakeAmi(t, (fields) =>
    fields.action === 'login' && fields.secret !== 'right'
      ? frame({ Response: 'Error', ActionID: fields.actionid ?? '', Message: 'Authentication failed' })
      : emptySwitch(fields),
  );
  const { telephony, ups, start, written } = await given(t, [fake]);
  await start();
  await until(() => fake.actions.length >= 2);
  t.match(telephony.nodes()[0], { up: false, reason: /AMI: wrong user or password for hotline/ });
  t.equal(written.filter((one) => one.includes('wrong user')).length, 1, 'told once, not at each attempt');
  t.notMatch(written.join(), /secret-words/);
  fake.answer = emptySwitch;
  await until(() => ups('node1') === 1);
  t.match(telephony.nodes()[0], { up: true, reason: '' });
});

t.test('a switch that is still booting is not up', async (t) => {
  const fake = await startFakeAmi(t, (fields) =>
    fields.action === 'login' ? frame({ Response: 'Success', ActionID: fields.actionid ?? '' }) : emptySwitch(fields),
  );
  const { telephony, ups, start } = await given(t, [fake]);
  await start();
  await until(() => telephony.nodes()[0]?.reason.includes('not finished booting') === true);
  const refused = await telephony.unpause('8001').catch((err: unknown) => err);
  t.ok(isHotlineError(refused, 'telephony.unavailable'));
  fake.write(frame({ Event: 'FullyBooted', Uptime: '0' }));
  await until(() => ups('node1') === 1);
});

t.test('what happens before it is up follows after, in its order', async (t) => {
  let held = '';
  const fake = await startFakeAmi(t, (fields) => {
    const said = emptySwitch(fields);
    if (fields.action !== 'CoreShowChannels') return said;
    held =
      frame({ ...NEW, ...channel('a-1.1') }) +
      frame({ Event: 'QueueCallerJoin', Queue: 'main', Position: '1', ...channel('a-1.1') }) +
      frame({ Event: 'Hangup', Cause: '16', ...channel('a-1.1') });
    return `${held}${said}`;
  });
  const { ups, heard, start } = await given(t, [fake]);
  await start();
  await until(() => ups('node1') === 1);
  await until(() => heard.length >= 4);
  t.same(
    heard.map((event) => event.type),
    ['switch.up', 'call.arrived', 'call.queued', 'call.ended'],
  );
});

t.test('a handler that throws loses one event, not the line', async (t) => {
  const fake = await startFakeAmi(t);
  const { telephony, written } = await given(t, [fake]);
  const heard: string[] = [];
  await telephony.start((event) => {
    heard.push(event.type);
    if (event.type === 'call.arrived') throw new Error('a bug of ours');
  });
  await until(() => heard.includes('switch.up'));
  fake.write(frame({ ...NEW, ...channel('a-1.1') }) + frame({ Event: 'Hangup', Cause: '16', ...channel('a-1.1') }));
  await until(() => heard.includes('call.ended'));
  t.ok(written.some((one) => one.includes('could not be handled')));
});

t.test('two nodes: each in its own order, one down does not stop the other, and it is told when it comes back', async (t) => {
  const one = await startFakeAmi(t);
  const other = await startFakeAmi(t);
  const { telephony, ups, heard, start } = await given(t, [one, other]);
  await start();
  await until(() => ups('node1') === 1 && ups('node2') === 1);
  await other.close();
  await until(() => telephony.nodes()[1]?.up === false);
  await telephony.joinQueues({ extension: '8001', displayName: '李', queues: ['main'], paused: false, reason: '' });
  t.equal((await telephony.snapshot()).length, 1);
  await other.listen();
  await until(() => ups('node2') === 2);
  t.ok(other.actions.some((action) => action.action === 'QueueAdd' && action.interface === 'PJSIP/8001'));
  // A call is hung up on the node that has it, and on no other.
  other.write(frame({ ...NEW, ...channel('b-1.1') }));
  await until(() => heard.some((event) => event.type === 'call.arrived' && event.node === 'node2'));
  await telephony.hangUp('b-1.1', 16);
  t.same(
    [one, other].map((fake) => fake.actions.filter((action) => action.action === 'Hangup').length),
    [0, 1],
  );
});

t.test('telephones that can not be pushed do not keep the calls waiting', async (t) => {
  const fake = await startFakeAmi(t);
  const { telephony, ups, start } = await given(t, [fake]);
  await start();
  await until(() => ups('node1') === 1);
  const refused = await telephony
    .setUpPhone({ extension: '8001', displayName: '李', secret: 'x', kind: 'browser' })
    .catch((err: unknown) => err);
  t.ok(isHotlineError(refused, 'telephony.unavailable'));
  fake.drop();
  await until(() => ups('node1') === 2);
  t.match(telephony.nodes()[0], { up: true, reason: '' }, 'a refused sign-in is not repeated at each reconnect');
});
