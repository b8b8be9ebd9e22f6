import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import type { Test } from 'tap';
import { startBrowser } from '../helpers/browser.ts';

/**
 * The main job on real parts, as a newcomer starts it: `src/start.ts` with nothing configured but ports and a data
 * directory, a managed Asterisk, and two Chromium pages: the agent's console and the demonstration citizen's phone.
 * Runs inside the namespace that test/run.ts makes; 10.99.0.1 is its voice address.
 */
const PORTS = { http: 18_345, relay: 18_346, asteriskHttp: 18_347, ami: 18_348, sip: 18_349 };
const url = `http://127.0.0.1:${PORTS.http}`;
const root = join(import.meta.dirname, '../..');
const data = mkdtempSync(join(tmpdir(), 'hotline-e2e-'));
const plain = {
  ...process.env,
  HOTLINE_DATA_DIR: data,
  HOTLINE_HTTP_PORT: String(PORTS.http),
  HOTLINE_RELAY_PORT: String(PORTS.relay),
  HOTLINE_ASTERISK_HTTP_PORT: String(PORTS.asteriskHttp),
  HOTLINE_ASTERISK_AMI_PORT: String(PORTS.ami),
  HOTLINE_SIP_PORT: String(PORTS.sip),
  HOTLINE_RTP_HOST: '10.99.0.1',
};

const until = async <T>(what: string, limitMs: number, ask: () => Promise<T | null | false> | T | null | false): Promise<T> => {
  for (const end = Date.now() + limitMs; Date.now() < end; await delay(100)) {
    const answer = await Promise.resolve()
      .then(ask)
      .catch(() => null);
    if (answer) return answer;
  }
  throw new Error(`waited ${limitMs} ms for ${what}`);
};

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

/** Serious and critical findings of axe on the page as it stands. */
const faults = async (page: Page): Promise<unknown> => {
  await page.evaluate(readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8'));
  return page.evaluate(
    "window.axe.run().then((r) => r.violations.filter((v) => ['serious', 'critical'].includes(v.impact)).map((v) => v.id))",
  );
};

const api = async (path: string, cookie: string): Promise<unknown> => (await fetch(`${url}${path}`, { headers: { cookie } })).json();

/** @param database what the service keeps its rows in: nothing for SQLite, DATABASE_URL for PostgreSQL */
export const inboundJourney = async (t: Test, database: Record<string, string>): Promise<void> => {
  const environment = { ...plain, ...database };
  let output = '';
  const starter = spawn(process.execPath, ['src/start.ts'], { cwd: root, env: environment });
  starter.stdout.on('data', (chunk) => {
    output += chunk;
  });
  starter.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const browser = await startBrowser();
  t.teardown(async () => {
    await browser.close();
    starter.kill('SIGTERM');
    await until('the service to end', 15_000, () => starter.exitCode !== null || starter.signalCode !== null).catch(() =>
      starter.kill('SIGKILL'),
    );
    await new Promise((resolve) =>
      spawn(process.execPath, ['src/stop.ts'], { cwd: root, env: environment, stdio: 'ignore' }).on('exit', resolve),
    );
    rmSync(data, { recursive: true, force: true });
  });

  const [, account, password] = await until('the printed accounts', 60_000, () => /^\s+(agent1)\s+(\S+)\s/m.exec(output));
  await until('the service to be ready', 10_000, async () => (await fetch(`${url}/readyz`)).ok);
  t.ok(output.includes('DEMONSTRATION'), 'the banner says that this is a demonstration');

  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, permissions: ['microphone'] });
  const agent: Page = await context.newPage();
  await agent.goto(url);
  await agent.fill('#account', String(account));
  await agent.fill('#password', String(password));
  await agent.click('[data-act=log-in]');
  await agent.click('[data-act=sign-in]');
  await agent.waitForSelector('.call-bar[data-mode=ready], .call-bar[data-mode=paused]', { timeout: 15_000 });
  if (await agent.$('.call-bar[data-mode=paused]')) await agent.click('[data-act=ready]');
  await agent.waitForSelector('.call-bar[data-mode=ready]', { timeout: 10_000 });
  const places = (): Promise<unknown> =>
    agent.evaluate(
      "['.call-bar','#state-box','#who','#what','#help'].map((s) => { const r = document.querySelector(s)?.getBoundingClientRect(); return r ? [r.x, r.y, r.width, r.height].join() : s; }).join(' ')",
    );
  const ready = await places();
  t.same(await faults(agent), [], 'axe finds nothing serious on the ready desk');
  const cookie = (await context.cookies()).map((each) => `${each.name}=${each.value}`).join('; ');

  const citizen = await context.newPage();
  await citizen.goto(`${url}/demo/citizen`);
  await citizen.waitForSelector('[data-citizen=registered]', { timeout: 15_000 });

  await t.test('rings with the card, is answered by a key, and the voice is there', async (t) => {
    await citizen.click('[data-act=dial-voice]');
    await agent.bringToFront();
    await agent.waitForSelector('.call-bar[data-mode=ringing]', { timeout: 40_000 });
    t.equal(await places(), ready, 'nothing moved when it rang');
    const painted = await until('the card to be painted', 5_000, () => agent.evaluate('Object.keys(window.__hotline.painted).length'));
    t.equal(painted, 1, 'exactly one card');
    await agent.waitForSelector('[data-armed=true]');
    await agent.keyboard.press('F2');
    await agent.waitForSelector('.call-bar[data-mode=talking]', { timeout: 8_000 });
    t.equal(await places(), ready, 'nothing moved when it was answered');
    const heard = await until('the citizen’s voice', 8_000, () => agent.evaluate('window.__hotline.audio.firstEnergyAt'));
    t.ok(heard, 'energy was measured at the agent');
  });

  await t.test('the service is killed while they talk: the call goes on, the row is right afterwards', async (t) => {
    // The relay is a child too, and not the one meant.
    const service = childrenOf(starter.pid ?? 0).find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('src/main.ts'));
    if (!service) throw new Error('the service’s process was not found');
    process.kill(service, 'SIGKILL');
    await until('the starter to notice', 5_000, () => output.includes('ended unexpectedly'));
    await until('the service to be back', 20_000, async () => (await fetch(`${url}/readyz`)).ok);
    await delay(2_000);
    t.ok(await agent.$('.call-bar[data-mode=talking]'), 'still talking');
    const { rows } = (await api('/api/calls', cookie)) as {
      rows: { callId: number; endedAt: string | null; disposition: string | null }[];
    };
    t.equal(rows[0]?.endedAt, null, 'the call was adopted, not ended');
  });

  await t.test('hang-up, wrap-up, and a recording that is whole and can be heard', async (t) => {
    await agent.waitForSelector('[data-armed=true]');
    await agent.click('[data-act=hang-up]');
    await agent.waitForSelector('.call-bar[data-mode=wrap_up]', { timeout: 8_000 });
    t.equal(await places(), ready, 'nothing moved when it ended');
    const row = await until('the recording to be whole', 30_000, async () => {
      const { rows } = (await api('/api/calls', cookie)) as {
        rows: { callId: number; recording: string; disposition: string; talkSeconds: number }[];
      };
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
    t.equal(existsSync(join(data, 'hotline.db')), !database.DATABASE_URL, 'the rows are where they were meant to be');
  });
};
