import { HotlineError } from '../../core/errors.ts';
import { section } from './section.ts';
import type { ConfigurationInput, TrunkSettings } from './settings.ts';
import { registrationName } from './trunks.ts';

/**
 * Voices of browsers are received on one address only: the others of this machine would be offered in vain and delay the
 * first sound.
 */
export const renderRtp = ({ settings, rtpAddress }: ConfigurationInput): string =>
  section('general', {
    rtpstart: settings.rtp?.start ?? 16384,
    rtpend: settings.rtp?.end ?? 24575,
    icesupport: 'yes',
    strictrtp: 'yes',
    ice_deny: '0.0.0.0/0.0.0.0',
    ice_permit: `${rtpAddress}/255.255.255.255`,
  });

/**
 * Agents' phones are pushed over ARI into memory: their random secrets never touch the disk, and a restarted switch knows
 * no agent until the service has told it. Contacts live in memory too, because one that outlives a restart would make a
 * phone look reachable that is not.
 */
export const renderSorcery = (): string =>
  section('res_pjsip', {
    endpoint: ['config,pjsip.conf,criteria=type=endpoint', 'memory'],
    auth: ['config,pjsip.conf,criteria=type=auth', 'memory'],
    aor: ['config,pjsip.conf,criteria=type=aor', 'memory'],
    contact: 'memory',
  });

/**
 * A carrier that refuses today (a password not set yet, an outage) may take us tomorrow: nothing is final, nobody has to
 * restart anything. The carrier calls back what we register as our contact, and that is the hotline's number.
 */
const registrationSection = (trunk: TrunkSettings, name: string, uri: string, number: string): string => {
  const again = trunk.retrySeconds ?? 30;
  return section(registrationName(trunk.name), {
    type: 'registration',
    transport: `transport-${trunk.transport ?? 'udp'}`,
    outbound_auth: name,
    server_uri: uri,
    client_uri: `sip:${trunk.auth?.username}@${trunk.host}:${trunk.port}`,
    contact_user: number,
    expiration: 300,
    retry_interval: again,
    forbidden_retry_interval: again * 2,
    fatal_retry_interval: again * 2,
    auth_rejection_permanent: 'no',
    max_retries: 1_000_000,
  });
};

const trunkSection = (trunk: TrunkSettings, number: string): string => {
  if (!/^[A-Za-z0-9-]{1,32}$/.test(trunk.name))
    throw new HotlineError('config.invalid', `trunk name ${JSON.stringify(trunk.name)} is not letters, digits and dashes`);
  const name = `trunk-${trunk.name}`;
  const uri = `sip:${trunk.host}:${trunk.port}${trunk.transport === 'tcp' ? ';transport=tcp' : ''}`;
  const endpoint: Record<string, string | number> = {
    type: 'endpoint',
    transport: `transport-${trunk.transport ?? 'udp'}`,
    context: 'hotline-trunk',
    disallow: 'all',
    allow: 'alaw,ulaw',
    direct_media: 'no',
    rtp_symmetric: 'yes',
    force_rport: 'yes',
    dtmf_mode: 'auto',
    language: 'zh',
    identify_by: 'ip',
    aors: name,
    // A carrier that vanishes in mid-call must not hold an agent for ever; carriers send comfort noise far more often.
    rtp_timeout: 120,
    allow_subscribe: 'no',
    // Half a number is refused like a wrong one; nobody dials digit by digit any more.
    allow_overlap: 'no',
  };
  const auth = trunk.auth
    ? section(name, { type: 'auth', auth_type: 'digest', username: trunk.auth.username, password: trunk.auth.password })
    : '';
  if (trunk.auth) endpoint.outbound_auth = name;
  const registration = trunk.auth && trunk.register ? registrationSection(trunk, name, uri, number) : '';
  return (
    section(name, endpoint) +
    auth +
    // Not asked whether it lives: a trunk that does not answer the question would not even be tried for the duty phone.
    section(name, { type: 'aor', contact: uri, qualify_frequency: 0 }) +
    section(`${name}-identify`, { type: 'identify', endpoint: name, match: trunk.match }) +
    registration
  );
};

/**
 * One transport for trunks and desk phones, one for browsers. The browsers' transport opens no port of its own (the HTTP
 * server carries it); its address decides where their voices are received.
 */
export const renderPjsip = ({ settings, identity, rtpAddress }: ConfigurationInput): string =>
  section('global', {
    type: 'global',
    user_agent: 'Hotline12345',
    // A browser behind the relay arrives from 127.0.0.1: by address first it could be taken for a trunk on this machine.
    endpoint_identifier_order: 'username,ip,anonymous',
    keep_alive_interval: 30,
  }) +
  section('system', { type: 'system', threadpool_initial_size: 5, threadpool_max_size: 50 }) +
  section('transport-ws', { type: 'transport', protocol: 'ws', bind: rtpAddress }) +
  section('transport-udp', { type: 'transport', protocol: 'udp', bind: `${settings.sipAddress ?? '127.0.0.1'}:${identity.ports.sip}` }) +
  ((settings.trunks ?? []).some((trunk) => trunk.transport === 'tcp')
    ? section('transport-tcp', { type: 'transport', protocol: 'tcp', bind: `${settings.sipAddress ?? '127.0.0.1'}:${identity.ports.sip}` })
    : '') +
  (settings.trunks ?? []).map((trunk) => trunkSection(trunk, settings.numbers?.[0] ?? '12345')).join('') +
  (settings.extraPjsip ?? '');
