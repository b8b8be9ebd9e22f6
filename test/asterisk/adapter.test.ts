import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { createAsteriskTelephony } from '../../src/telephony/asterisk/index.ts';
import { silentLog } from '../../src/telephony/asterisk/log.ts';
import { defaultCacheDirectory } from '../../src/telephony/managed/fetch.ts';
import { findFetched } from '../../src/telephony/managed/find.ts';
import { type ManagedSwitch, startManagedSwitch } from '../../src/telephony/managed/run.ts';
import { telephonyContract } from '../contract/telephony.ts';
import { createPlainSipPhone, type PlainSipPhone } from '../helpers/plain-sip-phone.ts';

/** The least dialplan that the contract speaks of; the product's own is tried elsewhere. */
const DIALPLAN = `
[hotline-trunk]
exten => 12345,1,Goto(hotline-inbound,s,1)
[hotline-inbound]
exten => s,1,Answer(0)
 same => n,UserEvent(HotlineRecording,CallId: \${UNIQUEID},File: test/\${UNIQUEID}.wav)
 same => n,Queue(hotline,c,,,60)
 same => n,GotoIf($["\${QUEUESTATUS}" = "CONTINUE" & "\${HANGUPCAUSE}" != "16"]?3)
 same => n,Hangup()
[hotline-agents]
exten => _X.,1,Hangup()
`;

const QUEUES = ['hotline', 'second']
  .map(
    (name) => `[${name}]\nstrategy = rrmemory\ntimeout = 10\nretry = 1\nringinuse = no\nwrapuptime = 0\njoinempty = yes\nautofill = yes\n`,
  )
  .join('');

/** The test's carrier: whoever sends from this machine and is no phone of ours. */
const CARRIER = `
[trunk-test]
type = endpoint
transport = transport-udp
context = hotline-trunk
disallow = all
allow = ulaw,alaw
direct_media = no
identify_by = ip
[trunk-test-identify]
type = identify
endpoint = trunk-test
match = 127.0.0.1
`;

/** Stands between the service and the switch's manager port, and can be cut. */
const cuttable = async (test: { teardown(work: () => unknown): void }, port: () => number) => {
  const open = new Set<Socket>();
  let whole = true;
  const server = createServer((near) => {
    if (!whole) return void near.destroy();
    const far = connect(port(), '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        near.destroy();
        far.destroy();
        open.delete(socket);
      });
    }
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.teardown(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    cut: () => {
      whole = false;
      for (const socket of open) socket.destroy();
    },
    mend: () => {
      whole = true;
    },
  };
};

const installation = await findFetched(defaultCacheDirectory(process.env, process.getuid?.() ?? 0));

t.test(
  'the real switch keeps the contract',
  { skip: installation === null ? 'no Asterisk has been fetched yet' : false, timeout: 180_000 },
  async (t) => {
    if (installation === null) return;
    const directory = t.testdir();
    const dialplansDirectory = join(directory, 'dialplans');
    mkdirSync(join(dialplansDirectory, 'queues'), { recursive: true });
    symlinkSync(fileURLToPath(new URL('../../dialplans/sounds', import.meta.url)), join(dialplansDirectory, 'sounds'));
    writeFileSync(join(dialplansDirectory, 'hotline.conf'), DIALPLAN);
    writeFileSync(join(dialplansDirectory, 'queues', 'main.conf'), QUEUES);
    const settings = {
      directory: join(directory, 'switch'),
      dialplansDirectory,
      node: 'contract',
      rtpAddress: '127.0.0.1',
      extraPjsip: CARRIER,
    };
    let running: ManagedSwitch = await startManagedSwitch(installation, settings);
    t.teardown(() => running.stop());
    const link = await cuttable(t, () => running.ports.ami);
    const { credentials, ports } = running;
    const telephony = createAsteriskTelephony({
      nodes: [
        {
          name: 'contract',
          host: '127.0.0.1',
          amiPort: link.port,
          user: credentials.username,
          secret: credentials.amiSecret,
          ariSecret: credentials.ariSecret,
          httpPort: ports.http,
          logDirectory: running.directories.log,
        },
      ],
      logger: silentLog,
    });
    t.teardown(() => telephony.stop());
    const server = { host: '127.0.0.1', port: ports.sip };
    const phones: PlainSipPhone[] = [];
    t.teardown(() => {
      for (const phone of phones) phone.close();
    });
    const citizen = await createPlainSipPhone({ user: 'carrier', server });
    phones.push(citizen);
    const registered = new Map<string, PlainSipPhone>();

    await telephonyContract(t, {
      telephony,
      node: 'contract',
      citizenCalls: (number) => citizen.call('12345', { from: number }),
      register: async (extension, secret) => {
        const known = registered.get(`${extension} ${secret}`);
        const phone = known ?? (await createPlainSipPhone({ user: extension, secret, server }));
        if (!known) phones.push(phone);
        await phone.register();
        registered.set(`${extension} ${secret}`, phone);
        return phone;
      },
      breakLink: link.cut,
      mendLink: link.mend,
      restart: async () => {
        process.kill(running.pid, 'SIGKILL');
        for (const deadline = performance.now() + 5000; running.isAlive() && performance.now() < deadline; )
          await new Promise((resolve) => setTimeout(resolve, 20));
        running = await startManagedSwitch(installation, settings);
      },
    });
  },
);
