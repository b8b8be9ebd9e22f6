import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { startBrowser } from '../helpers/browser.ts';
import { openDesk } from '../helpers/desk.ts';
import { carrierTrunk, eventually, startProduct } from '../helpers/product.ts';
import { createSipPeer } from '../helpers/sip.ts';

t.setTimeout(150_000);

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

t.test('an agent whose browser dies while the citizen is on hold strands nobody', { timeout: 140_000 }, async (t) => {
  const product = await startProduct({ env: carrierTrunk });
  t.teardown(() => product.stop());
  const others = childrenOf(process.pid);
  const browser = await startBrowser();
  const browserPid = childrenOf(process.pid).find((pid) => !others.includes(pid)) ?? 0;
  t.teardown(() => browser.close().catch(() => undefined));
  const desk = await openDesk(browser, product, 'agent1');
  const server = { host: '127.0.0.1', port: product.ports.sip };
  const [carrier, colleague] = [await createSipPeer(server), await createSipPeer(server)];
  t.teardown(() => {
    carrier.close();
    colleague.close();
  });
  const citizen = carrier.call('12345', { from: '13812342046' });
  await desk.waitFor('ringing', 40_000);
  await desk.act('answer');
  await desk.waitFor('talking', 8_000);
  await desk.act('hold');
  await desk.page.waitForSelector('[data-act=hold][aria-pressed=true]', { timeout: 5_000 });
  // A living browser sends silence while it holds: this outlasts the limit, and nobody is disturbed.
  await delay(12_000);
  t.equal(await desk.mode(), 'talking', 'a living hold lasts');
  t.notOk(citizen.isOver());

  const cookie = await product.logIn('agent2');
  const { phone } = await product.api<{ phone: { extension: string; secret: string } }>('/api/desk/sign-in', cookie, { device: 'desk' });
  await colleague.register(phone.extension, phone.secret);
  await product.api('/api/desk/intent', cookie, { intent: 'ready' });
  // Frozen, the service can do nothing about it: the switch alone must.
  const { service } = product.pids();
  process.kill(service, 'SIGSTOP');
  t.teardown(() => process.kill(service, 'SIGCONT'));
  const began = Date.now();
  process.kill(-browserPid, 'SIGKILL');
  const ring = await colleague.incoming(60_000);
  const rang = Date.now() - began;
  ring.answer(1300);
  await eventually('the colleague to be heard', 5_000, () => citizen.hears(1300));
  t.comment(`with another agent ${Date.now() - began} ms after the browser died in hold (rang after ${rang}), the service frozen`);
  t.ok(Date.now() - began < 10_000);
  citizen.hangUp();
});
