import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { answersAt, watchService } from '../../src/service-watch.ts';

/** Answers one question after the other from a list; resolves when the list is used up or the service is called hung. */
const watched = (answers: boolean[]): Promise<{ asked: number; hung: boolean }> =>
  new Promise((resolve) => {
    let asked = 0;
    const stop = watchService({
      everyMs: 0,
      answers: async () => {
        if (asked === answers.length) {
          stop();
          resolve({ asked, hung: false });
        }
        return answers[asked++] ?? true;
      },
      onHung: () => resolve({ asked, hung: true }),
    });
    // The watch does not keep a process alive, so this test must.
    const alive = setInterval(() => {}, 1_000);
    setTimeout(() => clearInterval(alive), 2_000).unref();
  });

t.test('a service hangs that leaves four questions in a row unanswered', async (t) => {
  t.same(await watched([true, false, false, false, false, true]), { asked: 5, hung: true });
});

t.test('one that answers in between does not', async (t) => {
  t.same(await watched([true, false, false, false, true, false, false, false, true]), { asked: 9, hung: false });
});

t.test('one that has never answered is still starting', async (t) => {
  t.same(await watched([false, false, false, false, false]), { asked: 5, hung: false });
  t.same(await watched([false, false, false, false, true, false, false, false, false]), { asked: 9, hung: true });
});

t.test('an answer counts whatever it says; silence and a closed port do not', async (t) => {
  let isSilent = false;
  const server = createServer((_request, response) => {
    if (!isSilent) response.writeHead(503).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const answers = answersAt({ host: '0.0.0.0', port, isTls: false }, 200);
  t.equal(await answers(), true);
  isSilent = true;
  t.equal(await answers(), false);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  t.equal(await answers(), false);
});
