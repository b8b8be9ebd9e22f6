import t from 'tap';
import type { Card } from '../../src/calls/schemas.ts';
import { type KeyInput, keyAct } from '../../src/console/app/keys.ts';
import { callOfLoneDraft, draftForCall, editDraft, resolveConflict, savedDraft, withConflict } from '../../src/console/cases/draft.ts';
import { cardFromSession, deskView, initialDeskMemory } from '../../src/console/desk/desk-view.ts';
import { PHRASES } from '../../src/console/i18n/phrases.ts';
import { initialPushState, type PushState, reconnectDelayMs, reducePush } from '../../src/console/socket/protocol.ts';
import { initialPhoneState, judgeMedia, type PhoneSession, reducePhone } from '../../src/console/softphone/phone-state.ts';
import type { PushEvent, ServerFrame, Snapshot } from '../../src/push/frames.ts';

const now = '2026-11-24T06:00:00.000Z';
const at = Date.parse(now);

const card = (offerId: number, change: Partial<Card> = {}): Card => ({
  callId: offerId * 10,
  offerId,
  channelId: `channel-${offerId}`,
  state: 'ringing',
  queue: 'main',
  calledNumber: '12345',
  arrivedAt: now,
  queuedAt: now,
  offeredAt: now,
  answeredAt: null,
  ringSeconds: 20,
  caller: { identity: 'unknown', number: { masked: '199 **** 1311', full: null }, people: [], callsInTwelveMonths: 0 },
  repeats: 0,
  outbound: null,
  brief: [],
  openCases: [],
  lastCalls: [],
  prefill: { contactName: '王木香', placeText: '' },
  ...change,
});

const snapshot = (change: Partial<Snapshot> = {}): Snapshot => ({
  agent: {
    staffId: 1,
    name: '林立春',
    extension: '8001',
    state: 'ready',
    reason: '',
    since: now,
    device: 'browser',
    wrapUpUntil: null,
    queues: ['main'],
    callId: null,
    helpSince: null,
  },
  cards: [],
  desk: null,
  wrapUp: null,
  queues: [],
  today: { answered: 0, dialled: 3, drafted: 0, missed: 0, pausedSeconds: 0, pauses: [], talkSeconds: 0, rated: 0, ratedSum: 0 },
  recent: [],
  messages: [],
  unreadNotices: 0,
  switchUp: true,
  alarms: [],
  ...change,
});

const fold = (state: PushState, ...frames: ServerFrame[]): PushState =>
  frames.reduce((before, frame) => reducePush(before, { type: 'frame', frame, at }), state);
const hello = (epoch: string, seq: number, shown: Partial<Snapshot> = {}): ServerFrame => ({
  v: 1,
  t: 'hello',
  epoch,
  seq,
  now,
  snapshot: snapshot(shown),
});
const event = (epoch: string, seq: number, body: PushEvent): ServerFrame => ({ v: 1, t: 'event', epoch, seq, now, event: body });
const offered = (offerId: number): PushEvent => ({ type: 'card.offered', card: card(offerId) });
const offers = (state: PushState): number[] => (state.snapshot?.cards ?? []).map((each) => each.offerId);

const session = (change: Partial<PhoneSession> = {}): PhoneSession => ({
  id: 'sip-1',
  channelId: 'channel-1',
  dialled: false,
  phase: 'ringing',
  fromNumber: '13800002046',
  startedAt: at,
  answeredAt: null,
  muted: false,
  held: false,
  media: 'none',
  ...change,
});

t.test('a leader’s word stays until it is confirmed, in any tab, and one that comes twice is one', async (t) => {
  const message = (messageId: number) => ({ messageId, kind: 'text' as const, text: '换班', from: '王岩', sentAt: now });
  const arrived = (id: number): PushEvent => ({ type: 'message.arrived', message: message(id) });
  const ids = (state: PushState): number[] => (state.snapshot?.messages ?? []).map(({ messageId }) => messageId);
  const state = fold(initialPushState, hello('a', 4, { messages: [message(2)] }), event('a', 5, arrived(3)), event('a', 6, arrived(1)));
  const twice = fold(state, event('a', 7, arrived(3)));
  t.same(ids(twice), [1, 2, 3], 'the oldest first');
  t.same(ids(fold(twice, event('a', 8, { type: 'message.seen', messageId: 1 }))), [2, 3]);
});

t.test('a card that comes twice is shown once, and the same number again is dropped', async (t) => {
  const state = fold(initialPushState, hello('a', 4), event('a', 5, offered(1)), event('a', 5, offered(2)), event('a', 6, offered(1)));
  t.same(offers(state), [1]);
  t.equal(state.seq, 6);
});

t.test('a hole asks for a resume and nothing after it is believed', async (t) => {
  const state = fold(initialPushState, hello('a', 4), event('a', 6, offered(1)));
  t.same(offers(state), []);
  t.equal(state.seq, 4);
  t.equal(state.needsResume, true);
});

t.test('another life of the service replaces everything shown', async (t) => {
  const state = fold(initialPushState, hello('a', 4, { cards: [card(1)] }), hello('b', 0, { cards: [card(7)] }));
  t.same(offers(state), [7]);
  t.equal(fold(state, event('a', 1, offered(2))).needsResume, true);
});

t.test('the wait before the next try grows, stays under eight seconds and is never none', async (t) => {
  t.ok(reconnectDelayMs(0, 0) >= 100);
  t.ok(reconnectDelayMs(50, 1) <= 8_000);
  t.ok(reconnectDelayMs(3, 0) > reconnectDelayMs(1, 1) - 1);
});

t.test('an INVITE alone is a ringing card, masked and answerable, with the service down', async (t) => {
  const phone = reducePhone({ ...initialPhoneState, role: 'leader', line: 'registered' }, { type: 'session.new', session: session() });
  const view = deskView(initialPushState, phone, initialDeskMemory);
  t.equal(view.mode, 'ringing');
  t.equal(view.answerable, true);
  t.equal(view.card?.caller.number?.masked, '138 **** 2046');
  t.notMatch(JSON.stringify(cardFromSession(session())), /13800002046/);
  t.equal(cardFromSession(session({ fromNumber: 'anonymous' })).caller.identity, 'withheld');
});

t.test('the ring finds its card by the channel', async (t) => {
  const phone = reducePhone(initialPhoneState, { type: 'session.new', session: session({ channelId: 'channel-2' }) });
  const view = deskView(fold(initialPushState, hello('a', 1, { cards: [card(1), card(2)] })), phone, initialDeskMemory);
  t.equal(view.card?.offerId, 2);
});

t.test('a call that ended at the telephone is wrap-up before the service says so', async (t) => {
  const push = fold(initialPushState, hello('a', 1, { cards: [card(1, { state: 'talking', answeredAt: now })] }));
  const view = deskView(push, initialPhoneState, { ...initialDeskMemory, endedOffers: [1] });
  t.equal(view.mode, 'wrap_up');
  t.equal(view.card?.offerId, 1);
});

t.test('what a person typed is never replaced by what the service answers', async (t) => {
  const draft = editDraft(draftForCall(card(1), at), 'course', '夜间施工');
  const view = {
    caseId: 9,
    number: '261124060000000009',
    state: 'draft' as const,
    source: 'call' as const,
    callId: 10,
    contactNumber: null,
    missing: [],
    createdBy: null,
    createdAt: now,
    updatedAt: now,
    version: 2,
  };
  const typedSince = editDraft(draft, 'course', '夜间施工噪声');
  const saved = savedDraft(typedSince, draft.form, { ...view, form: draft.form }, at);
  t.equal(saved.form.course, '夜间施工噪声');
  t.equal(saved.dirty, true);
  const theirs = { ...view, version: 5, form: { ...draft.form, course: '别人写的' } };
  const conflict = withConflict(saved, { yours: { version: 2, form: saved.form }, theirs, changedBy: '王岩' });
  t.equal(resolveConflict(conflict, 'mine').version, 5);
  t.equal(resolveConflict(conflict, 'mine').form.course, '夜间施工噪声');
  t.equal(resolveConflict(conflict, 'theirs').form.course, '别人写的');
});

t.test('a proposed value is confirmed by changing it or by saying so', async (t) => {
  const draft = draftForCall(card(1), at);
  t.same(draft.form.proposed, ['contactName']);
  t.same(editDraft(draft, 'contactName', '王木香').form.proposed, []);
});

t.test('a draft written without the service finds its call by channel, else by the time of the answer', async (t) => {
  const draft = { channelId: 'channel-1', startedAt: at };
  t.equal(callOfLoneDraft(draft, { cards: [card(1)], recent: [] }, 0), 10);
  t.equal(callOfLoneDraft(draft, { cards: [], recent: [{ callId: 3, answeredAt: now, caseId: null }] }, 0), 3);
  t.equal(callOfLoneDraft(draft, { cards: [], recent: [{ callId: 3, answeredAt: '2026-11-24T05:00:00.000Z', caseId: null }] }, 0), null);
});

t.test('keys: place on the board, never while composing', async (t) => {
  const press = (code: string, change: Partial<KeyInput> = {}): string | null =>
    keyAct({ code, ctrl: false, shift: false, alt: false, composing: false, inField: false, ...change });
  t.equal(press('F2'), 'answer');
  t.equal(press('F2', { shift: true }), 'hang_up');
  t.equal(press('Escape'), null);
  t.equal(press('F2', { composing: true }), null);
  t.equal(press('Slash', { inField: true }), null);
  t.equal(press('Digit3', { ctrl: true, shift: true }), 'request_type_3');
});

t.test('no path for sound is told within five seconds; a held call is not deaf', async (t) => {
  const facts = { connected: false, secondsSinceAnswer: 5, silentSeconds: 0, held: false };
  t.equal(judgeMedia(facts), 'failed');
  t.equal(judgeMedia({ ...facts, secondsSinceAnswer: 2 }), 'connecting');
  t.equal(judgeMedia({ ...facts, connected: true, silentSeconds: 6 }), 'deaf');
  t.equal(judgeMedia({ ...facts, connected: true, silentSeconds: 60, held: true }), 'flowing');
});

t.test('every text is there in both languages, with the same variables', async (t) => {
  const variables = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const [key, [chinese, english]] of Object.entries(PHRASES)) {
    t.ok(chinese && english, key);
    t.same(variables(chinese), variables(english), key);
  }
});
