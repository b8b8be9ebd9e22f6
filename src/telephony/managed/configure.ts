import { HotlineError } from '../../core/errors.ts';
import { renderPjsip, renderRtp, renderSorcery } from './configure-sip.ts';
import { MODULES } from './modules.ts';
import { section } from './section.ts';
import { type ConfigurationInput, SERVICE_USER } from './settings.ts';

const renderAsterisk = ({ directories, modulesDirectory, identity }: ConfigurationInput): string =>
  section('directories', {
    astetcdir: directories.etc,
    astmoddir: modulesDirectory,
    astvarlibdir: directories.lib,
    astdbdir: directories.lib,
    astkeydir: directories.lib,
    astdatadir: directories.data,
    astagidir: `${directories.data}/agi-bin`,
    astspooldir: directories.spool,
    astrundir: directories.run,
    astlogdir: directories.log,
    astcachedir: directories.cache,
  }) +
  section('options', {
    systemname: identity.node,
    entityid: identity.entityId,
    defaultlanguage: 'zh',
    documentation_language: 'en_US',
    hideconnect: 'yes',
    live_dangerously: 'no',
    // A gateway may drop a citizen who hears nothing at all while leaving a message.
    transmit_silence: 'yes',
  });

const renderModules = ({ settings }: ConfigurationInput): string =>
  `[modules]\nautoload = no\n${[...MODULES, ...(settings.extraModules ?? [])].map((name) => `load = ${name}.so\n`).join('')}`;

/** 500 registered browsers are 500 sessions; the default of 100 would refuse the rest. */
const renderHttp = ({ identity }: ConfigurationInput): string =>
  section('general', {
    enabled: 'yes',
    bindaddr: '127.0.0.1',
    bindport: identity.ports.http,
    sessionlimit: 2000,
    enable_static: 'no',
    enable_status: 'no',
    servername: 'hotline',
  });

const renderAri = ({ identity }: ConfigurationInput): string =>
  section('general', { enabled: 'yes', pretty: 'no' }) +
  section(SERVICE_USER, { type: 'user', read_only: 'no', password: identity.ariSecret, password_format: 'plain' });

/**
 * Made and thrown away again for each listener if they were not named here: dialplan steps, variables and RTCP reports are
 * most of what a call says. Whoever adds a reader of one takes it off the list.
 */
export const UNREAD_EVENTS: readonly string[] = [
  ...['Newexten', 'VarSet', 'RTCPSent', 'RTCPReceived', 'NewConnectedLine', 'NewCallerid', 'NewAccountCode'],
  ...['MusicOnHoldStart', 'MusicOnHoldStop', 'SoftHangupRequest', 'DeviceStateChange'],
];

/**
 * The service may read calls, agents and its own user events, and write what its port names; it may not run commands of the
 * console, read the dialplan's every step or see the keys a citizen presses.
 */
const renderManager = ({ identity }: ConfigurationInput): string =>
  section('general', {
    enabled: 'yes',
    bindaddr: '127.0.0.1',
    port: identity.ports.ami,
    webenabled: 'no',
    timestampevents: 'yes',
    displayconnects: 'no',
    authtimeout: 10,
    authlimit: 20,
    disabledevents: UNREAD_EVENTS.join(','),
  }) +
  section(SERVICE_USER, {
    secret: identity.amiSecret,
    deny: '0.0.0.0/0.0.0.0',
    permit: '127.0.0.1/255.255.255.255',
    read: 'system,call,agent,user,reporting',
    write: 'system,call,agent,user,reporting,originate,config',
    // A reader that is frozen is cut off after this time, so that it cannot hold up the switch.
    writetimeout: 5000,
  });

/**
 * Every variable a call path sets would be told to everybody who might listen; nobody does, and a call sets some sixty.
 */
const renderStasis = (): string => section('declined_message_types', { decline: 'ast_channel_varset_type' });

const renderLogger = (): string =>
  section('general', { dateformat: '%F %T.%3q', queue_log: 'yes', queue_log_to_file: 'yes', use_callids: 'yes' }) +
  section('logfiles', { messages: 'notice,warning,error' });

/** What the switch writes about every call by itself; a service that was away reads it afterwards. */
const renderCel = (): string =>
  section('general', { enable: 'yes', dateformat: '%s.%6q', apps: 'queue,dial,confbridge,mixmonitor,record', events: 'ALL' });

/** One unknown field name and the module writes nothing at all: these names are 22's own. */
const renderCelCustom = (): string =>
  section('cel.ndjson', {
    format: 'json',
    fields: 'EventType,EventTime,Num,Exten,Context,ChanName,AppName,AppData,UniqueID,LinkedID,Peer,UserField,EventExtra',
  });

const renderCdr = (): string => section('general', { enable: 'yes', unanswered: 'yes' });
const renderCdrCustom = (): string =>
  section('cdr.ndjson', {
    format: 'json',
    fields: 'clid,src,dst,dcontext,channel,dstchannel,lastapp,start,answer,end,duration,billsec,disposition,uniqueid,linkedid,sequence',
  });

const renderMusic = ({ directories }: ConfigurationInput): string =>
  section('default', { mode: 'files', directory: `${directories.data}/moh`, sort: 'alpha' });

/**
 * Nobody sits alone in a conference: the citizen is let go on when the last of the staff has left, and an agent who waits
 * for the third party hears music.
 */
const renderConfbridge = (): string =>
  section('general', {}) +
  section('default_bridge', { type: 'bridge' }) +
  section('citizen_user', { type: 'user', quiet: 'yes', end_marked: 'yes' }) +
  section('staff_user', { type: 'user', quiet: 'yes', marked: 'yes', music_on_hold_when_empty: 'yes' });

/** The default `*8` would let anyone who can dial pick up a ringing call. */
const renderFeatures = (): string => section('general', { pickupexten: '' });

/**
 * How numbers are said to whoever waits: by the prompts that say them, whole up to 60. Ten more are as good as ten less beyond
 * that, and nobody is told a place as far back.
 */
const renderSay = (): string => {
  const numbers = {
    '_[n]um:[0-9]': `hotline/count.\${SAY}`,
    '_[n]um:[1-5][0-9]': `hotline/count.\${SAY}`,
    '_[n]um:[6-9][0-9]': `hotline/count.\${SAY:0:1}0`,
    '_[n]um:[0-9][0-9].': 'hotline/count.90',
  };
  return section('general', { mode: 'new' }) + section('zh', numbers) + section('en', numbers);
};

const renderExtensions = ({ settings }: ConfigurationInput): string =>
  section('general', { static: 'yes', writeprotect: 'yes', autofallthrough: 'yes' }) +
  section('globals', {
    HOTLINE_TRUNK: settings.trunks?.[0] ? `trunk-${settings.trunks[0].name}` : '',
    HOTLINE_FALLBACK: checkNumber(settings.fallbackNumber ?? ''),
    HOTLINE_AREA: checkNumber(settings.areaCode ?? ''),
  }) +
  '#include "hotline/hotline.conf"\n';

const checkNumber = (number: string): string => {
  if (number !== '' && !/^\+?\d{2,20}$/.test(number))
    throw new HotlineError('config.invalid', `${JSON.stringify(number)} is not a telephone number`);
  return number;
};

/** The numbers the hotline answers to and no others: whatever else is dialled from the trunk is refused. */
const renderTrunkContext = ({ settings }: ConfigurationInput): string => {
  const numbers = new Set((settings.numbers?.length ? settings.numbers : ['12345']).map(checkNumber));
  return `[hotline-trunk]\n${[...numbers].map((number) => `exten => ${number},1,Goto(hotline-inbound,s,1)\n`).join('')}`;
};

const renderQueues = (): string =>
  `${section('general', {
    // After a restart of the switch the members are known before the service is back.
    persistentmembers: 'yes',
    autofill: 'yes',
    shared_lastcall: 'yes',
    'monitor-type': 'MixMonitor',
    log_membername_as_agent: 'no',
  })}#include "hotline/queues/main.conf"\n#include "hotline-queues.conf"\n`;

/**
 * All files of the switch's own configuration, by name relative to its etc directory. Pure: the same input gives the same
 * text, so that an adopted switch can be told whether its files are still the right ones.
 */
export const renderConfiguration = (input: ConfigurationInput): Record<string, string> => ({
  'asterisk.conf': renderAsterisk(input),
  'modules.conf': renderModules(input),
  'http.conf': renderHttp(input),
  'ari.conf': renderAri(input),
  'manager.conf': renderManager(input),
  'stasis.conf': renderStasis(),
  'rtp.conf': renderRtp(input),
  'sorcery.conf': renderSorcery(),
  'pjsip.conf': renderPjsip(input),
  'pjproject.conf': section('startup', { type: 'startup', log_level: 'default' }),
  'queues.conf': renderQueues(),
  'logger.conf': renderLogger(),
  'cel.conf': renderCel(),
  'cel_custom.conf': renderCelCustom(),
  'cdr.conf': renderCdr(),
  'cdr_custom.conf': renderCdrCustom(),
  'musiconhold.conf': renderMusic(input),
  'confbridge.conf': renderConfbridge(),
  'say.conf': renderSay(),
  'features.conf': renderFeatures(),
  'extensions.conf': renderExtensions(input),
  // Read by the core whether it is used or not: without them each start begins with false alarms.
  'acl.conf': '',
  'ccss.conf': section('general', {}),
  'udptl.conf': section('general', {}),
  'websocket_client.conf': '',
  'indications.conf':
    section('general', { country: 'cn' }) +
    section('cn', {
      description: 'China',
      ringcadence: '1000,4000',
      dial: '450',
      busy: '450/350,0/350',
      ring: '450/1000,0/4000',
      congestion: '450/700,0/700',
    }),
  // In the place of dialplans/trunk.conf, which knows 12345 alone.
  'hotline/trunk.conf': renderTrunkContext(input),
  'hotline/numbers.conf': '',
  ...(input.settings.extraDialplan ? { 'hotline/bench.conf': input.settings.extraDialplan } : {}),
});

/**
 * The file AMI UpdateConfig writes queues into at run time; made once, never overwritten. Its template lets a new queue be
 * made with one line that cannot forget anything.
 */
export const INITIAL_RUNTIME_QUEUES =
  '; Queues made while the switch runs. Written by the service over AMI UpdateConfig; do not edit by hand.\n';
