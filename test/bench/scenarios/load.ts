import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import citizens from '../../../src/demonstration/content/citizens.json' with { type: 'json' };
import { chooseRunAs, writeFileFor } from '../../../src/telephony/managed/directories.ts';
import { eventually, PORTS } from '../../helpers/product.ts';
import { processorMs, type Rig } from './rig.ts';

export type Arm = 'ours' | 'alone' | 'dialplan' | 'agi';
export const ARMS: Record<Arm, { number: string; service: boolean; does: string }> = {
  ours: {
    number: '12345',
    service: true,
    does: "the product's whole dialplan (limits, caller's rules, hours, recording, notice, queue) with the service connected: calls, offers, history and cards written, recordings sealed",
  },
  alone: { number: '12345', service: false, does: "the product's whole dialplan, no service connected" },
  dialplan: { number: '90001', service: false, does: 'Answer, MixMonitor, Playback, Queue in four steps; no service connected' },
  agi: {
    number: '90002',
    service: false,
    does: 'a perl script over AGI answers, looks the caller up in a hash and starts MixMonitor, then Playback, Queue; no service connected',
  },
};

/** A prompt of a quarter of a second stands for the notice in every arm: the real one is 7.7 s of the same sound for all. */
const NOTICE = 'count.8';

const here = (name: string): string => join(import.meta.dirname, name);

/** Puts the two baselines into the running switch beside the product's own dialplan. */
export const loadBaselines = async (rig: Rig): Promise<void> => {
  const script = join(rig.scratch, 'lookup.pl');
  copyFileSync(here('lookup.pl'), script);
  const recordings = join(rig.directories.spool, 'recording/hotline/bench');
  const text = readFileSync(here('baselines.conf'), 'utf8')
    .replaceAll('@NOTICE@', NOTICE)
    .replaceAll('@SCRIPT@', script)
    .replaceAll('@RECORDINGS@', recordings);
  writeFileFor(join(rig.directories.etc, 'hotline/bench.conf'), text, chooseRunAs());
  for (const Module of ['res_speech.so', 'res_agi.so']) await rig.ask('ModuleLoad', { Module, LoadType: 'load' });
  await rig.ask('Reload', { Module: 'pbx_config' });
  await rig.ask('DBPut', { Family: 'hotline', Key: 'notice', Val: NOTICE });
};

/** Every third caller is in the directory and has called before; the others are new. No number is used twice in a second. */
const callerNumbers = (count: number): string[] => {
  const known = citizens.flatMap((each) => each.numbers).slice(0, 90);
  return Array.from({ length: count }, (_, index) =>
    index % 3 === 0 ? (known[(index / 3) % known.length] ?? '') : `139${String(10_000_000 + index)}`,
  );
};

/** The switch's own record of every call (CEL), read from where it stood before. */
const recordReader = (rig: Rig): (() => { number: string; at: number }[]) => {
  const file = join(rig.directories.log, 'cel-custom/cel.ndjson');
  const from = existsSync(file) ? statSync(file).size : 0;
  return () => {
    const seen = new Set<string>();
    return readFileSync(file)
      .subarray(from)
      .toString('utf8')
      .split('\n')
      .filter((text) => text.includes('"APP_START"') && text.includes('"Queue"'))
      .map((text) => JSON.parse(text) as { num: string; eventtime: string; uniqueid: string })
      .filter(({ uniqueid }) => !seen.has(uniqueid) && seen.add(uniqueid))
      .map(({ num, eventtime }) => ({ number: num, at: Number(eventtime) * 1000 }))
      .sort((a, b) => a.at - b.at);
  };
};

const sentOf = (log: string): { number: string; at: number }[] =>
  log
    .split('\n')
    .filter(Boolean)
    .map((text) => ({ number: text.split(' ')[0] ?? '', at: Number(text.split('\t').at(-1)) * 1000 }));

/** @returns for each send the milliseconds to its call's queue, null for one that never got there */
const paired = (sent: { number: string; at: number }[], queued: { number: string; at: number }[]): (number | null)[] => {
  const waiting = Map.groupBy(queued, ({ number }) => number);
  return sent.map(({ number, at }) => {
    const mine = waiting.get(number)?.shift();
    return mine === undefined ? null : mine.at - at;
  });
};

export interface Load {
  calls: number;
  failed: number;
  neverQueued: number;
  retransmissions: number;
  /** From sipp's sending of the INVITE to the switch's record of Queue, the notice's length taken off; ms. */
  toQueueMs: number[];
  answered: number;
  /** Processor time per call, children included; ms. */
  switchMs: number;
  serviceMs: number;
  seconds: number;
}

const runSipp = (args: string[], limitMs: number): { over: Promise<void>; stop: () => void } => {
  const child = spawn('sipp', args, { stdio: 'ignore' });
  const stop = (): void => void child.kill('SIGKILL');
  const timer = setTimeout(stop, limitMs);
  const over = once(child, 'exit').then(() => clearTimeout(timer));
  return { over, stop };
};

let runs = 0;

/** Starts a load. @returns its folder and a promise that resolves when sipp has ended */
const startCalls = (
  rig: Rig,
  number: string,
  rate: number,
  count: number,
  holdMs: number,
): { folder: string; over: Promise<void>; stop: () => void } => {
  const folder = join(rig.scratch, `run-${++runs}`);
  mkdirSync(folder);
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('numbers.csv'), `SEQUENTIAL\n${callerNumbers(count).join('\n')}\n`);
  const scenario = readFileSync(here('citizens.xml'), 'utf8').replace('@HOLD@', String(holdMs)).replace('@VOICE@', at('voice.al'));
  writeFileSync(at('citizens.xml'), scenario);
  writeFileSync(at('voice.al'), randomBytes(16_000));
  const limit = Math.ceil(count / rate + holdMs / 1000) + 40;
  const running = runSipp(
    [
      ...[`127.0.0.1:${PORTS.sip}`, '-sf', at('citizens.xml'), '-inf', at('numbers.csv'), '-s', number],
      ...['-i', '127.0.0.1', '-p', String(15_999 + (runs % 50)), '-r', String(rate), '-m', String(count), '-l', '5000', '-nostdin'],
      ...['-trace_logs', '-log_file', at('sent.log'), '-trace_stat', '-stf', at('figures.csv'), '-fd', '1', '-timeout', String(limit)],
    ],
    (limit + 20) * 1000,
  );
  return { folder, ...running };
};

/**
 * Calls at a steady rate, each holding its line for `holdMs` after the answer; returns when everything they caused is done,
 * so that work put off (sealing recordings) is counted with its calls.
 */
export const callsAt = async (rig: Rig, arm: Arm, rate: number, seconds: number, holdMs = 2_200): Promise<Load> => {
  await rig.withService(ARMS[arm].service);
  await rig.quiet();
  const count = Math.round(rate * seconds);
  const { switch: asterisk, service } = rig.pids();
  const before = { asterisk: processorMs(asterisk), service: service ? processorMs(service) : 0, answered: rig.answered(), at: Date.now() };
  const queued = recordReader(rig);
  const { folder, over } = startCalls(rig, ARMS[arm].number, rate, count, holdMs);
  await over;
  await rig.quiet();
  const after = { asterisk: processorMs(asterisk), service: service ? processorMs(service) : 0 };
  const [names = '', ...rows] = readFileSync(join(folder, 'figures.csv'), 'utf8').trim().split('\n');
  const figure = (name: string): number => Number(rows.at(-1)?.split(';')[names.split(';').indexOf(name)]);
  const sent = sentOf(readFileSync(join(folder, 'sent.log'), 'utf8'));
  const waits = paired(sent, queued());
  const noticeMs = statSync(join(rig.directories.data, `sounds/zh/hotline/${NOTICE}.ulaw`)).size / 8;
  rmSync(folder, { recursive: true });
  rig.forgetRecordings();
  return {
    calls: count,
    failed: count - figure('SuccessfulCall(C)'),
    neverQueued: waits.filter((each) => each === null).length,
    retransmissions: figure('Retransmissions(C)'),
    toQueueMs: waits.filter((each) => each !== null).map((each) => each - noticeMs),
    answered: rig.answered() - before.answered,
    switchMs: (after.asterisk - before.asterisk) / count,
    serviceMs: (after.service - before.service) / count,
    seconds: (Date.now() - before.at) / 1000,
  };
};

/** Brings `count` calls up, looks while all of them are, and lets them go. */
export const holdCalls = async <T>(rig: Rig, count: number, look: () => T): Promise<T> => {
  await rig.withService(true);
  await rig.quiet();
  const rate = 20;
  const { folder, over } = startCalls(rig, ARMS.ours.number, rate, count, (count / rate) * 1000 + 8_000);
  await eventually(
    'the calls to be up',
    (count / rate) * 1000 + 8_000,
    async () => Number((await rig.ask('CoreStatus')).corecurrentcalls) >= count,
  );
  const seen = look();
  await over;
  await rig.quiet();
  rmSync(folder, { recursive: true });
  rig.forgetRecordings();
  return seen;
};

/** Calls whose callers give up while a phone rings. @returns how many were made */
export const offersAt = async (rig: Rig, rate: number, seconds: number): Promise<number> => {
  const count = Math.round(rate * seconds);
  const { folder, over } = startCalls(rig, ARMS.ours.number, rate, count, 700);
  await over;
  rmSync(folder, { recursive: true });
  return count;
};

/** Calls that stay up in a queue that has no members, through the product's own call path. @returns a function that lets them go */
export const holdBeside = async (rig: Rig, count: number): Promise<() => void> => {
  writeFileFor(join(rig.directories.etc, 'hotline-queues.conf'), '[bench-held]\njoinempty = yes\n', chooseRunAs());
  await rig.ask('Reload', { Module: 'app_queue.so' });
  await rig.ask('DBPut', { Family: 'hotline', Key: 'queue', Val: 'bench-held' });
  const held = startCalls(rig, ARMS.ours.number, 20, count, 3_600_000);
  await eventually('the held calls to be up', 30_000, async () => Number((await rig.ask('CoreStatus')).corecurrentcalls) >= count);
  await delay(1500);
  await rig.ask('DBPut', { Family: 'hotline', Key: 'queue', Val: 'main' });
  return held.stop;
};
