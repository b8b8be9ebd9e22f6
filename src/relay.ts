import { mkdirSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { pino } from 'pino';
import { loadRelayConfig } from './config/index.ts';
import { systemClock } from './core/clock.ts';
import { isHotlineError } from './core/errors.ts';
import { comeFirst } from './priority.ts';
import { removeMark, writeMark } from './relay/mark.ts';
import { createRelay } from './relay/server.ts';
import { relaySettings } from './relay/settings.ts';

/**
 * The second, tiny process: browsers' SIP over WebSocket to the switch. It knows no database and no service, so that agents'
 * telephones keep ringing while the service is down, killed or being upgraded.
 */
const main = async (): Promise<void> => {
  comeFirst();
  const { config, ticketKey, fingerprint } = relaySettings(loadRelayConfig());
  const logger = pino({ level: config.logLevel, base: { part: 'relay' } });
  const relay = createRelay({ config, ticketKey, fingerprint, clock: systemClock, logger });
  const port = await relay.listen();
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 });
  writeMark(config.dataDirectory, { pid: process.pid, script: process.argv[1] ?? '', port });
  logger.info({ host: config.host, port }, 'relay listens');
  // Kept now, because a relay is more often killed than ended.
  flushCompileCache();

  let ending = false;
  const end = (signal: string): void => {
    if (ending) return;
    ending = true;
    logger.info({ signal, clients: relay.clients() }, 'relay ends');
    removeMark(config.dataDirectory, process.pid);
    relay.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  // A renewed certificate must not cost five hundred registrations.
  process.on('SIGHUP', () => relay.reloadTls());
};

main().catch((err: unknown) => {
  process.stderr.write(`${isHotlineError(err) ? err.message : String(err)}\n`);
  process.exit(1);
});
