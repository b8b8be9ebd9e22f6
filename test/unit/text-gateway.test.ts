import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import type { JobHandler } from '../../src/jobs/runner.ts';
import { createHttpTextGateway } from '../../src/surveys/text-gateway.ts';

const SECRET = 'agreed with the gateway';
const NOW = new Date('2026-11-24T02:00:00Z');

/** A gateway that answers as it is told to. */
const start = async (t: Test) => {
  const got: { headers: IncomingHttpHeaders; body: string }[] = [];
  const answers = { status: 200 };
  const server = createServer(async (request, response) => {
    got.push({ headers: request.headers, body: await text(request) });
    response.writeHead(answers.status, { location: '/elsewhere' }).end('said');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const handlers: JobHandler[] = [];
  const scheduled: { key: string; payload: Record<string, unknown> }[] = [];
  const gateway = createHttpTextGateway({
    jobs: {
      define: (_kind, handler) => void handlers.push(handler),
      schedule: async (_db, { key, payload }) => void scheduled.push({ key, payload }),
    },
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sms`,
    secret: SECRET,
    write: (nonce) => `请评价 ${nonce.toUpperCase()}`,
    clock: { now: () => NOW },
  });
  const send = () => gateway.send({} as never, { number: '13900001111', nonce: 'once', taskId: 3 });
  const deliver = async () => handlers[0]?.({ payload: scheduled[0]?.payload ?? {}, attempt: 1 });
  return { got, answers, scheduled, send, deliver };
};

t.test('a text goes out signed, with one id for all its tries', async (t) => {
  const { got, answers, scheduled, send, deliver } = await start(t);
  await send();
  await send();
  t.not(scheduled[0]?.key, scheduled[1]?.key, 'two messages are two');
  t.equal(await deliver(), undefined);
  const [first] = got;
  t.same(JSON.parse(first?.body ?? ''), { id: scheduled[0]?.key, to: '13900001111', text: '请评价 ONCE' });
  t.notMatch(JSON.stringify(scheduled), /请评价|ONCE/, 'what waits to be sent opens nothing');
  t.equal(first?.headers['x-hotline-timestamp'], String(NOW.getTime() / 1000));
  const digest = createHmac('sha256', SECRET)
    .update(`${NOW.getTime() / 1000}.${first?.body}`)
    .digest('hex');
  t.equal(first?.headers['x-hotline-signature'], `sha256=${digest}`);
  answers.status = 503;
  await t.rejects(deliver(), /answered 503/, 'is tried again');
  t.equal(JSON.parse(got[1]?.body ?? '').id, scheduled[0]?.key);
});

t.test('what the gateway refuses is given up and what may pass later is not; no redirect is followed', async (t) => {
  const { got, answers, send, deliver } = await start(t);
  await send();
  answers.status = 422;
  t.same(await deliver(), { fail: 'the gateway for texts answered 422' });
  answers.status = 429;
  await t.rejects(deliver(), /429/);
  answers.status = 307;
  await t.rejects(deliver());
  t.equal(got.length, 3);
});
