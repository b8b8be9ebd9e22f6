import t from 'tap';
import type { TelephonyEvent } from '../../src/telephony/events.ts';
import { createScriptedTelephony } from '../../src/telephony/scripted/index.ts';

const talk = async () => {
  const telephony = createScriptedTelephony();
  const told: TelephonyEvent[] = [];
  await telephony.start((event) => void told.push(event));
  const { script } = telephony;
  script.register('8001');
  script.register('8002');
  const channelId = script.arrive({ number: '13812340000' });
  script.enqueue(channelId, 'main');
  const legId = script.offer(channelId, '8001');
  script.answer(legId);
  told.length = 0;
  return { telephony, script, told, call: { channelId, legId, extension: '8001' } };
};
const kinds = (told: TelephonyEvent[]) => told.map(({ type }) => type).filter((type) => type !== 'member.changed');

t.test('a call handed to a colleague leaves the first and rings the second', async (t) => {
  const { telephony, told, call } = await talk();
  await telephony.transfer(call, { kind: 'agent', extension: '8002' });
  t.same(kinds(told), ['call.agent_left', 'call.offered']);
  const [{ legs } = { legs: [] }] = (await telephony.snapshot())[0]?.calls ?? [];
  t.match(legs, [{ extension: '8002', state: 'ringing' }]);
  await t.rejects(telephony.transfer({ ...call, channelId: 'gone' }, { kind: 'queue', queue: 'main' }), { code: 'telephony.refused' });
});

t.test('asked, joined, left: the agent may go only when the third is there', async (t) => {
  const { telephony, script, told, call } = await talk();
  const third = 'third-1';
  await telephony.callThird(call, { kind: 'outside', number: '110', shown: '12345' }, 'consult', third);
  await t.rejects(telephony.leaveToThird(call), { code: 'telephony.not_answered' });
  script.thirdAnswers(third);
  await telephony.joinThird(call);
  await telephony.leaveToThird(call);
  t.same(kinds(told), ['call.desk', 'third.joined', 'call.desk', 'call.desk', 'call.agent_left']);
  t.ok(script.isLive(call.channelId));
});

t.test('a third who does not come gives the citizen back', async (t) => {
  const { telephony, script, told, call } = await talk();
  const third = 'third-1';
  await telephony.callThird(call, { kind: 'agent', extension: '8002' }, 'consult', third);
  script.thirdGone(third);
  t.same(kinds(told), ['call.desk', 'call.offered', 'offer.ended', 'third.left', 'call.desk']);
  t.match(told.at(-1), { state: 'conference', to: '' });
});

t.test('a telephone that began anew: the dead leg goes, the citizen stays', async (t) => {
  const { telephony, script, told, call } = await talk();
  await telephony.bringBack(call);
  t.same(kinds(told), ['call.agent_left']);
  t.ok(script.isLive(call.channelId));
  await t.rejects(telephony.bringBack({ ...call, channelId: 'gone' }), { code: 'telephony.refused' });
});
