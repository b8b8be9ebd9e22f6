import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { checkSwitch } from '../../src/telephony/managed/check.ts';
import { chooseMirror } from '../../src/telephony/managed/fetch.ts';
import { findFetched, isRecentEnough, readVersion } from '../../src/telephony/managed/find.ts';
import { firstVoiceAddress } from '../../src/telephony/managed/instance.ts';
import { readFileLimit, readProcess } from '../../src/telephony/managed/processes.ts';
import { startManagedSwitch, stopManagedSwitch } from '../../src/telephony/managed/run.ts';
import { section } from '../../src/telephony/managed/section.ts';
import { createSipPeer } from '../helpers/sip.ts';
import { findAsterisk, PROJECT_ROOT, startSwitch, temporaryDirectory, until } from '../helpers/switch.ts';

t.setTimeout(120_000);

t.test('versions, mirrors and addresses are read as they come', async (t) => {
  t.equal(readVersion('Asterisk 22.10.1+dfsg+~cs6.17'), '22.10.1');
  t.same(['22.5.0', '23.0', '22.4.9', '20.9.3'].map(isRecentEnough), [true, true, false, false]);
  t.equal(chooseMirror('http://mirror.example/debian-security/\nhttp://mirror.example/debian/\n'), 'http://mirror.example/debian');
  t.equal(chooseMirror('http://archive.example/ubuntu/\n'), null);
  const address = (text: string, internal: boolean) => ({
    address: text,
    family: 'IPv4' as const,
    internal,
    netmask: '',
    mac: '',
    cidr: null,
  });
  t.equal(firstVoiceAddress({ lo: [address('127.0.0.1', true)] }), null);
  t.equal(firstVoiceAddress({ lo: [address('127.0.0.1', true), address('10.99.0.1', true)] }), '10.99.0.1');
  t.equal(firstVoiceAddress({ docker0: [address('172.17.0.1', false)], eth0: [address('192.0.2.2', false)] }), '192.0.2.2');
});

t.test('a setting cannot bring a second line into a configuration file', async (t) => {
  t.throws(() => section('a', { secret: 'x\n[other]' }), /line break/);
});

t.test('a download that was never finished is no Asterisk', async (t) => {
  const cache = temporaryDirectory();
  t.teardown(() => rmSync(cache, { recursive: true, force: true }));
  mkdirSync(join(cache, 'asterisk-99.0.0/root'), { recursive: true });
  t.equal(await findFetched(cache), null);
});

t.test('it runs without rights, in a session of its own, with files enough, and ends when told', async (t) => {
  const house = await startSwitch();
  t.teardown(() => house.stop().catch(() => undefined));
  const { pid } = house.process;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  if (process.getuid?.() === 0 && /^\s*0\s+0\s+4294967295/.test(readFileSync('/proc/self/uid_map', 'utf8'))) {
    t.match(status, /^Uid:\s+65534\s+65534\s+65534\s+65534$/m);
    t.match(status, /^NoNewPrivs:\s+1$/m);
  }
  t.equal(Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[3]), pid, 'leads its own session');
  t.ok(readFileLimit(pid) >= 20_000 || house.process.warnings.some((warning) => warning.includes('files')));
  t.equal(statSync(join(house.process.directories.etc, 'manager.conf')).mode & 0o077, 0, 'secrets are closed to others');
  const log = readFileSync(join(house.process.directories.log, 'messages'), 'utf8');
  t.notMatch(log, /ERROR|WARNING/, 'a clean start');
  t.equal(await house.process.stop(), 'ended');
  t.equal(readProcess(pid), null);
});

t.test('the check names what is there, and what is missing', async (t) => {
  const house = await startSwitch(t);
  const settings = {
    host: '127.0.0.1',
    amiPort: house.ami.port,
    amiUser: house.ami.username,
    amiSecret: house.ami.secret,
    ariUrl: house.ari.url,
    ariUser: house.ari.username,
    ariSecret: house.ari.password,
    logDirectory: house.process.directories.log,
    recordingDirectory: join(house.process.directories.spool, 'recording'),
    numbers: ['12345'],
    registered: [],
  };
  const findings = await checkSwitch(settings);
  t.same(
    findings.filter((finding) => !finding.ok),
    [],
  );
  const wrong = await checkSwitch({ ...settings, amiSecret: 'wrong' });
  t.match(wrong, [{ part: 'manager sign-in', ok: false, detail: /Authentication failed/ }]);
  await house.line.ask('ModuleLoad', { LoadType: 'unload', Module: 'app_record.so' });
  const lacking = await checkSwitch({ ...settings, recordingDirectory: '/nowhere', ariSecret: 'wrong' });
  const missing = lacking.filter((finding) => !finding.ok).map((finding) => finding.part);
  t.ok(missing.includes('modules') && missing.includes('ARI') && missing.includes('recordings'), missing.join());
});

t.test('a switch outlives whoever started it, with its calls, and the next start adopts it', async (t) => {
  const directory = temporaryDirectory();
  const settings = {
    directory,
    dialplansDirectory: join(PROJECT_ROOT, 'dialplans'),
    trunks: [{ name: 'carrier', host: '127.0.0.1', port: 9, match: ['127.0.0.1'] }],
  };
  const installation = await findAsterisk();
  t.teardown(async () => {
    await stopManagedSwitch(installation, directory);
    rmSync(directory, { recursive: true, force: true });
  });
  const starter = join(directory, 'starter.ts');
  writeFileSync(
    starter,
    `import { startManagedSwitch } from ${JSON.stringify(join(PROJECT_ROOT, 'src/telephony/managed/run.ts'))};
const started = await startManagedSwitch(${JSON.stringify(installation)}, ${JSON.stringify(settings)});
console.log(JSON.stringify({ pid: started.pid, sip: started.ports.sip }));
setInterval(() => {}, 1000);`,
  );
  const child = spawn(process.execPath, [starter], { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env.PATH } });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await until('it has started', () => said.includes('\n'), 20_000);
  const first = JSON.parse(said) as { pid: number; sip: number };
  const citizen = await createSipPeer({ host: '127.0.0.1', port: first.sip });
  t.teardown(() => citizen.close());
  const call = citizen.call('12345');
  t.equal(await call.status, 200);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  const adopted = await startManagedSwitch(installation, settings);
  t.equal(adopted.adopted, true);
  t.equal(adopted.pid, first.pid);
  t.equal(call.isOver(), false, 'the call goes on');
  let gone = false;
  adopted.watch(() => {
    gone = true;
  });
  process.kill(adopted.pid, 'SIGKILL');
  await until('the crash is noticed', () => gone, 3_000);
  const began = Date.now();
  const again = await startManagedSwitch(installation, settings);
  t.equal(again.adopted, false);
  t.same(again.ports, adopted.ports, 'ports and secrets are kept');
  t.ok(Date.now() - began < 10_000);
  t.equal(await stopManagedSwitch(installation, directory), 'ended');
  t.equal(await stopManagedSwitch(installation, directory), null);
  t.ok(existsSync(join(directory, 'instance.json')));
});

t.test('a directory with a long path still gets its console', async (t) => {
  const directory = join(temporaryDirectory(), 'a'.repeat(60), 'b'.repeat(60));
  mkdirSync(directory, { recursive: true });
  const house = await startSwitch(t, { directory });
  t.match(await house.process.console('core show uptime'), /uptime/i);
});
