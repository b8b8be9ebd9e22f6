import t from 'tap';
import { describeConfig, readConfig, readRelayConfig } from '../../src/config/config.ts';
import { HotlineError } from '../../src/core/errors.ts';

const refusal = (environment: Record<string, string>): HotlineError => {
  try {
    readConfig(environment);
  } catch (err) {
    if (err instanceof HotlineError) return err;
    throw err;
  }
  throw new Error('the configuration was taken');
};

t.test('nothing configured is the demonstration on loopback', (t) => {
  const config = readConfig({});
  t.equal(config.mode, 'demonstration');
  t.equal(config.http.publicUrl, 'http://127.0.0.1:8345');
  t.same(config.http.origins, ['http://127.0.0.1:8345', 'http://localhost:8345']);
  t.equal(config.relay.publicUrl, 'ws://127.0.0.1:8346/sip');
  t.equal(config.switch.kind, 'managed');
  t.equal(config.databaseUrl, null);
  t.equal(config.secret, null);
  t.match(config.dataDirectory, /\/data$/);
  t.end();
});

t.test('production names everything it lacks at once', (t) => {
  const err = refusal({ HOTLINE_MODE: 'production' });
  t.equal(err.code, 'config.invalid');
  t.same(err.details.keys, ['HOTLINE_SECRET', 'HOTLINE_PUBLIC_URL', 'HOTLINE_SWITCH']);
  const config = readConfig({
    HOTLINE_MODE: 'production',
    HOTLINE_SECRET: 'x'.repeat(32),
    HOTLINE_PUBLIC_URL: 'https://hotline.example.cn',
    HOTLINE_SWITCH: 'managed',
    HOTLINE_TLS_CERT: '/etc/tls/cert.pem',
    HOTLINE_TLS_KEY: '/etc/tls/key.pem',
  });
  t.equal(config.mode, 'production');
  t.same(config.http.origins, ['https://hotline.example.cn']);
  t.equal(config.relay.publicUrl, 'wss://hotline.example.cn:8346/sip');
  t.end();
});

t.test('a wrong value names its key and never shows a secret', (t) => {
  const cases: [Record<string, string>, string][] = [
    [{ HOTLINE_HTTP_PORT: '99999' }, 'HOTLINE_HTTP_PORT'],
    [{ HOTLINE_HTTP_PORT: '80a' }, 'HOTLINE_HTTP_PORT'],
    [{ HOTLINE_MODE: 'demo' }, 'HOTLINE_MODE'],
    [{ HOTLINE_PUBLIC_URL: 'https://a.cn/path' }, 'HOTLINE_PUBLIC_URL'],
    [{ HOTLINE_PUBLIC_URL: 'javascript:alert(1)' }, 'HOTLINE_PUBLIC_URL'],
    [{ HOTLINE_SECRET: 'short-and-weak' }, 'HOTLINE_SECRET'],
    [{ HOTLINE_NAME: 'a\nb' }, 'HOTLINE_NAME'],
    [{ HOTLINE_AREA_CODE: '533' }, 'HOTLINE_AREA_CODE'],
    [{ HOTLINE_RTP_PORTS: '30000-20000' }, 'HOTLINE_RTP_PORTS'],
    [{ HOTLINE_TLS_CERT: '/a.pem' }, 'HOTLINE_TLS_CERT'],
    [{ HOTLINE_SWITCH: 'nodes' }, 'HOTLINE_SWITCH_NODES'],
    [{ HOTLINE_SWITCH_NODES: '{' }, 'HOTLINE_SWITCH_NODES'],
    [{ HOTLINE_TRUNKS: '[{"name":"a"}]' }, 'HOTLINE_TRUNKS'],
    [{ HOTLINE_TRUNKS: '[{"name":"a","host":"1.2.3.4","hots":"x"}]' }, 'HOTLINE_TRUNKS'],
    [{ HOTLINE_TRUNKS: '[{"name":"a","host":"1.2.3.4","register":true}]' }, 'HOTLINE_TRUNKS'],
    [{ HOTLINE_HTPP_PORT: '80' }, 'HOTLINE_HTPP_PORT'],
    [{ HOTLINE_TRUST_PROXY: 'everybody' }, 'HOTLINE_TRUST_PROXY'],
    [{ HOTLINE_TLS_CERT: '/a.pem', HOTLINE_TLS_KEY: '/a.key', HOTLINE_PUBLIC_URL: 'http://a.cn' }, 'HOTLINE_PUBLIC_URL'],
    [{ HOTLINE_SECRET_FILE: '/nowhere/secret' }, 'HOTLINE_SECRET'],
    [{ HOTLINE_NAME_FILE: '/etc/hostname' }, 'HOTLINE_NAME_FILE'],
  ];
  for (const [environment, key] of cases) {
    const err = refusal(environment);
    t.same(err.details.keys, [key], key);
    t.match(err.message, key);
    t.notMatch(err.message, 'short-and-weak');
  }
  t.end();
});

t.test('nodes of an outside switch, and what the relay reads of them', (t) => {
  const environment = {
    HOTLINE_SWITCH_NODES: JSON.stringify([
      { name: 'a', host: '10.0.0.1', amiUser: 'u', amiSecret: 's', ariUser: 'u', ariSecret: 's' },
      { name: 'b', host: 'fd00::2', amiUser: 'u', amiSecret: 's', ariUser: 'u', ariSecret: 's', ariPort: 8089, ariTls: true },
    ]),
    HOTLINE_ORIGINS: 'https://a.cn, https://b.cn:8443',
    HOTLINE_TRUST_PROXY: 'loopback,10.0.0.0/8',
  };
  const config = readConfig(environment);
  t.equal(config.switch.kind === 'nodes' && config.switch.nodes[0]?.amiPort, 5038);
  const relay = readRelayConfig(environment);
  t.same(relay.upstreams, [
    { node: 'a', url: 'ws://10.0.0.1:8088/ws' },
    { node: 'b', url: 'wss://[fd00::2]:8089/ws' },
  ]);
  t.same(relay.origins.slice(-2), ['https://a.cn', 'https://b.cn:8443']);
  t.same(relay.trustProxy, ['loopback', '10.0.0.0/8']);
  const twice = refusal({ HOTLINE_TRUNKS: '[{"name":"a","host":"1.2.3.4"},{"name":"a","host":"1.2.3.5"}]' });
  t.same(twice.details.keys, ['HOTLINE_TRUNKS']);
  t.end();
});

t.test('the table of settings has a sentence in both languages for each', (t) => {
  for (const row of describeConfig()) {
    t.ok(row.zh.length > 0 && row.en.length > 0 && row.form.length > 0, row.key);
    t.match(row.key, /^(HOTLINE_[A-Z_]+|DATABASE_URL)$/);
  }
  t.end();
});

t.test('a secret may lie in a file; without https only this machine is public', (t) => {
  const directory = t.testdir({ secret: `${'s'.repeat(40)}\n`, short: 'short-and-weak' });
  t.equal(readConfig({ HOTLINE_SECRET_FILE: `${directory}/secret` }).secret, 's'.repeat(40));
  t.same(refusal({ HOTLINE_SECRET_FILE: `${directory}/secret`, HOTLINE_SECRET: 'x'.repeat(32) }).details.keys, ['HOTLINE_SECRET']);
  t.notMatch(refusal({ HOTLINE_SECRET_FILE: `${directory}/short` }).message, 'short-and-weak');
  const production = { HOTLINE_MODE: 'production', HOTLINE_SECRET: 'x'.repeat(32), HOTLINE_SWITCH: 'beside' };
  t.same(refusal({ ...production, HOTLINE_PUBLIC_URL: 'http://hotline.example.cn' }).details.keys, ['HOTLINE_PUBLIC_URL']);
  const config = readConfig({ ...production, HOTLINE_PUBLIC_URL: 'http://127.0.0.1:8345' });
  t.equal(config.switch.kind === 'managed' && config.switch.startedHere, false);
  t.end();
});
