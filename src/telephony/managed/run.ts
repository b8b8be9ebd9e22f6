import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HotlineError } from '../../core/errors.ts';
import { runCommand } from './commands.ts';
import { INITIAL_RUNTIME_QUEUES, renderConfiguration } from './configure.ts';
import { canReach, chooseBase, chooseRunAs, installParts, layOut, makeDirectories, type RunAs, writeFileFor } from './directories.ts';
import type { AsteriskInstallation } from './find.ts';
import { firstVoiceAddress, prepareIdentity, type RunningMark, readIdentity, readRunning, writeRunning } from './instance.ts';
import { openManagerLine } from './manager-line.ts';
import { endProcess, isSameProcess, readFileLimit, readProcess } from './processes.ts';
import { type InstanceIdentity, type ManagedSwitchSettings, SERVICE_USER, type SwitchDirectories, type SwitchPorts } from './settings.ts';

export interface ManagedSwitch {
  pid: number;
  /** True when the process was living already and goes on with its calls. */
  adopted: boolean;
  version: string;
  node: string;
  ports: SwitchPorts;
  credentials: { username: string; amiSecret: string; ariSecret: string };
  directories: SwitchDirectories;
  rtpAddress: string;
  /** What an operator should know but need not stop for, a sentence each. */
  warnings: string[];
  isAlive(): boolean;
  /** Calls back once when the process is gone, however it ended. @returns a function that stops watching */
  watch(onGone: () => void): () => void;
  /** Runs a command of the console, such as "core show channels"; for people and tests, not for the service. */
  console(command: string): Promise<string>;
  /** Ends the switch and every call on it. */
  stop(): Promise<'ended' | 'killed'>;
}

const BOOT_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 5_000;
const WATCH_EVERY_MS = 250;
/** About five open files a call: at the usual 1,024, calls beyond 200 are refused with a misleading message. */
const LEAST_OPEN_FILES = 20_000;

interface Prepared {
  installation: AsteriskInstallation;
  settings: ManagedSwitchSettings;
  directories: SwitchDirectories;
  runAs: RunAs;
  identity: InstanceIdentity;
  rtpAddress: string;
  warnings: string[];
}

const configurationFile = (directories: SwitchDirectories): string => join(directories.etc, 'asterisk.conf');

const asterisk = (prepared: Pick<Prepared, 'installation' | 'directories'>, ...args: string[]): string[] => [
  ...prepared.installation.command,
  '-C',
  configurationFile(prepared.directories),
  ...args,
];

const runConsole = async (prepared: Pick<Prepared, 'installation' | 'directories'>, command: string): Promise<string> => {
  const [program = '', ...args] = asterisk(prepared, '-rx', command);
  const result = await runCommand(program, args, { timeoutMs: 10_000 });
  if (result.code !== 0)
    throw new HotlineError(
      'telephony.unavailable',
      `the switch's console does not answer: ${result.stderr.trim() || result.stdout.trim()}`,
    );
  return result.stdout;
};

/** The living process an earlier start left behind, if it is really ours and not another that got its number. */
const findRunning = (directories: SwitchDirectories): RunningMark | null => {
  const mark = readRunning(directories.base);
  if (!mark || !isSameProcess(mark)) return null;
  return readProcess(mark.pid)?.commandLine.includes(configurationFile(directories)) ? mark : null;
};

const isAnswering = async (identity: InstanceIdentity): Promise<boolean> => {
  try {
    await waitFullyBooted(identity, 5_000);
    return true;
  } catch {
    return false;
  }
};

const waitFullyBooted = async (identity: InstanceIdentity, limitMs: number): Promise<void> => {
  const line = await openManagerLine({ host: '127.0.0.1', port: identity.ports.ami, username: SERVICE_USER, secret: identity.amiSecret });
  try {
    await line.event('FullyBooted', limitMs);
  } finally {
    line.close();
  }
};

/** Writes what the switch reads. @returns whether the configuration differs from what was there */
const writeConfiguration = (prepared: Prepared): boolean => {
  const { settings, identity, directories, runAs, installation, rtpAddress, warnings } = prepared;
  makeDirectories(directories, runAs);
  const parts = { dialplans: settings.dialplansDirectory, overlay: settings.soundsOverlay, dataDirectory: installation.dataDirectory };
  warnings.push(...installParts(parts, directories, runAs));
  const files = renderConfiguration({ settings, identity, directories, modulesDirectory: installation.modulesDirectory, rtpAddress });
  let changed = false;
  for (const [name, text] of Object.entries(files)) changed = writeFileFor(join(directories.etc, name), text, runAs) || changed;
  const runtimeQueues = join(directories.etc, 'hotline-queues.conf');
  if (!existsSync(runtimeQueues)) writeFileFor(runtimeQueues, INITIAL_RUNTIME_QUEUES, runAs);
  return changed;
};

/**
 * Limit and turn on the processor are asked for while we may, then rights are given away for good; exec keeps one process all
 * along. A voice that waits is a gap in it, so the switch goes before whatever else has work to do: measured, a relay or a
 * service that starts beside it took 70 to 110 ms out of a talk. Where the machine does not allow it, all works as before.
 */
const LAUNCH = [
  'ulimit -n 65536 2>/dev/null || ulimit -n 20000 2>/dev/null || ulimit -n "$(ulimit -H -n)"',
  'chrt --rr --pid 10 $$ 2>/dev/null',
  'umask 027',
  'exec "$@"',
].join('; ');

const launch = (prepared: Prepared): number => {
  const { directories, runAs } = prepared;
  const drop = runAs.drop
    ? ['setpriv', `--reuid=${runAs.drop.userId}`, `--regid=${runAs.drop.groupId}`, '--clear-groups', '--no-new-privs']
    : [];
  // Streams go to files: a pipe to us would kill the switch the first time it writes after we have died.
  const output = openSync(join(directories.log, 'console.log'), 'a', 0o640);
  try {
    const child = spawn('sh', ['-c', LAUNCH, 'hotline-switch', ...drop, ...asterisk(prepared, '-f')], {
      detached: true,
      cwd: directories.base,
      stdio: ['ignore', output, output],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', HOME: directories.base },
    });
    child.on('error', () => undefined);
    child.unref();
    if (!child.pid) throw new HotlineError('telephony.unavailable', 'the switch could not be started: no shell');
    return child.pid;
  } finally {
    closeSync(output);
  }
};

const lastWords = (directories: SwitchDirectories): string => {
  const path = join(directories.log, 'console.log');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').slice(-5).join(' | ') : '';
};

const boot = async (prepared: Prepared): Promise<RunningMark> => {
  const pid = launch(prepared);
  const startTicks = readProcess(pid)?.startTicks ?? 0;
  const mark: RunningMark = { pid, startTicks, version: prepared.installation.version, startedAt: new Date().toISOString() };
  writeRunning(prepared.directories.base, mark);
  for (const deadline = Date.now() + BOOT_LIMIT_MS; Date.now() < deadline; await delay(25)) {
    if (!isSameProcess(mark))
      throw new HotlineError('telephony.unavailable', `the switch ended while starting: ${lastWords(prepared.directories)}`);
    try {
      await waitFullyBooted(prepared.identity, deadline - Date.now());
      return mark;
    } catch {
      // Not listening yet, or still reading its configuration.
    }
  }
  await endProcess(mark, async () => undefined, 0);
  throw new HotlineError(
    'telephony.unavailable',
    `the switch did not finish starting within ${BOOT_LIMIT_MS / 1000} s: ${lastWords(prepared.directories)}`,
  );
};

const prepare = async (installation: AsteriskInstallation, settings: ManagedSwitchSettings): Promise<Prepared> => {
  const runAs = chooseRunAs();
  const base = await chooseBase(settings.directory, runAs);
  const directories = layOut(base);
  const warnings: string[] = [];
  if (base !== settings.directory)
    warnings.push(`The switch keeps its files in ${base}: its unprivileged user cannot reach ${settings.directory}`);
  const rtpAddress = settings.rtpAddress ?? firstVoiceAddress();
  if (!rtpAddress)
    warnings.push('This machine has no address but loopback: browsers will connect calls without sound. Set an address for RTP');
  makeDirectories(directories, runAs);
  const identity = findRunning(directories)
    ? (readIdentity(base) ?? (await prepareIdentity(base, settings)))
    : await prepareIdentity(base, settings);
  return { installation, settings, directories, runAs, identity, rtpAddress: rtpAddress ?? '127.0.0.1', warnings };
};

const handle = (prepared: Prepared, mark: RunningMark, adopted: boolean): ManagedSwitch => {
  const { identity, directories, warnings } = prepared;
  return {
    pid: mark.pid,
    adopted,
    version: mark.version,
    node: identity.node,
    ports: identity.ports,
    credentials: { username: SERVICE_USER, amiSecret: identity.amiSecret, ariSecret: identity.ariSecret },
    directories,
    rtpAddress: prepared.rtpAddress,
    warnings,
    isAlive: () => isSameProcess(mark),
    watch: (onGone) => {
      const timer = setInterval(() => {
        // An adopted process is not our child: nobody tells us, we have to look.
        if (isSameProcess(mark)) return;
        clearInterval(timer);
        onGone();
      }, WATCH_EVERY_MS);
      timer.unref();
      return () => clearInterval(timer);
    },
    console: (command) => runConsole(prepared, command),
    stop: () => stopProcess(prepared, mark),
  };
};

const stopProcess = (prepared: Pick<Prepared, 'installation' | 'directories'>, mark: RunningMark): Promise<'ended' | 'killed'> =>
  endProcess(mark, async () => void (await runConsole(prepared, 'core stop now')), STOP_LIMIT_MS);

/**
 * Starts the switch, or adopts the one an earlier start left running: calls in progress outlive the service. A changed
 * dialplan or queue is read in by an adopted switch without touching its calls; changed ports, secrets and modules wait for
 * its next start.
 * @throws HotlineError telephony.unavailable with the switch's last words when it does not come up
 */
export const startManagedSwitch = async (installation: AsteriskInstallation, settings: ManagedSwitchSettings): Promise<ManagedSwitch> => {
  const prepared = await prepare(installation, settings);
  const { directories, runAs, warnings, identity } = prepared;
  for (const path of [dirnameOf(installation.binary), installation.modulesDirectory, directories.base])
    if (!(await canReach(path, runAs)))
      throw new HotlineError('telephony.unavailable', `the switch's unprivileged user cannot reach ${path}`);
  const running = findRunning(directories);
  if (running && (await isAnswering(identity))) {
    writeConfiguration(prepared);
    for (const command of ['dialplan reload', 'queue reload all']) await runConsole(prepared, command);
    if (running.version !== installation.version)
      warnings.push(`Asterisk ${running.version} goes on until the next restart; ${installation.version} is ready`);
    return handle(prepared, running, true);
  }
  // A process that lives but does not answer would hold our ports.
  if (running) await stopProcess(prepared, running);
  writeConfiguration(prepared);
  const mark = await boot(prepared);
  const limit = readFileLimit(mark.pid);
  if (limit < LEAST_OPEN_FILES)
    warnings.push(
      `The switch may open ${limit} files, enough for ${Math.floor(limit / 5)} calls: raise the hard limit to ${LEAST_OPEN_FILES}`,
    );
  return handle(prepared, mark, false);
};

const dirnameOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** Ends the switch of a directory without knowing its settings. @returns null when none was running */
export const stopManagedSwitch = async (installation: AsteriskInstallation, directory: string): Promise<'ended' | 'killed' | null> => {
  const directories = layOut(await chooseBase(directory, chooseRunAs()));
  const running = existsSync(directories.base) ? findRunning(directories) : null;
  return running ? await stopProcess({ installation, directories }, running) : null;
};
