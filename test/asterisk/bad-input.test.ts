import { createSocket } from 'node:dgram';
import { asc, eq } from 'drizzle-orm';
import t from 'tap';
import type { Card } from '../../src/calls/schemas.ts';
import { type Desk, startHouse } from '../helpers/house.ts';
import { createSipPeer, type IncomingCall, type SipCall } from '../helpers/sip.ts';
import { until } from '../helpers/switch.ts';

t.setTimeout(120_000);
const house = await startHouse(t);
const { carrier, store } = house;
const desk = await house.desk('8901');
await desk.ready();
const { calls, offers, recordings } = store.schema;

const cards = (of: Desk = desk): Card[] => of.events.flatMap((event) => (event.type === 'card.offered' ? [event.card] : []));
const rowOf = async (channelId: string) => {
  const [row] = await store.read((db) => db.select().from(calls).where(eq(calls.channelId, channelId)).limit(1));
  if (!row) throw new Error(`no row for ${channelId}`);
  return row;
};
const offersOf = (callId: number) => store.read((db) => db.select().from(offers).where(eq(offers.callId, callId)).orderBy(asc(offers.id)));
const recordingsOf = (callId: number) => store.read((db) => db.select().from(recordings).where(eq(recordings.callId, callId)));

/** Waits for the next ring and the card that belongs to it: as many cards as rings, each with a number of its own. */
const rings = new Map<string, number>();
const ringing = async (): Promise<{ ring: IncomingCall; card: Card }> => {
  const ring = await desk.phone.incoming();
  const channelId = ring.header('x-hotline-call');
  const count = (rings.get(channelId) ?? 0) + 1;
  rings.set(channelId, count);
  const mine = () => cards().filter((card) => card.channelId === channelId);
  await until('its card is there', () => mine().length >= count);
  const card = mine().at(-1);
  if (!card || mine().length !== count || new Set(mine().map(({ offerId }) => offerId)).size !== count)
    throw new Error(`${mine().length} cards for ${count} rings`);
  return { ring, card };
};
const ended = (channelId: string) => until('the row is closed', async () => (await rowOf(channelId)).endedAt !== null);
const readyAgain = async (): Promise<void> => {
  await until('no call is left', async () => (await house.switch.channels()) === 0);
  await desk.ready();
};

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: the caller's own text, that nobody may take for a template.
const hostileNames: [what: string, sent: string, kept: RegExp | null][] = [
  ['a folded line that begins an action', '"evil\r\n Action: Originate\r\n Channel: PJSIP/8001"', null],
  ['an escaped line break', '"evil\\\r\\\n\\\r\\\nAction: Hangup"', null],
  ['quotes and backslashes', '"a\\"b\\\\c\' OR 1=1; --"', /^a"b/],
  ['four-byte characters', `"${'𠮷'.repeat(40)}😀"`, /^(𠮷)+/u],
  ['four kilobytes of four-byte characters', `"${'𠮷'.repeat(1000)}"`, /^(𠮷)+$/u],
  ['four kilobytes of letters', `"${'x'.repeat(4096)}"`, /^x+$/],
  ['broken UTF-8, controls, a turned direction', '"a\u0001\u0007\u202eb\ud800c\u2066d"', /^a.*b.*c.*d/],
  ['dialplan and shell', '"${SHELL(touch /tmp/owned)}`id`&|;$(id)"', /SHELL/],
];
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above

t.test('a caller’s name of any kind is only a name: on the line, on the card, in the row', async (t) => {
  const unheard: SipCall[] = [];
  const before = (await store.read((db) => db.select({ id: calls.id }).from(calls))).length;
  for (const [what, sent, kept] of hostileNames) {
    const citizen = carrier.call('12345', { fromHeader: `${sent} <sip:13812342046@127.0.0.1>` });
    if (kept === null) {
      unheard.push(citizen);
      continue;
    }
    const { ring, card } = await ringing();
    const row = await rowOf(card.channelId);
    t.equal(card.caller.number?.masked, '138 **** 2046', `${what}: the number is the number`);
    t.match(row.callerName, kept, `${what}: ${JSON.stringify(row.callerName.slice(0, 40))}`);
    t.ok([...row.callerName].length <= 64, `${what}: cut`);
    t.notMatch(row.callerName, /[\p{Cc}\p{Cs}\p{Cf}]/u, `${what}: nothing that could break a log or turn a screen`);
    t.ok(card.callId === row.id && !JSON.stringify(card).includes('Originate'));
    ring.reject('486 Busy Here');
    citizen.hangUp();
    await ended(card.channelId);
    await readyAgain();
  }
  t.equal((await house.switch.line.list('CoreShowChannels', {}, 'CoreShowChannelsComplete')).length, 0, 'no action was smuggled in');
  const rows = await store.read((db) => db.select({ id: calls.id }).from(calls));
  t.equal(rows.length - before, hostileNames.length - unheard.length, 'a header that is none is no call');
});

t.test('withheld and malformed numbers are told as such and cost nothing', async (t) => {
  const froms: [sent: string, kind: string, identity: string][] = [
    ['"Anonymous" <sip:anonymous@anonymous.invalid>', 'withheld', 'withheld'],
    ['<sip:127.0.0.1>', 'withheld', 'withheld'],
    ['<sip:1%0d%0aAction:%20Hangup@127.0.0.1>', 'malformed', 'malformed'],
    [`<sip:${'9'.repeat(300)}@127.0.0.1>`, 'malformed', 'malformed'],
    ['<sip:+86-138-1234-2046@127.0.0.1>', 'number', 'unknown'],
    ['<sip:12ab@127.0.0.1>', 'malformed', 'malformed'],
  ];
  for (const [fromHeader, kind, identity] of froms) {
    const citizen = carrier.call('12345', { fromHeader });
    const { card } = await ringing();
    const row = await rowOf(card.channelId);
    t.equal(row.callerKind, kind, fromHeader.slice(0, 40));
    t.equal(card.caller.identity, identity);
    t.equal(card.caller.number === null, kind !== 'number');
    t.notMatch(row.callerReceived, /\p{Cc}/u);
    citizen.hangUp();
    await ended(card.channelId);
    await readyAgain();
  }
});

t.test('a flood of INVITEs from one source costs the others nothing', async (t) => {
  const flooder = await createSipPeer(house.switch.sip);
  t.teardown(() => flooder.close());
  const before = (await store.read((db) => db.select({ id: calls.id }).from(calls))).length;
  const flood = Array.from({ length: 200 }, () => flooder.call('12345', { from: '13900009999' }));
  const began = Date.now();
  const citizen = carrier.call('12345', { from: '13812340000' });
  t.equal(await citizen.status, 200);
  t.comment(`a citizen was answered ${Date.now() - began} ms after dialling into the flood`);
  t.ok(Date.now() - began < 5_000);
  await until('the citizen waits for a person', async () => {
    const [row] = await store.read((db) => db.select().from(calls).where(eq(calls.callerNormal, '13812340000')));
    return Boolean(row?.queuedAt);
  });
  const statuses = await Promise.all(flood.map((call) => call.status));
  const answered = statuses.filter((status) => status === 200).length;
  t.ok(answered <= 8, `${answered} of 200 were let in`);
  t.equal(statuses.filter((status) => status === 486).length, 200 - answered, 'the others were refused before they were answered');
  for (const call of [...flood, citizen]) call.hangUp();
  await readyAgain();
  const after = (await store.read((db) => db.select({ id: calls.id }).from(calls))).length;
  t.ok(after - before <= 201);
  await until('every row is closed', async () => (await store.read((db) => db.select().from(calls))).every((row) => row.endedAt));
});

t.test('a stranger’s INVITEs never become calls', async (t) => {
  const stranger = createSocket('udp4');
  await new Promise<void>((resolve) => stranger.bind(0, '127.0.0.9', resolve));
  t.teardown(() => stranger.close());
  const statuses: string[] = [];
  stranger.on('message', (bytes) => void statuses.push(bytes.toString().slice(8, 11)));
  const { port } = stranger.address();
  for (let index = 0; index < 200; index += 1)
    stranger.send(
      `INVITE sip:12345@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.9:${port};branch=z9hG4bK${index};rport\r\nFrom: <sip:1381234${index}@127.0.0.9>;tag=${index}\r\nTo: <sip:12345@127.0.0.1>\r\nCall-ID: stranger-${index}\r\nCSeq: 1 INVITE\r\nContact: <sip:x@127.0.0.9:${port}>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n`,
      house.switch.sip.port,
      '127.0.0.1',
    );
  const citizen = carrier.call('12345', { from: '13812342046' });
  const { card } = await ringing();
  // A switch that is asked this often by somebody it does not know stops answering them; what it says is a refusal.
  await until('the stranger has been answered', () => statuses.length > 0);
  t.ok(
    statuses.every((status) => status.startsWith('4')),
    [...new Set(statuses)].join(),
  );
  citizen.hangUp();
  await ended(card.channelId);
  await readyAgain();
});

t.test('no other extension can be dialled from the trunk', async (t) => {
  const before = (await store.read((db) => db.select({ id: calls.id }).from(calls))).length;
  const dialled = ['*', '*8', '*78', '**8001', '#1', '9', '90', '900', '9196', '9911', '8001', '8000', 'agent-8001', 'main', '110', '119'];
  const names = ['s', 'h', 'i', 't', 'T', 'o', 'a', 'e', 'spy', 'snoop', 'ChanSpy', 'record', '_X.', '12345;phone-context=x', '12345*1'];
  const contexts = ['hotline-inbound', 'hotline-queue', 'hotline-agent-leg', 's@hotline-queue', '0012345', '123450', '00862112345'];
  for (const number of [...dialled, ...names, ...contexts]) {
    const status = await carrier.call(encodeURIComponent(number), { from: '13812342046' }).status;
    t.ok(status >= 400 && status < 500, `${number}: ${status}`);
  }
  t.equal((await store.read((db) => db.select({ id: calls.id }).from(calls))).length, before, 'none of them is a call');
});

t.test('hang-up in every state leaves the rows right', async (t) => {
  await t.test('while the notice is said', async (t) => {
    await house.switch.remove('hotline', 'notice');
    const citizen = carrier.call('12345', { from: '13800000001' });
    t.equal(await citizen.status, 200);
    await until('the notice is heard', () => citizen.silentFor() < 100);
    citizen.hangUp();
    await house.switch.put('hotline', 'notice', 'none');
    await until('the row is closed', async () => {
      const [row] = await store.read((db) => db.select().from(calls).where(eq(calls.callerNormal, '13800000001')));
      return row?.disposition === 'abandoned' && row.queuedAt === null && row.endedAt !== null;
    });
  });
  await t.test('while waiting', async (t) => {
    await house.api('/api/desk/intent', desk.cookie, { body: { intent: 'paused', reason: 'break' } });
    const citizen = carrier.call('12345', { from: '13800000002' });
    const mine = async () => (await store.read((db) => db.select().from(calls).where(eq(calls.callerNormal, '13800000002'))))[0];
    await until('it waits', async () => Boolean((await mine())?.queuedAt));
    citizen.hangUp();
    await until('the row is closed', async () => Boolean((await mine())?.endedAt));
    const row = await mine();
    t.equal(row?.disposition, 'abandoned');
    t.same(await offersOf(row?.id ?? 0), []);
    await desk.ready();
  });
  await t.test('while it rings', async (t) => {
    const citizen = carrier.call('12345', { from: '13800000003' });
    const { card } = await ringing();
    citizen.hangUp();
    await ended(card.channelId);
    t.equal((await rowOf(card.channelId)).disposition, 'abandoned');
    t.match(await offersOf(card.callId), [{ outcome: 'abandoned', answeredAt: null }], 'the citizen gave up: not the agent’s miss');
    await until('the card is withdrawn', () => desk.events.some((e) => e.type === 'card.withdrawn' && e.callId === card.callId));
    await readyAgain();
  });
  await t.test('the citizen, while talking, and again in wrap-up', async (t) => {
    const citizen = carrier.call('12345', { from: '13800000004' });
    const { ring, card } = await ringing();
    ring.answer();
    await until('they talk', () => citizen.hears(1000) && ring.hears(440));
    await until('the row knows', async () => (await rowOf(card.channelId)).answeredBy === desk.staffId);
    citizen.hangUp();
    await ended(card.channelId);
    const row = await rowOf(card.channelId);
    t.equal(row.disposition, 'answered');
    t.ok(row.agentLeftAt && row.answeredAt && row.agentLeftAt >= row.answeredAt);
    await until('the desk writes it up', () => desk.events.some((e) => e.type === 'agent.changed' && e.agent.state === 'wrap_up'));
    // A citizen who rings again while the agent writes up waits, and may hang up again: nothing of the first call changes.
    const again = carrier.call('12345', { from: '13800000004' });
    const both = () => store.read((db) => db.select().from(calls).where(eq(calls.callerNormal, '13800000004')).orderBy(asc(calls.id)));
    await until('it waits', async () => Boolean((await both())[1]?.queuedAt));
    again.hangUp();
    await until('it is closed', async () => Boolean((await both())[1]?.endedAt));
    t.match(await both(), [{ disposition: 'answered' }, { disposition: 'abandoned' }]);
    t.equal((await offersOf((await both())[1]?.id ?? 0)).length, 0, 'nobody is rung while writing up');
    await until('the recording is whole', async () => (await recordingsOf(card.callId))[0]?.state === 'whole', 15_000);
    t.equal((await recordingsOf(card.callId))[0]?.note, null);
    await readyAgain();
  });
  await t.test('the agent, while talking', async (t) => {
    const citizen = carrier.call('12345', { from: '13800000005' });
    const { ring, card } = await ringing();
    ring.answer();
    await until('they talk', () => citizen.hears(1000));
    ring.hangUp();
    await citizen.ended;
    await ended(card.channelId);
    t.match(await rowOf(card.channelId), { disposition: 'answered' });
    await readyAgain();
  });
  await t.test('both in the same instant', async (t) => {
    const citizen = carrier.call('12345', { from: '13800000006' });
    const { ring, card } = await ringing();
    ring.answer();
    await until('they talk', () => citizen.hears(1000));
    ring.hangUp();
    citizen.hangUp();
    await ended(card.channelId);
    t.match(await rowOf(card.channelId), { disposition: 'answered' });
    t.match(await offersOf(card.callId), [{ outcome: 'answered' }]);
    await readyAgain();
  });
});

t.test('a new offer in mid-call keeps the call and its recording', async (t) => {
  const citizen = carrier.call('12345', { from: '13800000007' });
  const { ring, card } = await ringing();
  ring.answer();
  await until('they talk', () => citizen.hears(1000) && ring.hears(440));
  const began = Date.now();
  t.equal(await citizen.reinvite('sendonly'), 200, 'the carrier holds');
  await until('the agent hears music instead', () => !ring.hears(440));
  t.equal(await citizen.reinvite('inactive'), 200, 'wholly');
  t.equal(await citizen.reinvite('sendrecv'), 200, 'and takes back');
  await until('they talk again', () => citizen.hears(1000) && ring.hears(440));
  t.equal(await citizen.reinvite('sendrecv', { codec: 8 }), 200, 'another codec');
  await until('both are heard in it', () => citizen.hears(1000) && ring.hears(440));
  const timer = { headers: 'Supported: timer\r\nSession-Expires: 1800;refresher=uac\r\nMin-SE: 90\r\n', codec: 8 as const };
  t.equal(await citizen.reinvite('sendrecv', timer), 200, 'a session timer’s refresh');
  await until('they still talk', () => citizen.hears(1000) && ring.hears(440));
  t.equal((await rowOf(card.channelId)).endedAt, null, 'one call, all the while');
  t.equal((await offersOf(card.callId)).length, 1);
  citizen.hangUp();
  await ended(card.channelId);
  await until('the recording is whole', async () => (await recordingsOf(card.callId))[0]?.state === 'whole', 15_000);
  const [recording] = await recordingsOf(card.callId);
  t.equal(recording?.note, null, 'and as long as the call');
  t.ok((recording?.milliseconds ?? 0) > Date.now() - began - 12_000);
  await readyAgain();
});
