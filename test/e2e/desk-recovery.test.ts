import t from 'tap';
import { eventually } from '../helpers/product.ts';
import type { SipCall } from '../helpers/sip.ts';
import { armed, blockVoices, bothHear, letVoicesThrough, mode, openHall } from './hall.ts';
import { received } from './instruments.ts';

/** What comes back by itself: after the service's death while it rings, a reload in the call, a path for sound that is not there. */
t.setTimeout(235_000);

t.test('the desk recovers', { timeout: 230_000 }, async (t) => {
  const { product, openPage, goReady, dial } = await openHall(t);
  const page = await openPage();
  await goReady(page);
  let citizen!: SipCall;

  await t.test('it rings while the tab is hidden; the service is born again meanwhile; one card stays one card', async (t) => {
    await page.evaluate(() => {
      window.__instruments.hidden = true;
    });
    citizen = dial();
    await mode(page, 'ringing', 30_000);
    await eventually('the title', 3_000, async () => /来电/.test(await page.title()));
    const notes = await page.evaluate(() => window.__instruments.notes);
    t.equal(notes.length, 1, 'one notification');
    t.notMatch(JSON.stringify(notes), /1380000|2046/, 'without the number');
    process.kill(product.pids().service, 'SIGKILL');
    await page.waitForSelector('[data-chip=service]', { timeout: 8_000 });
    await page.locator('[data-chip=service]').waitFor({ state: 'detached', timeout: 40_000 });
    t.ok(await page.$('.call-bar[data-mode=ringing]'), 'it still rings');
    t.equal(await page.locator('section[data-offer]').count(), 1, 'one card');
    t.equal((await page.evaluate(() => window.__instruments.notes)).length, 1, 'told once');
    await armed(page);
    await page.keyboard.press('F2');
    await mode(page, 'talking');
    t.notMatch(await page.title(), /来电/, 'the title is calm again');
    await bothHear(page, citizen, 'after the service was born again');
  });

  await t.test('a reload in the call brings the same citizen back', async (t) => {
    await page.keyboard.press('F5');
    t.ok(await page.$('.call-bar[data-mode=talking]'), 'the first key only warns');
    await eventually('the warning', 2_000, async () => /刷新/.test((await page.textContent('.call-bar')) ?? ''));
    await page.reload();
    await mode(page, 'ringing', 20_000);
    t.notOk(citizen.isOver(), 'the citizen was not dropped');
    await armed(page);
    await page.keyboard.press('F2');
    await mode(page, 'talking');
    await bothHear(page, citizen, 'after the reload');
  });

  await t.test('both hang up in the same instant: no state is stuck', async (t) => {
    await armed(page);
    citizen.hangUp();
    await page.keyboard.press('Shift+F2');
    await mode(page, 'wrap_up', 10_000);
    await armed(page);
    await page.click('[data-act=ready]');
    await mode(page, 'ready', 10_000);
    t.equal(await page.evaluate(() => window.__instruments.peers.filter((peer) => peer.connectionState === 'connected').length), 0);
    t.equal(await page.evaluate('document.title'), '12345');
  });

  await t.test('no path for sound is told within five seconds, and the citizen comes back when there is one', async (t) => {
    citizen = dial();
    await mode(page, 'ringing', 30_000);
    blockVoices();
    await armed(page);
    await page.keyboard.press('F2');
    await mode(page, 'talking');
    const answeredAt = Date.now();
    await page.waitForSelector('#state-box.tone-amber[data-act=devices]', { timeout: 6_000 });
    const after = Date.now() - answeredAt;
    t.ok(after <= 5_000, `told after ${after} ms`);
    // The switch waits five seconds for a voice, then takes the leg for dead.
    await mode(page, 'ringing', 25_000);
    letVoicesThrough();
    t.notOk(citizen.isOver(), 'the citizen was not dropped');
    await armed(page);
    await page.keyboard.press('F2');
    await mode(page, 'talking');
    await bothHear(page, citizen, 'on the second try');
    await armed(page);
    await page.keyboard.press('Shift+F2');
    await mode(page, 'wrap_up', 10_000);
  });

  await t.test('a refused or missing microphone is told before the first call, and a call can be taken by listening', async (t) => {
    for (const [refusal, words] of [
      ['NotAllowedError', '麦克风未授权'],
      ['NotFoundError', '检查耳机'],
    ] as const) {
      await page.evaluate((name) => localStorage.setItem('test.refuse', name), refusal);
      await page.reload();
      await eventually(`${words} in the bar`, 15_000, async () => ((await page.textContent('.call-bar')) ?? '').includes(words));
      t.pass(words);
    }
    await page.waitForSelector('.call-bar[data-mode=wrap_up],.call-bar[data-mode=ready]', { timeout: 20_000 });
    if (await page.$('.call-bar[data-mode=wrap_up]')) {
      await armed(page);
      await page.click('[data-act=ready]');
    }
    await mode(page, 'ready', 20_000);
    citizen = dial();
    await mode(page, 'ringing', 30_000);
    await armed(page);
    await page.keyboard.press('F2');
    await page.waitForSelector('#state-box.tone-amber[data-act=devices]', { timeout: 10_000 });
    // Longer than the switch waits for a leg that sends nothing.
    const since = Date.now();
    const before = await received(page);
    await eventually('seven seconds of listening', 10_000, () => Date.now() - since > 7_000);
    t.ok((await received(page)).energy - before.energy > 0.01, 'the agent hears the citizen');
    t.notOk(citizen.isOver(), 'and the citizen is not dropped');
    t.ok(await page.$('.call-bar[data-mode=talking]'), 'nor sent to the queue again');
    await page.evaluate(() => localStorage.removeItem('test.refuse'));
  });
}).catch(t.threw);
