import { createHmac } from 'node:crypto';
import { deriveKey, masterSecret, type RelayConfig } from '../config/index.ts';
import { TICKET_PURPOSE } from './ticket.ts';

/** Raise it when a running relay of the last version must not be kept on by the next: every telephone then registers anew. */
const RELAY_VERSION = 1;

export interface RelaySettings {
  config: RelayConfig;
  ticketKey: Buffer;
  /** Equal for two relays that would behave the same. Keyed, so that it tells nothing of the settings. */
  fingerprint: string;
}

export const relaySettings = (config: RelayConfig): RelaySettings => {
  const ticketKey = deriveKey(masterSecret(config), TICKET_PURPOSE);
  const { secret: _secret, logLevel: _logLevel, cacheDirectory: _cacheDirectory, ...shaping } = config;
  const fingerprint = createHmac('sha256', ticketKey)
    .update(JSON.stringify([RELAY_VERSION, shaping]))
    .digest('base64url')
    .slice(0, 16);
  return { config, ticketKey, fingerprint };
};
