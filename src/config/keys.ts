import * as p from './parse.ts';
import { SWITCH_NODES_FORM, switchNodes, TRUNKS_FORM, trunks } from './switch.ts';

export interface KeyDefinition<T> {
  readonly parser: p.Parser<T>;
  readonly fallback: T;
  /** How the fallback is written in the table when it is worked out and not a constant. */
  readonly shown?: string;
  readonly zh: string;
  readonly en: string;
  /** Never printed, not even in an error. */
  readonly secret?: true;
}

const key = <T>(parser: p.Parser<T>, fallback: NoInfer<T>, zh: string, en: string, more: { shown?: string; secret?: true } = {}) =>
  ({ parser, fallback, zh, en, ...more }) satisfies KeyDefinition<T>;
/** A key that may be absent; its absence means something, said in the sentence. */
const maybe = <T>(parser: p.Parser<T>, zh: string, en: string, more: { shown?: string; secret?: true } = {}) =>
  ({ parser: parser as p.Parser<T | null>, fallback: null as T | null, zh, en, ...more }) satisfies KeyDefinition<T | null>;

const port = p.whole(0, 65_535);
const host = p.text(/^[A-Za-z0-9.:_-]{1,253}$/, 'host or address');
const dialled = p.text(/^\+?\d{2,20}$/, 'digits');
const seconds = (least: number, most: number) => p.whole(least, most);

/**
 * Every setting there is, each with its one line of meaning in both languages. The environment holds what a machine or an
 * operator of machines decides; what the hotline's own people decide (queues, hours, policies) lives in the database.
 */
export const KEYS = {
  HOTLINE_MODE: key(
    p.word('demonstration', 'production'),
    'demonstration',
    '演示：不配置即可运行，自带虚构数据；生产：缺少密钥、网址、交换机即拒绝启动，不写入任何样例',
    'demonstration runs unconfigured with made-up data; production refuses to start without secret, public address and switch, and seeds nothing',
  ),
  HOTLINE_DATA_DIR: maybe(p.line, '数据目录（数据库、录音、密钥）', 'where database, recordings and keys live', {
    shown: './data',
  }),
  HOTLINE_CACHE_DIR: maybe(p.line, '下载缓存目录（Asterisk），放在仓库之外', 'where a fetched Asterisk is kept, outside the repository', {
    shown: '~/.cache/hotline-12345, root: /var/cache/hotline-12345',
  }),
  DATABASE_URL: maybe(
    p.databaseUrl,
    'PostgreSQL 地址；不填则用数据目录里的 SQLite',
    'PostgreSQL; without it SQLite in the data directory',
    {
      secret: true,
    },
  ),
  HOTLINE_SECRET: maybe(
    p.text(/^[\x21-\x7e]{32,512}$/, 'at least 32 printable characters'),
    '签发话机票据等用的主密钥，服务和中继要相同；演示模式自动生成并存入数据目录',
    'master key that signs relay tickets, the same for service and relay; generated into the data directory in demonstration',
    { secret: true },
  ),
  HOTLINE_HTTP_HOST: key(host, '127.0.0.1', '网页和接口监听的地址', 'address the web server listens on'),
  HOTLINE_HTTP_PORT: key(port, 8345, '网页和接口监听的端口', 'port the web server listens on'),
  HOTLINE_PUBLIC_URL: maybe(p.origin, '坐席浏览器里看到的网址', 'the address agents see in their browser', {
    shown: 'http(s)://127.0.0.1:8345',
  }),
  HOTLINE_ORIGINS: key(
    p.list(p.origin),
    [],
    '除上面网址外，另外允许的来源',
    'further origins a browser may come from, besides the public address',
    {
      shown: '',
    },
  ),
  HOTLINE_TLS_CERT: maybe(p.line, 'TLS 证书文件（PEM）；和私钥同时填写', 'TLS certificate file (PEM), together with the key'),
  HOTLINE_TLS_KEY: maybe(p.line, 'TLS 私钥文件（PEM）', 'TLS key file (PEM)'),
  HOTLINE_TRUST_PROXY: key(
    p.list(p.text(/^(loopback|linklocal|uniquelocal|[0-9a-fA-F.:]+(\/\d{1,3})?)$/, 'loopback | address[/bits]')),
    [],
    '前置代理的地址，只有它们报告的客户地址才被采信',
    'addresses of proxies in front, whose word about the client address is believed',
    { shown: '' },
  ),
  HOTLINE_RELAY_HOST: key(host, '127.0.0.1', '话机中继监听的地址', 'address the SIP relay listens on'),
  HOTLINE_RELAY_PORT: key(port, 8346, '话机中继监听的端口', 'port the SIP relay listens on'),
  HOTLINE_RELAY_PUBLIC_URL: maybe(p.webSocketUrl, '浏览器连接话机中继的地址', 'address browsers reach the SIP relay at', {
    shown: 'ws(s)://<public host>:8346/sip',
  }),
  HOTLINE_AREA_CODE: key(
    p.text(/^0\d{2,3}$/, '0533'),
    '0533',
    '本地区号，用来补全不带区号的固话',
    'own area code, completes bare landline numbers',
  ),
  HOTLINE_NUMBER: key(dialled, '12345', '热线号码', 'the hotline number'),
  HOTLINE_NUMBER_ALIASES: key(
    p.list(dialled),
    [],
    '中继线送来的其他被叫写法',
    'other called numbers the trunk may deliver for the hotline',
    {
      shown: '',
    },
  ),
  HOTLINE_NAME: key(p.line, '临湖区 12345 政务服务热线', '热线名称', 'name of the hotline'),
  HOTLINE_DUTY_PHONE: maybe(dialled, '无人签入时转接的值班电话', 'duty phone that is dialled when nobody is signed in', { shown: '' }),
  HOTLINE_SWITCH: maybe(
    p.word('managed', 'beside', 'nodes'),
    'managed：自带并管理 Asterisk；beside：同一台机器上由 src/switch.ts 单独运行；nodes：接入已有的 Asterisk',
    'managed runs an Asterisk of its own; beside leaves that to src/switch.ts on the same machine; nodes attaches existing ones',
    { shown: 'managed (demonstration)' },
  ),
  HOTLINE_SWITCH_NODES: key(switchNodes, [], `已有 Asterisk 的地址和口令：${SWITCH_NODES_FORM}`, 'existing Asterisk nodes', {
    shown: '',
    secret: true,
  }),
  HOTLINE_ASTERISK: maybe(p.line, '指定 Asterisk 程序；不填则自动寻找或下载', 'the Asterisk binary to run; else found or fetched', {
    shown: '',
  }),
  HOTLINE_APT_MIRROR: maybe(p.line, '下载 Asterisk 用的 Debian 镜像', "Debian mirror to fetch from; else the machine's own", { shown: '' }),
  HOTLINE_ASTERISK_HTTP_PORT: key(
    port,
    18_088,
    '自带 Asterisk 的 HTTP/ARI 端口（本机）',
    'managed Asterisk: HTTP and ARI port on loopback',
  ),
  HOTLINE_ASTERISK_AMI_PORT: key(port, 15_038, '自带 Asterisk 的 AMI 端口（本机）', 'managed Asterisk: AMI port on loopback'),
  HOTLINE_SIP_HOST: key(
    host,
    '127.0.0.1',
    '自带 Asterisk 的 SIP 地址；接运营商中继线时改为对外地址',
    'managed Asterisk: SIP address; set it to an outside address for a trunk',
  ),
  HOTLINE_SIP_PORT: key(port, 15_060, '自带 Asterisk 的 SIP 端口', 'managed Asterisk: SIP port'),
  HOTLINE_RTP_HOST: maybe(host, '语音（RTP）地址', 'managed Asterisk: address voices travel on', {
    shown: 'first non-loopback address',
  }),
  HOTLINE_RTP_PORTS: key(
    p.text(/^\d{4,5}-\d{4,5}$/, 'first-last'),
    '20000-23999',
    '语音（RTP）端口范围',
    'managed Asterisk: ports voices travel on, two per leg',
  ),
  HOTLINE_TRUNKS: key(trunks, [], `运营商中继线：${TRUNKS_FORM}`, 'carrier trunks', { shown: '', secret: true }),
  HOTLINE_RING_SECONDS: key(seconds(5, 120), 20, '坐席振铃多少秒后转下一位', 'how long one phone rings before the call goes on'),
  HOTLINE_WRAP_UP_SECONDS: key(seconds(2, 3600), 30, '话后整理时间（秒）', 'time to finish the form after a call'),
  HOTLINE_SHORT_ABANDON_SECONDS: key(
    seconds(1, 60),
    5,
    '排队不足多少秒就挂断的单独统计，不计入接通率',
    'who gives up sooner than this is counted apart, in no rate',
  ),
  HOTLINE_FLOOD_CALLS: key(
    p.whole(2, 1000),
    10,
    '同一号码十分钟内来电多少次时告警',
    'calls of one number within ten minutes that raise an alarm',
  ),
  HOTLINE_SESSION_HOURS: key(p.whole(1, 24), 12, '登录最长有效（小时）', 'a log-in ends at the latest after'),
  HOTLINE_SESSION_IDLE_MINUTES: key(p.whole(5, 1440), 60, '无操作多少分钟后退出', 'a log-in ends after being idle for'),
  HOTLINE_PROMPTS_DIR: maybe(p.line, '录音棚提示音目录，优先于自带提示音', 'studio recordings that replace the rendered prompts', {
    shown: '<data>/prompts',
  }),
  HOTLINE_FILE_SCANNER: maybe(
    p.line,
    '附件安全扫描：命令（文件路径附在最后，退出码 0 干净、1 有害）或 http(s) 地址（POST 内容，200 干净、406 有害）；不填则附件标注“未扫描”',
    'scans files of cases: a command (the path comes last; exit 0 clean, 1 harmful) or an http(s) address (POST, 200 clean, 406 harmful); without it files say "not scanned"',
    { shown: '' },
  ),
  HOTLINE_TEXT_GATEWAY: maybe(
    p.text(/^https?:\/\/\S{1,500}$/, 'an http(s) address'),
    '短信网关地址（POST JSON，签名方式见 src/outgoing/signature.ts）；不填则不发短信链接',
    'gateway for short messages (POST of JSON, signed as src/outgoing/signature.ts says); without it no links are sent',
    { shown: '' },
  ),
  HOTLINE_TEXT_GATEWAY_SECRET: maybe(
    p.text(/^[\x21-\x7e]{16,256}$/, 'at least 16 characters'),
    '与短信网关约定的签名密钥',
    'signs what is sent to HOTLINE_TEXT_GATEWAY',
    { secret: true, shown: '' },
  ),
  HOTLINE_WEBHOOK_PRIVATE: key(
    p.list(p.addressRange),
    [],
    '消息接口可以发往的内网地址或网段，逗号隔开；不填则只能发往公网和本机',
    'private addresses or ranges that webhooks may be sent to, by commas; without it public addresses and this machine only',
    { shown: '' },
  ),
  HOTLINE_LOG_LEVEL: key(p.word('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'), 'info', '日志级别', 'how much is logged'),
  HOTLINE_METRICS_TOKEN: maybe(
    p.text(/^[\x21-\x7e]{16,256}$/, 'at least 16 characters'),
    '从其他机器读取 /metrics 时要出示的令牌；不填则仅本机可读',
    'bearer token for /metrics from another machine; without it loopback only',
    { secret: true, shown: '' },
  ),
} as const;

export type KeyName = keyof typeof KEYS;
export type Values = { [K in KeyName]: (typeof KEYS)[K]['fallback'] };
