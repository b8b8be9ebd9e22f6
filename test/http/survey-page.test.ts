import pino from 'pino';
import t, { type Test } from 'tap';
import { readConfig } from '../../src/config/config.ts';
import { createHttp, createMetrics } from '../../src/http/index.ts';
import { surveyWebRoutes } from '../../src/surveys/index.ts';
import { createScriptedSurveys } from '../../src/telephony/scripted/survey-calls.ts';
import { createPeople } from '../contract/cases-life.ts';
import { openTestStore } from '../helpers/store.ts';
import { createSurveyHouse } from '../helpers/survey-house.ts';

const ORIGIN = 'http://127.0.0.1:8345';
const NUMBER = '19900000011';

const open = async (t: Test) => {
  const store = await openTestStore(t, 'sqlite');
  const house = createSurveyHouse(store, createScriptedSurveys({ now: () => house.time.now }).calls);
  const people = await createPeople(house);
  const caseId = await house.answeredCase(people, NUMBER, { course: '三号楼东侧路灯不亮', contactName: '欧阳慧兰' });
  const { taskId } = await house.taskOf(caseId);
  const token = await house.linkOf(taskId, people.agent.staffId);
  const { app, finish } = await createHttp({
    config: readConfig({ HOTLINE_HTTP_PORT: '8345' }),
    who: async () => null,
    logger: pino({ level: 'silent' }),
    metrics: createMetrics(),
    parts: () => [],
    consoleDirectory: '/nonexistent',
    version: '0',
  });
  await app.register(surveyWebRoutes({ web: house.surveys.web }));
  await finish();
  t.teardown(() => app.close());
  const post = (path: string, form: Record<string, string>, from: Record<string, string> = { origin: ORIGIN }) =>
    app.inject({
      method: 'POST',
      url: path,
      headers: { ...from, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams(form).toString(),
    });
  return { app, house, taskId, path: `/reply/${token}`, post };
};

t.test('the page: no script, nothing from elsewhere, nothing about anybody', async (t) => {
  const { app, path } = await open(t);
  const page = await app.inject(path);
  t.equal(page.statusCode, 200);
  const policy = String(page.headers['content-security-policy']);
  t.match(policy, /default-src 'none'/);
  t.notMatch(policy, /unsafe|script-src/);
  t.equal(page.headers['cache-control'], 'no-store');
  t.notMatch(page.body, /<script| on[a-z]+=|https?:|style="/i);
  for (const personal of ['0011', '1990', '欧阳', '慧兰', '路灯', 'D01']) t.notMatch(page.body, personal);
  t.match(page.body, /<html lang="zh-CN">/);
  const english = (await app.inject(`${path}?lang=en`)).body;
  t.match(english, /<html lang="en">/);
  t.match(english, /How satisfied are you/);
});

t.test('filled in, sent again, and what comes from another page', async (t) => {
  const { path, post, house, taskId } = await open(t);
  const form = { digits: '0011', contacted: '1', settled: '1', satisfied: '5', text: '<b>谢谢</b>' };
  t.equal((await post(path, form, { origin: 'https://evil.example' })).statusCode, 403);
  const wrong = await post(path, { ...form, digits: '0012' });
  t.equal(wrong.statusCode, 422);
  t.match(wrong.body, /后四位不对/);
  t.match(wrong.body, /value="5" checked/, 'what was chosen is still there');
  t.match(wrong.body, /&#60;b&#62;谢谢/, 'and no markup of theirs');
  t.notMatch(wrong.body, /0011|0012/);
  const kept = await post(path, form);
  t.equal(kept.statusCode, 200);
  t.match(kept.body, /收到了，谢谢/);
  const again = await post(path, { ...form, satisfied: '1' });
  t.equal(again.statusCode, 200);
  t.match(again.body, /已经收到您的回答/);
  const { answers } = await house.surveys.supervision.result(taskId);
  t.same(
    answers.map(({ value, mode }) => [value, mode]),
    [
      [1, 'web'],
      [1, 'web'],
      [5, 'web'],
    ],
    'the first form stands',
  );
});

t.test('browsers inside other programs send no Origin, or the word null: the form is taken all the same', async (t) => {
  const form = { digits: '0011', settled: '1', satisfied: '5' };
  for (const from of [{}, { origin: 'null' }, { 'sec-fetch-site': 'same-origin' }] as Record<string, string>[]) {
    const { path, post } = await open(t);
    t.match((await post(path, form, from)).body, /收到了，谢谢/, JSON.stringify(from));
  }
  const { path, post } = await open(t);
  t.equal((await post(path, form, { origin: 'null', 'sec-fetch-site': 'cross-site' })).statusCode, 403, 'sent by a page of somebody else');
});

t.test('guessed, oversized and too many: a clear answer, and it costs nothing', async (t) => {
  const { app, post, path, house, taskId } = await open(t);
  const guessed = await app.inject(`/reply/${'A'.repeat(24)}`);
  t.equal(guessed.statusCode, 404);
  t.match(guessed.body, /没有这个链接/);
  const big = await post(path, { digits: '0011', satisfied: '5', text: 'x'.repeat(20_000) });
  t.equal(big.statusCode, 413);
  t.match(big.body, /没有收到/);
  const json = await app.inject({ method: 'POST', url: path, headers: { origin: ORIGIN }, payload: { digits: 11 } });
  t.ok(json.statusCode >= 400 && json.statusCode < 500);
  let last = guessed;
  for (let each = 0; each < 61; each += 1) last = await app.inject(`/reply/${'A'.repeat(24)}?lang=en`);
  t.equal(last.statusCode, 429);
  t.match(last.body, /Too many requests/);
  t.same((await house.surveys.supervision.result(taskId)).answers, []);
});
