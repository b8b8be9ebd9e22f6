import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { checkSwitch } from '../../src/telephony/managed/check.ts';
import { createTrunkWatch, readRegistrations } from '../../src/telephony/managed/trunks.ts';
import { createSipPeer } from '../helpers/sip.ts';
import { startSwitch, type TestSwitch, until } from '../helpers/switch.ts';

/**
 * A second Asterisk plays the carrier at 127.0.0.2: one account that registers over UDP, one over TCP, one whose password the
 * hotline has wrong, and calls that it sends to what has registered, as carriers do.
 */
t.setTimeout(60_000);

const account = (name: string, password: string, transport: string): string => `
[${name}]
type = endpoint
transport = ${transport}
context = from-hotline
disallow = all
allow = alaw
auth = ${name}
aors = ${name}
direct_media = no
[${name}]
type = auth
auth_type = digest
username = ${name}
password = ${password}
[${name}]
type = aor
max_contacts = 1
remove_existing = yes
`;
const RIGHT = 'pass;word-1';

const startCarrier = async (): Promise<TestSwitch> => {
  const carrier = await startSwitch(t, {
    sipAddress: '127.0.0.2',
    extraPjsip:
      account('line-udp', RIGHT.replace(';', '\\;'), 'transport-udp') +
      account('line-tcp', RIGHT.replace(';', '\\;'), 'transport-tcp') +
      account('line-wrong', 'what-only-the-carrier-knows', 'transport-udp'),
    trunks: [{ name: 'any', host: '127.0.0.9', port: 9, match: ['127.0.0.9'], transport: 'tcp' }],
  });
  return carrier;
};

/** Calls through the carrier. @returns whether it was answered */
const callFrom = async (carrier: TestSwitch, target: string): Promise<boolean> => {
  const before = carrier.line.seen().length;
  await carrier.line.ask('Originate', {
    Channel: `PJSIP/${target}`,
    Application: 'Wait',
    Data: '1',
    CallerID: '<13812342046>',
    Timeout: '8000',
    Async: 'true',
  });
  const answered = () =>
    carrier.line
      .seen()
      .slice(before)
      .find((message) => message.event === 'OriginateResponse');
  await until(`the call to ${target} has an outcome`, () => answered() !== undefined, 12_000);
  return answered()?.response === 'Success';
};

t.test('trunks that register, over UDP and TCP, under another number than 12345', async (t) => {
  const carrier = await startCarrier();
  const at = { host: '127.0.0.2', port: carrier.sip.port, match: ['127.0.0.2'], register: true, retrySeconds: 1 };
  const house = await startSwitch(t, {
    numbers: ['96345', '053396345'],
    trunks: [
      { name: 'udp', ...at, auth: { username: 'line-udp', password: RIGHT } },
      { name: 'tcp', ...at, transport: 'tcp', auth: { username: 'line-tcp', password: RIGHT } },
      { name: 'wrong', ...at, auth: { username: 'line-wrong', password: 'guessed' } },
    ],
  });
  const statusOf = async (trunk: string) => (await readRegistrations(house.line)).find((each) => each.trunk === trunk)?.status;
  const settings = {
    host: '127.0.0.1',
    amiPort: house.ami.port,
    amiUser: house.ami.username,
    amiSecret: house.ami.secret,
    ariUrl: house.ari.url,
    ariUser: house.ari.username,
    ariSecret: house.ari.password,
    logDirectory: null,
    recordingDirectory: null,
    numbers: ['96345', '053396345'],
    registered: ['udp', 'tcp', 'wrong'],
  };

  await t.test('are registered, and the carrier’s calls reach the hotline over them', async (t) => {
    for (const trunk of ['udp', 'tcp']) await until(`${trunk} is registered`, async () => (await statusOf(trunk)) === 'Registered');
    t.ok(await callFrom(carrier, 'line-udp'), 'a call to the registered contact is answered');
    t.ok(await callFrom(carrier, 'line-tcp'), 'over TCP too');
  });

  await t.test('what the carrier sends for the hotline’s numbers is answered, anything else is refused, 12345 too', async (t) => {
    const dialled = (number: string) => `line-udp/sip:${number}@127.0.0.1:${house.sip.port}`;
    t.ok(await callFrom(carrier, dialled('053396345')));
    for (const number of ['12345', '9196', 's', 'T', '8001', '0085212345678']) t.notOk(await callFrom(carrier, dialled(number)), number);
  });

  await t.test('a call from an address that is no carrier’s is refused', async (t) => {
    const stranger = await createSipPeer(house.sip);
    t.teardown(() => stranger.close());
    t.ok((await stranger.call('96345').status) >= 400);
  });

  await t.test('a wrong password is told plainly and tried again until it is right', async (t) => {
    await until('it was refused', async () => /reject/i.test((await statusOf('wrong')) ?? ''));
    const findings = (await checkSwitch(settings)).filter((finding) => !finding.ok);
    t.match(findings, [{ part: 'trunk wrong', detail: /user.*secret/ }], JSON.stringify(findings));
    const faultOf = createTrunkWatch(house.ami);
    t.match(await faultOf('wrong'), /password|secret/);
    t.equal(await faultOf('udp'), null);
    const file = join(carrier.process.directories.etc, 'pjsip.conf');
    writeFileSync(file, readFileSync(file, 'utf8').replace('what-only-the-carrier-knows', 'guessed'));
    await carrier.process.console('module reload res_pjsip.so');
    await until('it is registered without anybody doing anything here', async () => (await statusOf('wrong')) === 'Registered', 15_000);
    t.same(
      (await checkSwitch(settings)).filter((finding) => !finding.ok),
      [],
    );
  });
});

t.test('a carrier that knows us by address: in by its address alone, out with our number', async (t) => {
  const carrier = await createSipPeer({ host: '127.0.0.1', port: 1 });
  const house = await startSwitch(t, {
    trunks: [{ name: 'carrier', host: '127.0.0.1', port: carrier.port, match: ['127.0.0.1'] }],
    fallbackNumber: '13900000002',
  });
  t.teardown(() => carrier.close());
  const citizen = await createSipPeer(house.sip);
  t.teardown(() => citizen.close());
  const call = citizen.call('12345');
  t.equal(await call.status, 200);
  const out = await carrier.incoming(20_000);
  t.match(out.header('to'), /13900000002@/, 'the duty phone is dialled over the same trunk');
  t.match(out.header('from'), /12345@/, 'carriers refuse a number that is not ours');
  out.answer();
  out.hangUp();
  call.hangUp();
  t.same(await readRegistrations(house.line), []);
});
