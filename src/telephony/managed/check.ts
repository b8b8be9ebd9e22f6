import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isRecentEnough, MINIMUM_VERSION, readVersion } from './find.ts';
import { type ManagerLine, openManagerLine } from './manager-line.ts';
import { readRegistrations, registrationFault } from './trunks.ts';

/** What the check is told about a switch; directories are null when they are not mounted here. */
export interface CheckedSwitch {
  host: string;
  amiPort: number;
  amiUser: string;
  amiSecret: string;
  ariUrl: string;
  ariUser: string;
  ariSecret: string;
  logDirectory: string | null;
  recordingDirectory: string | null;
  /** The hotline's number and its other spellings. */
  numbers: readonly string[];
  /** Names of the trunks that register at their carrier. */
  registered: readonly string[];
}

export interface Finding {
  part: string;
  ok: boolean;
  /** What was found, or how to mend it. */
  detail: string;
}

const MODULES_NEEDED = [
  'app_queue',
  'app_mixmonitor',
  'app_record',
  'app_stack',
  'app_userevent',
  'app_confbridge',
  'func_hangupcause',
  'func_groupcount',
  'func_db',
  'func_env',
  'res_srtp',
  'res_pjsip_transport_websocket',
  'res_pjsip_header_funcs',
  'res_pjsip_rfc3326',
  'res_sorcery_memory',
  'res_ari',
  'cel_custom',
];
const CONTEXTS_NEEDED = [
  'hotline-trunk',
  'hotline-inbound',
  'hotline-queue',
  'hotline-nobody',
  'hotline-voicemail',
  'hotline-restricted',
  'hotline-closed',
  'hotline-agents',
];
const SPECIAL = new Set(['s', 'h', 'i', 't', 'T', 'e', 'o', 'a']);

const attempt = async (part: string, cure: string, work: () => Promise<string>): Promise<Finding> => {
  try {
    return { part, ok: true, detail: await work() };
  } catch (err) {
    return { part, ok: false, detail: `${err instanceof Error ? err.message : String(err)} — ${cure}` };
  }
};

const must = (holds: boolean, otherwise: string): void => {
  if (!holds) throw new Error(otherwise);
};

const checkModules = async (line: ManagerLine): Promise<string> => {
  const missing: string[] = [];
  for (const name of MODULES_NEEDED) await line.ask('ModuleCheck', { Module: name }).catch(() => missing.push(name));
  must(missing.length === 0, `not loaded: ${missing.join(', ')}`);
  return `${MODULES_NEEDED.length} loaded`;
};

const checkContexts = async (line: ManagerLine): Promise<string> => {
  const missing: string[] = [];
  for (const context of CONTEXTS_NEEDED)
    await line.list('ShowDialPlan', { Context: context }, 'ShowDialPlanComplete').catch(() => missing.push(context));
  must(missing.length === 0, `missing: ${missing.join(', ')}`);
  return `${CONTEXTS_NEEDED.length} there`;
};

/** A landing context that holds more than numbers can be dialled past the notice and the recording. */
const checkLanding = async (line: ManagerLine, numbers: readonly string[]): Promise<string> => {
  const entries = await line.list('ShowDialPlan', { Context: 'hotline-trunk' }, 'ShowDialPlanComplete');
  const dialled = [...new Set(entries.flatMap((entry) => (entry.extension ? [entry.extension] : [])))];
  const open = dialled.filter((exten) => SPECIAL.has(exten) || exten.startsWith('_'));
  must(open.length === 0, `hotline-trunk also answers ${open.join(', ')}`);
  const missing = numbers.filter((number) => !dialled.includes(number));
  must(missing.length === 0, `hotline-trunk does not answer ${missing.join(', ')}`);
  return dialled.join(', ');
};

const checkRights = async (line: ManagerLine): Promise<string> => {
  const { value } = await line.ask('Getvar', { Variable: 'ASTSPOOLDIR' });
  must(Boolean(value), 'the spool directory is not told');
  await line.ask('DBPut', { Family: 'hotline-check', Key: 'write', Val: '1' });
  await line.ask('DBDel', { Family: 'hotline-check', Key: 'write' });
  await line.ask('GetConfig', { Filename: 'hotline-queues.conf' });
  return `database and queues may be written; recordings under ${value}/recording/hotline`;
};

const askAri = async (settings: CheckedSwitch, path: string): Promise<unknown> => {
  const authorization = `Basic ${Buffer.from(`${settings.ariUser}:${settings.ariSecret}`).toString('base64')}`;
  const response = await fetch(`${settings.ariUrl}${path}`, { headers: { authorization }, signal: AbortSignal.timeout(5_000) });
  must(response.ok, `ARI answers ${response.status}`);
  return await response.json();
};

const checkPrompts = async (settings: CheckedSwitch): Promise<string> => {
  for (const id of ['inbound.notice', 'nobody.voicemail', 'tone.beep']) {
    const sound = await askAri(settings, `/sounds/hotline%2F${id}`).catch(() => null);
    const formats = JSON.stringify(sound ?? '');
    must(formats.includes('"zh"') && formats.includes('"en"'), `hotline/${id} is not there in zh and en`);
  }
  return 'zh and en';
};

/** The browsers' transport answers an upgrade without its subprotocol with 400; without it there is no such page: 404. */
const checkWebSocket = async (settings: CheckedSwitch): Promise<string> => {
  const url = new URL('/ws', settings.ariUrl);
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  must(response.status !== 404, `${url.pathname} answers 404`);
  return url.href;
};

const checkTrunks = async (line: ManagerLine, trunks: readonly string[]): Promise<Finding[]> => {
  const registrations = trunks.length ? await readRegistrations(line) : [];
  return trunks.map((trunk) => {
    const fault = registrationFault(trunk, registrations);
    return { part: `trunk ${trunk}`, ok: fault === null, detail: fault ?? 'registered' };
  });
};

const checkPlaces = (settings: CheckedSwitch): Finding[] =>
  [
    {
      part: 'call records (CEL)',
      path: settings.logDirectory && join(settings.logDirectory, 'cel-custom'),
      lost: 'what happens while the service is away stays unknown',
    },
    { part: 'recordings', path: settings.recordingDirectory, lost: 'recordings are fetched over ARI' },
  ].map(({ part, path, lost }) => {
    if (!path) return { part, ok: true, detail: `not mounted here: ${lost}` };
    return existsSync(path)
      ? { part, ok: true, detail: path }
      : { part, ok: false, detail: `${path} is not there — mount it, or leave the setting out` };
  });

/** Looks a switch over, without changing a call or a setting. Never throws: what is wrong is a finding. */
export const checkSwitch = async (settings: CheckedSwitch): Promise<Finding[]> => {
  const address = { host: settings.host, port: settings.amiPort, username: settings.amiUser, secret: settings.amiSecret };
  const opened: { line: ManagerLine | null } = { line: null };
  const signIn = await attempt('manager sign-in', 'INSTALL.md step 5: user, secret, permit and port', async () => {
    opened.line = await openManagerLine(address);
    return `${settings.amiUser}@${settings.host}:${settings.amiPort}`;
  });
  const line = opened.line;
  if (!line) return [signIn];
  try {
    return [
      signIn,
      await attempt('version', `Asterisk ${MINIMUM_VERSION.join('.')} or later`, async () => {
        const version = readVersion(`Asterisk ${(await line.ask('CoreSettings')).asteriskversion ?? ''}`) ?? '';
        must(isRecentEnough(version), `Asterisk ${version || 'unknown'}`);
        return version;
      }),
      await attempt('modules', 'load them in modules.conf', () => checkModules(line)),
      await attempt('contexts', 'INSTALL.md step 2: extensions.conf', () => checkContexts(line)),
      await attempt('landing context', 'numbers only, INSTALL.md step 2', () => checkLanding(line, settings.numbers)),
      await attempt('queue main', 'INSTALL.md step 2: queues.conf', async () => {
        const [queue] = (await line.list('QueueStatus', { Queue: 'main' }, 'QueueStatusComplete')).filter(
          (event) => event.event === 'QueueParams',
        );
        must(queue !== undefined, 'there is no such queue');
        return `strategy ${queue?.strategy}`;
      }),
      await attempt('manager rights', 'INSTALL.md step 5: write=system,…,config; hotline-queues.conf', () => checkRights(line)),
      await attempt('ARI', 'INSTALL.md step 6', async () => {
        await askAri(settings, '/asterisk/ping');
        return settings.ariUrl;
      }),
      await attempt('prompts', 'INSTALL.md step 1', () => checkPrompts(settings)),
      await attempt('SIP over WebSocket', 'INSTALL.md step 7', () => checkWebSocket(settings)),
      ...(await checkTrunks(line, settings.registered)),
      ...checkPlaces(settings),
    ];
  } finally {
    line.close();
  }
};
