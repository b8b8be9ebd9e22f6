import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { HotlineError } from '../core/errors.ts';
import { KEYS, type KeyDefinition, type KeyName, type Values } from './keys.ts';
import { parseKey, WrongValue } from './parse.ts';
import { bracketed, type SwitchNode, type Trunk } from './switch.ts';
import { readTls } from './tls.ts';

export type { SwitchNode, Trunk } from './switch.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ManagedSwitch {
  kind: 'managed';
  /** False when src/switch.ts runs it in a process of its own (a container, a unit) beside this one. */
  startedHere: boolean;
  binary: string | null;
  mirror: string | null;
  httpPort: number;
  amiPort: number;
  sipHost: string;
  sipPort: number;
  /** null: the machine's first non-loopback address. */
  rtpHost: string | null;
  rtpFirstPort: number;
  rtpLastPort: number;
}

export interface Tls {
  certificateFile: string;
  keyFile: string;
}

export interface Config {
  mode: 'demonstration' | 'production';
  dataDirectory: string;
  cacheDirectory: string;
  /** null: SQLite in the data directory. */
  databaseUrl: string | null;
  /** null only in demonstration: config/secret.ts makes one in the data directory. */
  secret: string | null;
  http: { host: string; port: number; publicUrl: string; origins: string[]; tls: Tls | null; trustProxy: string[] };
  /** publicUrl: what a browser opens, ws(s)://…/sip, without the ticket. */
  relay: { host: string; port: number; publicUrl: string };
  hotline: { name: string; number: string; aliases: string[]; areaCode: string; dutyPhone: string | null };
  switch: ManagedSwitch | { kind: 'nodes'; nodes: SwitchNode[] };
  trunks: Trunk[];
  ringSeconds: number;
  wrapUpSeconds: number;
  board: { shortSeconds: number; floodCalls: number };
  session: { hours: number; idleMinutes: number };
  promptsDirectory: string;
  logLevel: Values['HOTLINE_LOG_LEVEL'];
  metricsToken: string | null;
  fileScanner: string | null;
  textGateway: { address: string; secret: string } | null;
  /** Private ranges that webhooks may be sent to. */
  webhookPrivate: string[];
}

export interface RelayConfig {
  host: string;
  port: number;
  tls: Tls | null;
  trustProxy: string[];
  origins: string[];
  secret: string | null;
  dataDirectory: string;
  cacheDirectory: string;
  /** SIP over WebSocket addresses of the switch's nodes, first is the default. */
  upstreams: { node: string; url: string }[];
  logLevel: Config['logLevel'];
}

/** The clone, or the image's /app: two above this file. */
const ROOT = resolve(import.meta.dirname, '../..');

/** A secret may also lie in a file that <KEY>_FILE names, as containers hand them out. */
const FILE_KEYS: ReadonlyMap<string, string> = new Map(
  (Object.entries(KEYS) as [string, KeyDefinition<unknown>][]).flatMap(([name, key]) =>
    key.secret ? [[`${name}_FILE`, name] as const] : [],
  ),
);

const textOf = (name: string, key: KeyDefinition<unknown>, environment: Environment): string | undefined => {
  const direct = environment[name]?.trim() || undefined;
  const file = key.secret ? environment[`${name}_FILE`]?.trim() : undefined;
  if (!file) return direct;
  if (direct !== undefined) throw new WrongValue(`不能与 ${name}_FILE 同时填写 (not together with ${name}_FILE)`);
  try {
    return readFileSync(resolve(ROOT, file), 'utf8');
  } catch (err) {
    throw new WrongValue(`${name}_FILE 读不到 (can't be read): ${(err as NodeJS.ErrnoException).code}`);
  }
};

const readValues = (environment: Environment): Values => {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, key] of Object.entries(KEYS) as [KeyName, KeyDefinition<unknown>][]) {
    try {
      values[name] = parseKey(key, textOf(name, key, environment));
    } catch (err) {
      if (!(err instanceof WrongValue)) throw err;
      problems.push(`${name}: ${err.message}`);
    }
  }
  // A misspelt key would otherwise be a setting that silently does nothing.
  for (const name of Object.keys(environment))
    if (name.startsWith('HOTLINE_') && !(name in KEYS) && !FILE_KEYS.has(name)) problems.push(`${name}: 没有这个配置项 (no such setting)`);
  refuse(problems);
  return values as Values;
};

const refuse = (problems: readonly string[]): void => {
  if (problems.length === 0) return;
  throw new HotlineError('config.invalid', `配置有误，未启动 / wrong configuration, not started\n  ${problems.join('\n  ')}`, {
    keys: problems.map((problem) => problem.slice(0, problem.indexOf(':'))),
  });
};

const loopbackNames = (publicUrl: string): string[] => {
  const url = new URL(publicUrl);
  if (url.hostname !== '127.0.0.1' && url.hostname !== 'localhost') return [];
  return ['127.0.0.1', 'localhost'].map((host) => `${url.protocol}//${host}${url.port === '' ? '' : `:${url.port}`}`);
};

const publicUrlOf = (values: Values): string => {
  if (values.HOTLINE_PUBLIC_URL !== null) return values.HOTLINE_PUBLIC_URL;
  const scheme = values.HOTLINE_TLS_CERT === null ? 'http' : 'https';
  const anyAddress = values.HOTLINE_HTTP_HOST === '0.0.0.0' || values.HOTLINE_HTTP_HOST === '::';
  const host = anyAddress ? '127.0.0.1' : bracketed(values.HOTLINE_HTTP_HOST);
  return new URL(`${scheme}://${host}:${values.HOTLINE_HTTP_PORT}`).origin;
};

const relayUrlOf = (values: Values): string => {
  if (values.HOTLINE_RELAY_PUBLIC_URL !== null) return values.HOTLINE_RELAY_PUBLIC_URL;
  const url = new URL(publicUrlOf(values));
  return `${values.HOTLINE_TLS_CERT === null ? 'ws' : 'wss'}://${url.hostname}:${values.HOTLINE_RELAY_PORT}/sip`;
};

const tlsOf = (values: Values): Tls | null =>
  values.HOTLINE_TLS_CERT !== null && values.HOTLINE_TLS_KEY !== null
    ? { certificateFile: resolve(ROOT, values.HOTLINE_TLS_CERT), keyFile: resolve(ROOT, values.HOTLINE_TLS_KEY) }
    : null;

const textGatewayOf = ({ HOTLINE_TEXT_GATEWAY: address, HOTLINE_TEXT_GATEWAY_SECRET: secret }: Values): Config['textGateway'] =>
  address !== null && secret !== null ? { address, secret } : null;

const originsOf = (values: Values): string[] => {
  const publicUrl = publicUrlOf(values);
  return [...new Set([publicUrl, ...loopbackNames(publicUrl), ...values.HOTLINE_ORIGINS])];
};

const dataDirectoryOf = (values: Values): string => resolve(ROOT, values.HOTLINE_DATA_DIR ?? 'data');

const cacheDirectoryOf = (values: Values, environment: Environment): string => {
  if (values.HOTLINE_CACHE_DIR !== null) return resolve(ROOT, values.HOTLINE_CACHE_DIR);
  // The switch runs as an unprivileged user who must be able to read it: root's own home is closed to others.
  if (process.getuid?.() === 0) return '/var/cache/hotline-12345';
  return join(environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), '.cache'), 'hotline-12345');
};

const switchOf = (values: Values): Config['switch'] => {
  const kind = values.HOTLINE_SWITCH ?? (values.HOTLINE_SWITCH_NODES.length > 0 ? 'nodes' : 'managed');
  if (kind === 'nodes') return { kind, nodes: values.HOTLINE_SWITCH_NODES };
  const [first = 0, last = 0] = values.HOTLINE_RTP_PORTS.split('-').map(Number);
  return {
    kind: 'managed',
    startedHere: kind === 'managed',
    binary: values.HOTLINE_ASTERISK,
    mirror: values.HOTLINE_APT_MIRROR,
    httpPort: values.HOTLINE_ASTERISK_HTTP_PORT,
    amiPort: values.HOTLINE_ASTERISK_AMI_PORT,
    sipHost: values.HOTLINE_SIP_HOST,
    sipPort: values.HOTLINE_SIP_PORT,
    rtpHost: values.HOTLINE_RTP_HOST,
    rtpFirstPort: first,
    rtpLastPort: last,
  };
};

/** Rules between keys, which no single key can know. */
const contradictions = (values: Values): string[] => {
  const problems: string[] = [];
  if ((values.HOTLINE_TLS_CERT === null) !== (values.HOTLINE_TLS_KEY === null))
    problems.push('HOTLINE_TLS_CERT: 证书和私钥要同时填写 (certificate and key go together with HOTLINE_TLS_KEY)');
  if ((values.HOTLINE_TEXT_GATEWAY === null) !== (values.HOTLINE_TEXT_GATEWAY_SECRET === null))
    problems.push('HOTLINE_TEXT_GATEWAY: 网关和密钥要同时填写 (goes together with HOTLINE_TEXT_GATEWAY_SECRET)');
  if (values.HOTLINE_TLS_CERT !== null && values.HOTLINE_PUBLIC_URL?.startsWith('http:'))
    problems.push('HOTLINE_PUBLIC_URL: 配置了证书就应为 https (must be https where a certificate is set)');
  if (values.HOTLINE_SWITCH === 'nodes' && values.HOTLINE_SWITCH_NODES.length === 0)
    problems.push('HOTLINE_SWITCH_NODES: HOTLINE_SWITCH=nodes 时必填 (needed by HOTLINE_SWITCH=nodes)');
  if ((values.HOTLINE_SWITCH ?? 'nodes') !== 'nodes' && values.HOTLINE_SWITCH_NODES.length > 0)
    problems.push(`HOTLINE_SWITCH: 已填写 HOTLINE_SWITCH_NODES，不能同时为 ${values.HOTLINE_SWITCH} (contradicts HOTLINE_SWITCH_NODES)`);
  const [first = 0, last = 0] = values.HOTLINE_RTP_PORTS.split('-').map(Number);
  if (first >= last || last > 65_535)
    problems.push('HOTLINE_RTP_PORTS: 起始端口应小于结束端口 (first must be below last, last at most 65535)');
  if (values.HOTLINE_MODE !== 'production') return problems;
  const needed = '生产模式必填 (needed in production)';
  if (values.HOTLINE_SECRET === null) problems.push(`HOTLINE_SECRET: ${needed}`);
  if (values.HOTLINE_PUBLIC_URL === null) problems.push(`HOTLINE_PUBLIC_URL: ${needed}`);
  else if (values.HOTLINE_PUBLIC_URL.startsWith('http:') && loopbackNames(values.HOTLINE_PUBLIC_URL).length === 0)
    problems.push(
      'HOTLINE_PUBLIC_URL: 其他电脑的浏览器只在 https 下允许用麦克风 (browsers of other machines give no microphone without https)',
    );
  if (values.HOTLINE_SWITCH === null && values.HOTLINE_SWITCH_NODES.length === 0)
    problems.push(`HOTLINE_SWITCH: ${needed}: managed, 或填写 (or) HOTLINE_SWITCH_NODES`);
  return problems;
};

/**
 * @param environment usually the process's; a test hands in its own
 * @throws HotlineError config.invalid that names every wrong key at once, so that an operator repairs them in one go
 */
export const readConfig = (environment: Environment): Config => {
  const values = readValues(environment);
  refuse(contradictions(values));
  const dataDirectory = dataDirectoryOf(values);
  return {
    mode: values.HOTLINE_MODE,
    dataDirectory,
    cacheDirectory: cacheDirectoryOf(values, environment),
    databaseUrl: values.DATABASE_URL,
    secret: values.HOTLINE_SECRET,
    http: {
      host: values.HOTLINE_HTTP_HOST,
      port: values.HOTLINE_HTTP_PORT,
      publicUrl: publicUrlOf(values),
      origins: originsOf(values),
      tls: tlsOf(values),
      trustProxy: values.HOTLINE_TRUST_PROXY,
    },
    relay: { host: values.HOTLINE_RELAY_HOST, port: values.HOTLINE_RELAY_PORT, publicUrl: relayUrlOf(values) },
    hotline: {
      name: values.HOTLINE_NAME,
      number: values.HOTLINE_NUMBER,
      aliases: values.HOTLINE_NUMBER_ALIASES,
      areaCode: values.HOTLINE_AREA_CODE,
      dutyPhone: values.HOTLINE_DUTY_PHONE,
    },
    switch: switchOf(values),
    trunks: values.HOTLINE_TRUNKS,
    ringSeconds: values.HOTLINE_RING_SECONDS,
    wrapUpSeconds: values.HOTLINE_WRAP_UP_SECONDS,
    board: { shortSeconds: values.HOTLINE_SHORT_ABANDON_SECONDS, floodCalls: values.HOTLINE_FLOOD_CALLS },
    session: { hours: values.HOTLINE_SESSION_HOURS, idleMinutes: values.HOTLINE_SESSION_IDLE_MINUTES },
    promptsDirectory: values.HOTLINE_PROMPTS_DIR === null ? join(dataDirectory, 'prompts') : resolve(ROOT, values.HOTLINE_PROMPTS_DIR),
    logLevel: values.HOTLINE_LOG_LEVEL,
    metricsToken: values.HOTLINE_METRICS_TOKEN,
    fileScanner: values.HOTLINE_FILE_SCANNER,
    textGateway: textGatewayOf(values),
    webhookPrivate: values.HOTLINE_WEBHOOK_PRIVATE,
  };
};

/** The relay's part of the same settings; it starts under the same environment as the service. */
export const readRelayConfig = (environment: Environment): RelayConfig => {
  const config = readConfig(environment);
  const upstreams =
    config.switch.kind === 'managed'
      ? [{ node: 'managed', url: `ws://127.0.0.1:${config.switch.httpPort}/ws` }]
      : config.switch.nodes.map((node) => ({ node: node.name, url: node.sipWebSocketUrl }));
  return {
    host: config.relay.host,
    port: config.relay.port,
    tls: config.http.tls,
    trustProxy: config.http.trustProxy,
    origins: config.http.origins,
    secret: config.secret,
    dataDirectory: config.dataDirectory,
    cacheDirectory: config.cacheDirectory,
    upstreams,
    logLevel: config.logLevel,
  };
};

/** The one place that touches the process's environment. */
export const loadConfig = (): Config => {
  const config = readConfig(process.env);
  if (config.http.tls) readTls(config.http.tls); // before anything is started that would have to be stopped again
  return config;
};
export const loadRelayConfig = (): RelayConfig => {
  loadConfig();
  return readRelayConfig(process.env);
};

/**
 * The environment for a process of ours that this one starts. The compile cache spares it loading the compiler that strips
 * the types: measured on the relay, 67 MB instead of 94, and half the time to start. Each log-in hashes in a block of 19 MB, and
 * glibc by its own choice keeps such blocks for every thread: measured, 134 MB after nine log-ins, 2 MB when it is told to give
 * back what is larger than 1 MB. Other libraries of C do not read these two.
 */
export const childEnvironment = (cacheDirectory: string): NodeJS.ProcessEnv => ({
  NODE_COMPILE_CACHE: join(cacheDirectory, 'compiled'),
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '1048576',
  ...process.env,
});

export interface ConfigRow {
  key: string;
  form: string;
  fallback: string;
  secret: boolean;
  zh: string;
  en: string;
}

/** Rows of the settings table in the README, so that the page cannot drift from the code. */
export const describeConfig = (): ConfigRow[] =>
  (Object.entries(KEYS) as [string, KeyDefinition<unknown>][]).map(([name, key]) => ({
    key: name,
    form: key.parser.form,
    fallback: key.shown ?? (key.fallback === null ? '' : String(key.fallback)),
    secret: key.secret === true,
    zh: key.zh,
    en: key.en,
  }));
