import { createHash } from 'node:crypto';
import type { Extension } from '../../core/ids.ts';
import type { PhoneSetup } from '../port.ts';
import type { SorceryObject } from './ari.ts';

/** The realm Asterisk challenges with unless told otherwise; it is part of the digest. */
const REALM = 'asterisk';

const digest = (user: string, secret: string) => createHash('md5').update(`${user}:${REALM}:${secret}`).digest('hex');

/**
 * How long a leg may be silent before the switch gives it up. A browser that was killed says no goodbye: only this ends
 * its leg and brings the citizen back to an agent (within 10 s, the service dead or alive). On hold the second figure counts:
 * a living browser sends its silence while it holds (measured over 12 s), so it may be as short: a citizen whose
 * agent's browser died in hold was with another agent after 5.6 s. A telephone on a desk may send nothing at all while it
 * holds, and keeps a longer one.
 */
const SILENCE_S = 5;
const DESK_HOLD_S = 60;

/**
 * Nothing but 8,000 samples a second, as carriers send: with an Opus leg on the call the recorder goes on counting 160 samples
 * to a frame that now has 960, and from the answer on both voices are shreds (heard in the files; no error anywhere).
 */
const CODECS = 'alaw,ulaw';

const BROWSER_TRANSPORT = { transport: 'transport-ws', webrtc: 'yes', dtls_auto_generate_cert: 'yes', allow: CODECS };
const DESK_TRANSPORT = { allow: CODECS, rtp_symmetric: 'yes', force_rport: 'yes', rewrite_contact: 'yes' };

/** A display name within the quotes of a caller id: its own quotes and angle brackets would end it. */
const quoted = (name: string) => name.replace(/["\\<>]/g, '').trim();

/** What the switch must hold for one telephone, in the order in which it must be told. */
export const phoneObjects = (phone: PhoneSetup): SorceryObject[] => {
  const { extension, displayName, secret, kind } = phone;
  return [
    {
      objectType: 'auth',
      name: extension,
      // Digest, not the password: whoever may ask the switch for this object is told it as it stands.
      fields: { auth_type: 'digest', username: extension, realm: REALM, password_digest: `MD5:${digest(extension, secret)}` },
    },
    {
      objectType: 'aor',
      name: extension,
      fields: {
        max_contacts: '1',
        remove_existing: 'yes',
        qualify_frequency: '15',
        maximum_expiration: kind === 'desk' ? '3600' : '300',
      },
    },
    {
      objectType: 'endpoint',
      name: extension,
      fields: {
        // Before `allow`: after it, it takes every codec away again.
        disallow: 'all',
        ...(kind === 'desk' ? DESK_TRANSPORT : BROWSER_TRANSPORT),
        context: kind === 'citizen' ? 'hotline-demo' : 'hotline-agents',
        auth: extension,
        aors: extension,
        callerid: `"${quoted(displayName)}" <${extension}>`,
        direct_media: 'no',
        dtmf_mode: 'rfc4733',
        device_state_busy_at: '1',
        rtp_timeout: String(SILENCE_S),
        rtp_timeout_hold: String(kind === 'desk' ? DESK_HOLD_S : SILENCE_S),
      },
    },
  ];
};

/** The reverse order: an endpoint without its address of record is still an endpoint. */
export const phoneObjectNames = (extension: Extension): { objectType: SorceryObject['objectType']; name: string }[] => [
  { objectType: 'endpoint', name: extension },
  { objectType: 'auth', name: extension },
  { objectType: 'aor', name: extension },
];
