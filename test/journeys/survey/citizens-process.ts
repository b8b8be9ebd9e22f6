import { beOnTime } from '../../helpers/on-time.ts';
import { createSipPeer, type IncomingCall } from '../../helpers/sip.ts';
import { type Behaviour, type CallSeen, CITIZEN_HZ, type Told } from './citizens.ts';
import { type Sentence, sentenceAt } from './tones.ts';

/** The citizens' telephones in a process of their own: each does at each call what its plan says, and tells what it did. */
beOnTime();
const [host = '', port = '', ownPort = ''] = process.argv.slice(2);
const peer = await createSipPeer({ host, port: Number(port) }, Number(ownPort));
const plans = new Map<string, readonly Behaviour[]>();
const seen = new Map<string, number>();
const onTheLine = new Set<string>();
const tell = (told: Told): void => void process.send?.(told);
process.on('disconnect', () => process.exit(0));

const LOOK_MS = 20;
/** After the window in which keys belong to the sentence before. */
const DURING_MS = 420;
const QUESTIONS: ReadonlySet<Sentence> = new Set(['q1', 'q2', 'q3']);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Listens and presses; a question that is asked again is answered again. */
const talk = async (call: IncomingCall, does: Extract<Behaviour, { do: 'answer' }>, about: CallSeen): Promise<void> => {
  let before: Sentence | null = null;
  let questions = 0;
  let quietSince = Date.now();
  const press = (key: string): void => {
    if (call.isOver()) return;
    call.press(key, does.way);
    about.pressed.push(key);
  };
  while (!call.isOver()) {
    const sentence = sentenceAt(call.pitch());
    if (call.pitch() === null) about.longestSilentMs = Math.max(about.longestSilentMs, Date.now() - quietSince);
    else quietSince = Date.now();
    if (sentence === 'lease_lost') about.leaseLost = true;
    if (sentence !== null && sentence !== before) {
      about.heard.push(sentence);
      if (does.leaveAt === sentence) {
        await pause(200);
        call.hangUp();
        return;
      }
      const more = does.presses && QUESTIONS.has(sentence) ? (does.presses[questions++] ?? []) : [];
      for (const [each, ms] of more) setTimeout(() => press(each), ms);
      const key = does.keys[sentence];
      if (key !== undefined) {
        const late = does.when === 'after' ? 900 : DURING_MS;
        setTimeout(() => press(key), late);
      }
    }
    if (sentence !== null) before = sentence;
    await pause(LOOK_MS);
  }
};

const take = async (call: IncomingCall): Promise<void> => {
  const number = /sip:(\d+)@/.exec(call.header('to'))?.[1] ?? '';
  const nth = seen.get(number) ?? 0;
  seen.set(number, nth + 1);
  const plan = plans.get(number) ?? [];
  const does: Behaviour = plan[Math.min(nth, plan.length - 1)] ?? { do: 'reject', status: '404 Not Found' };
  const about: CallSeen = {
    ...{ number, nth, does, rangAt: Date.now(), twice: onTheLine.has(number), answeredAt: null, endedAt: 0 },
    ...{ pressed: [], heard: [], longestSilentMs: 0, leaseLost: false },
  };
  onTheLine.add(number);
  if (does.do === 'reject') call.reject(does.status);
  else if (does.do !== 'ring') {
    await pause(does.ringsMs ?? 150);
    if (!call.isOver()) {
      call.answer(does.do === 'answer' ? CITIZEN_HZ : (does.hz ?? 0), !(does.do === 'answer' && does.way === 'sound'));
      about.answeredAt = Date.now();
      await talk(call, does.do === 'answer' ? does : { do: 'answer', keys: {} }, about);
    }
  }
  await call.ended;
  onTheLine.delete(number);
  about.endedAt = Date.now();
  tell({ told: 'call', call: about });
};

process.on('message', (asked: { plans: [string, Behaviour[]][] }) => {
  for (const [number, plan] of asked.plans) plans.set(number, plan);
  tell({ told: 'planned' });
});
tell({ told: 'ready' });
for (;;)
  await peer.incoming(3_600_000).then(
    (call) => void take(call),
    () => undefined,
  );
