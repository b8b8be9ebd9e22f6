import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';
import { axeFaults } from '../console/look.ts';
import { startBrowser } from '../helpers/browser.ts';
import { openCitizen, openDesk } from '../helpers/desk.ts';
import { eventually, startProduct } from '../helpers/product.ts';

/**
 * The main job on real parts, as a newcomer starts it: `src/start.ts` with nothing configured but ports and a data
 * directory, a managed Asterisk, and two Chromium pages: the agent's console and the demonstration citizen's phone.
 * Runs inside the namespace that test/run.ts makes; 10.99.0.1 is its voice address.
 */
/** @param database what the service keeps its rows in: nothing for SQLite, DATABASE_URL for PostgreSQL */
export const inboundJourney = async (t: Test, database: Record<string, string>): Promise<void> => {
  const product = await startProduct({ env: database });
  const { url } = product;
  const browser = await startBrowser();
  t.teardown(async () => {
    await browser.close();
    await product.stop();
  });
  t.ok(product.output().includes('DEMONSTRATION'), 'the banner says that this is a demonstration');

  const desk = await openDesk(browser, product, 'agent1');
  const { page: agent, context } = desk;
  const places = (): Promise<unknown> =>
    agent.evaluate(
      "['.call-bar','#state-box','#who','#what','#help'].map((s) => { const r = document.querySelector(s)?.getBoundingClientRect(); return r ? [r.x, r.y, r.width, r.height].join() : s; }).join(' ')",
    );
  const ready = await places();
  t.same(await axeFaults(agent), [], 'axe finds nothing serious on the ready desk');
  const cookie = (await context.cookies()).map((each) => `${each.name}=${each.value}`).join('; ');

  const citizen = await openCitizen(context, product);

  await t.test('rings with the card, is answered by a key, and the voice is there', async (t) => {
    await citizen.dial();
    await agent.bringToFront();
    await agent.waitForSelector('.call-bar[data-mode=ringing]', { timeout: 40_000 });
    t.equal(await places(), ready, 'nothing moved when it rang');
    const painted = await eventually('the card to be painted', 5_000, () => agent.evaluate('Object.keys(window.__hotline.painted).length'));
    t.equal(painted, 1, 'exactly one card');
    await agent.waitForSelector('[data-armed=true]');
    await agent.keyboard.press('F2');
    await agent.waitForSelector('.call-bar[data-mode=talking]', { timeout: 8_000 });
    t.equal(await places(), ready, 'nothing moved when it was answered');
    const heard = await eventually('the citizen’s voice', 8_000, () => agent.evaluate('window.__hotline.audio.firstEnergyAt'));
    t.ok(heard, 'energy was measured at the agent');
  });

  await t.test('the service is killed while they talk: the call goes on, the row is right afterwards', async (t) => {
    process.kill(product.pids().service, 'SIGKILL');
    await eventually('the starter to notice', 5_000, () => product.output().includes('ended unexpectedly'));
    await eventually('the service to be back', 20_000, async () => (await fetch(`${url}/readyz`)).ok);
    await delay(2_000);
    t.ok(await agent.$('.call-bar[data-mode=talking]'), 'still talking');
    const { rows } = await product.api<{ rows: { callId: number; endedAt: string | null; disposition: string | null }[] }>(
      '/api/calls',
      cookie,
    );
    t.equal(rows[0]?.endedAt, null, 'the call was adopted, not ended');
  });

  await t.test('hang-up, wrap-up, and a recording that is whole and can be heard', async (t) => {
    await agent.waitForSelector('[data-armed=true]');
    await agent.click('[data-act=hang-up]');
    await agent.waitForSelector('.call-bar[data-mode=wrap_up]', { timeout: 8_000 });
    t.equal(await places(), ready, 'nothing moved when it ended');
    const row = await eventually('the recording to be whole', 30_000, async () => {
      const { rows } = await product.api<{ rows: { callId: number; recording: string; disposition: string; talkSeconds: number }[] }>(
        '/api/calls',
        cookie,
      );
      return rows[0]?.recording === 'whole' ? rows[0] : null;
    });
    t.equal(row.disposition, 'answered');
    const sound = await fetch(`${url}/api/calls/${row.callId}/recording`, { headers: { cookie } });
    const bytes = Buffer.from(await sound.arrayBuffer());
    t.equal(bytes.subarray(0, 4).toString(), 'RIFF');
    t.equal(bytes.readUInt16LE(22), 2, 'citizen and agent on separate channels');
    const citizenSide = new Int16Array(bytes.buffer, bytes.byteOffset + 44, Math.floor((bytes.length - 44) / 2)).filter(
      (_, at) => at % 2 === 0,
    );
    const rms = Math.sqrt(citizenSide.reduce((sum, each) => sum + each * each, 0) / citizenSide.length);
    t.ok(rms > 30, `the citizen was heard (rms ${Math.round(rms)})`);
    t.equal(existsSync(join(product.dataDirectory, 'hotline.db')), !database.DATABASE_URL, 'the rows are where they were meant to be');
  });
};
