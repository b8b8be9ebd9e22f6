import { get } from 'node:http';
import { get as getTls } from 'node:https';
import { join } from 'node:path';
import { loadConfig } from '../src/config/index.ts';
import { readIdentity } from '../src/telephony/managed/instance.ts';
import { openManagerLine } from '../src/telephony/managed/manager-line.ts';
import { SERVICE_USER } from '../src/telephony/managed/settings.ts';

/** The container's health: `node docker/health.ts service | relay | switch`. Asks the part itself; 0 when it answers. */
const config = loadConfig();

const askWeb = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const near = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
    // It is asked whether it lives, not who it is: its certificate names the public address.
    const options = { host: near, port, path: '/healthz', timeout: 3_000, rejectUnauthorized: false };
    const request = (config.http.tls ? getTls : get)(options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });

const askSwitch = async (): Promise<boolean> => {
  const identity = readIdentity(join(config.dataDirectory, 'switch'));
  if (!identity) return false;
  const line = await openManagerLine({ host: '127.0.0.1', port: identity.ports.ami, username: SERVICE_USER, secret: identity.amiSecret });
  await line.ask('Ping');
  line.close();
  return true;
};

const part = process.argv[2];
const isWell =
  part === 'switch'
    ? await askSwitch().catch(() => false)
    : part === 'relay'
      ? await askWeb(config.relay.host, config.relay.port)
      : await askWeb(config.http.host, config.http.port);
process.exit(isWell ? 0 : 1);
