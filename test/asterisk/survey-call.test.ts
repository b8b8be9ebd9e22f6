import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createKeptValues } from '../../src/storage/kept-values.ts';
import { STANDARD_SCRIPT, type SurveyScript } from '../../src/surveys/survey.ts';
import { createTrials } from '../../src/surveys/trial.ts';
import { createAsteriskTelephony } from '../../src/telephony/asterisk/index.ts';
import { createPeople } from '../contract/cases-life.ts';
import { shanghai } from '../helpers/case-life.ts';
import { freeUdpPort } from '../helpers/ports.ts';
import { createSipPeer, type IncomingCall, toneFile } from '../helpers/sip.ts';
import { openTestStore } from '../helpers/store.ts';
import { createSurveyHouse } from '../helpers/survey-house.ts';
import { nodeOf, startSwitch, temporaryDirectory, until } from '../helpers/switch.ts';

t.setTimeout(120_000);
t.jobs = 1;
/** Sentences of a moment, each group in its own tone, so that it is heard where the call stands. */
const QUESTION_HZ = 700;
const GOODBYE_HZ = 1300;
const LOST_HZ = 2000;
const studio = temporaryDirectory();
t.teardown(() => rmSync(studio, { recursive: true, force: true }));
mkdirSync(join(studio, 'zh'));
const tones: [number, string[]][] = [
  [QUESTION_HZ, ['anykey', 'anykey_again', 'greeting', 'record_notice', 'subject_generic', 'help', 'q1', 'q2', 'q3', 'repeat']],
  [QUESTION_HZ, ['wrong_key', 'timeout', 'ask_comment', 'comment', 'comment_saved', 'unhappy_ack', 'thanks', 'optout_offer', 'transfer']],
  [GOODBYE_HZ, ['goodbye', 'give_up', 'not_now', 'wrong_person']],
  [LOST_HZ, ['lease_lost']],
];
for (const [hz, names] of tones)
  for (const name of names)
    writeFileSync(join(studio, 'zh', `survey.${name}.ulaw`), toneFile(hz, 1).subarray(0, name === 'lease_lost' ? 8000 : 4800));

const carrierPort = await freeUdpPort();
const house = await startSwitch(t, {
  trunks: [{ name: 'carrier', host: '127.0.0.1', port: carrierPort, match: ['127.0.0.1'] }],
  soundsOverlay: studio,
});
const citizens = await createSipPeer(house.sip, carrierPort);
const agent = await createSipPeer(house.sip);
t.teardown(() => {
  citizens.close();
  agent.close();
});
await house.addPhone('8001', agent.port);
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const openTelephony = () =>
  createAsteriskTelephony({
    nodes: [nodeOf(house, null)],
    logger: silent,
  });
const telephony = openTelephony();
await telephony.start(() => {});
t.teardown(() => telephony.stop());
await until('survey calls can be made', () => telephony.surveyCalls.ready());

/** Question windows of seconds would make the test long; the settle and deaf windows are the real ones. */
const QUICK = {
  ...STANDARD_SCRIPT,
  steps: Object.fromEntries(
    Object.entries(STANDARD_SCRIPT.steps).map(([name, step]) => [name, step.kind === 'ask' ? { ...step, waitMs: 600, tries: 2 } : step]),
  ),
};
const recordings = join(house.process.directories.spool, 'recording');
const store = await openTestStore(t, 'sqlite');
const began = Date.now();
const realTime = (ms: number, work: () => void): (() => void) => {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
};
const surveys = createSurveyHouse(store, telephony.surveyCalls, {
  setTimer: realTime,
  place: () => ({ node: house.process.node, directory: recordings }),
  ringMs: 2_000,
  hasSound: (id) => !id.startsWith('subject.'),
});
Object.defineProperty(surveys.time, 'now', {
  get: () => new Date(shanghai('2026-11-24 09:30').getTime() + Date.now() - began),
  set: () => {},
});
const people = await createPeople(surveys);
await store.write((db) => surveys.repository.addScript(db, QUICK, 'for the test', null, new Date()));
await surveys.surveys.supervision.setPause({ paused: false }, people.supervisor.staffId);
const beating = setInterval(() => void surveys.surveys.calling.heartbeat().catch(() => {}), 500);
t.teardown(() => clearInterval(beating));

let count = 0;
/** A citizen is due and rung. */
const ring = async (): Promise<{ caseId: number; call: IncomingCall; number: string }> => {
  const number = `1990001${String(1000 + count++)}`;
  const caseId = await surveys.answeredCase(people, number);
  await until('it is dialled', async () => (await surveys.surveys.calling.tick()) === 1);
  return { caseId, number, call: await citizens.incoming() };
};
const result = async (caseId: number) => {
  await until('the end is kept', async () => (await surveys.taskOf(caseId)).state !== 'calling', 8_000);
  const task = await surveys.taskOf(caseId);
  const { calls, answers, voices } = await surveys.surveys.supervision.result(task.taskId);
  return {
    state: task.state,
    reason: task.reason,
    outcome: calls.at(-1)?.outcome,
    said: answers.map(({ measure, value }) => `${measure} ${value}`),
    voices,
  };
};
const speaks = (call: IncomingCall): Promise<void> => until('a sentence is heard', () => call.hears(QUESTION_HZ, 100));
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Presses in the midst of the sentence, after the deaf window. */
const answer = async (call: IncomingCall, ...keys: string[]): Promise<void> => {
  for (const key of keys) {
    await speaks(call);
    await pause(350);
    call.press(key);
    await until('the sentence stops', () => call.silentFor() > 150, 3_000);
  }
};

t.test('who does not answer is told apart by what the carrier says', async (t) => {
  const cases: [string, string][] = [
    ['486 Busy Here', 'busy'],
    ['603 Decline', 'declined'],
    ['404 Not Found', 'wrong_number'],
    ['480 Temporarily Unavailable', 'no_answer'],
    ['503 Service Unavailable', 'line_fault'],
  ];
  for (const [status, outcome] of cases) {
    const { caseId, call } = await ring();
    call.reject(status);
    t.equal((await result(caseId)).outcome, outcome, status);
  }
});

t.test('rung out, and out of reach: only the ringing tells them apart', async (t) => {
  const { caseId } = await ring();
  t.equal((await result(caseId)).outcome, 'no_answer');
});

t.test('keys during the sentence; the answers are what was pressed; goodbye is said', async (t) => {
  const { caseId, call } = await ring();
  t.match(call.header('from'), /12345/);
  call.answer(440);
  await answer(call, '5', '1');
  await speaks(call);
  await until('the subject and the help are said', () => call.silentFor() > 60 || call.isOver(), 3_000).catch(() => {});
  await pause(1_300);
  await answer(call, '1', '2', '1');
  await until('goodbye', () => call.hears(GOODBYE_HZ, 100), 6_000);
  await call.ended;
  t.match(await result(caseId), { state: 'done', outcome: 'answered', said: ['contacted 1', 'settled 2', 'satisfied 5'] });
});

t.test('a telephone that diverts to the hotline is told and not looped; one that calls in while being called gets through', async (t) => {
  const looped = await ring();
  const before = await house.channels();
  // The carrier sends the diverted call on as it came: from us, to us.
  const diverted = citizens.call('12345', { from: '12345' });
  t.equal(await diverted.status, 480, 'refused before it is answered');
  t.equal(await house.channels(), before, 'nobody is rung and nothing waits');
  looped.call.reject('480 Temporarily Unavailable');
  const after = await result(looped.caseId);
  t.match(after, { state: 'waiting', said: [] }, 'called again at another time, and no answer of it');
  t.match(after.outcome, /unreachable|no_answer/);

  const calling = await ring();
  const own = citizens.call('12345', { from: calling.number });
  t.equal(await own.status, 200, 'the citizen’s own call is taken');
  calling.call.reject('486 Busy Here');
  t.match(await result(calling.caseId), { state: 'waiting', outcome: 'busy' });
  own.hangUp();
  await own.ended;
});

t.test('a draft on one’s own telephone: its own sentences, branches and spoken reason, and nothing of it is kept', async (t) => {
  const clock = { now: () => surveys.time.now };
  const trials = createTrials({
    store,
    kept: createKeptValues({ store, clock }),
    calling: surveys.surveys.calling,
    isOnTheLine: async () => false,
    normalNumber: (typed) => typed,
    isPlain: (number) => !number.startsWith('+'),
    ownNumbers: ['12345'],
    history: surveys.history,
    clock,
  });
  const edited: SurveyScript = {
    ...STANDARD_SCRIPT,
    first: 'mine',
    steps: {
      mine: {
        kind: 'ask',
        say: [{ prompt: 'survey.q3' }],
        measure: 'satisfied',
        choices: [
          { key: '1', value: 5, next: 'well' },
          { key: '2', value: 1, next: 'why' },
        ],
        waitMs: 2_000,
        tries: 2,
        giveUp: 'well',
      },
      why: { kind: 'record', say: [{ prompt: 'survey.comment' }], longestSeconds: 5, next: 'ill' },
      ill: { kind: 'end', say: [{ prompt: 'survey.lease_lost' }], ending: 'completed' },
      well: { kind: 'end', say: [{ prompt: 'survey.goodbye' }], ending: 'completed' },
    },
  };
  const rowsOf = () => store.read(async (db) => (await db.select().from(store.schema.surveyAttempts)).length);
  const before = await rowsOf();
  await trials.begin(7, edited, '13800000099', people.supervisor.staffId);
  const call = await citizens.incoming();
  t.match(call.header('from'), /12345/, 'shown as a citizen sees it');
  call.answer(440);
  await answer(call, '2');
  await speaks(call);
  await pause(2_500);
  call.press('#');
  await until('the branch of the draft is heard', () => call.hears(LOST_HZ, 100), 8_000);
  await call.ended;
  await until('it is over', async () => (await trials.of(7))?.state === 'over', 8_000);
  t.match(await trials.of(7), {
    ending: 'completed',
    heard: ['survey.q3', 'survey.comment', 'survey.lease_lost'],
    pressed: [{ measure: 'satisfied', value: 1, key: '2' }],
  });
  t.equal(await rowsOf(), before, 'no attempt, and so no answer');
  const left = globSync('hotline/survey/trial/*', { cwd: recordings });
  t.same(left, [], 'what was spoken to try it is nobody’s reason');
});
