import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { addressFault, createAddressRule, parseRange } from '../../src/outgoing/addresses.ts';
import { post } from '../../src/outgoing/post.ts';
import { RETRY_MS, verdictOn } from '../../src/webhooks/webhook.ts';

const closed = createAddressRule([]);

t.test('which addresses an administrator may write', async (t) => {
  const table: [string, ReturnType<typeof addressFault>][] = [
    ['https://sms.example.cn/hook?x=1', null],
    ['https://93.184.216.34/', null],
    ['http://127.0.0.1:8347/', null],
    ['http://localhost:8347/', null],
    ['https://[::1]:8347/', null],
    ['http://sms.example.cn/', 'not_https'],
    ['http://127.0.0.1.example.cn/', 'not_https'],
    ['http://10.1.2.3/', 'not_https'],
    ['https://10.1.2.3/', 'address_private'],
    ['https://0x0a010203/', 'address_private'],
    ['https://167838211/', 'address_private'],
    ['https://192.168.1.1/', 'address_private'],
    ['https://172.31.255.255/', 'address_private'],
    ['https://172.32.0.1/', null],
    ['https://169.254.169.254/latest/meta-data', 'address_private'],
    ['https://100.64.0.1/', 'address_private'],
    ['https://0.0.0.0/', 'address_private'],
    ['https://[fd00::1]/', 'address_private'],
    ['https://[fe80::1]/', 'address_private'],
    ['https://[::ffff:10.1.2.3]/', 'address_private'],
    ['https://[64:ff9b::a01:203]/', 'address_private'],
    ['https://[2002:a01:203::]/', 'address_private'],
    ['https://user:password@sms.example.cn/', 'url_has_login'],
    ['ftp://sms.example.cn/', 'url_unreadable'],
    ['file:///etc/passwd', 'url_unreadable'],
    ['sms', 'url_unreadable'],
  ];
  for (const [url, fault] of table) t.equal(addressFault(url, closed), fault, url);
});

t.test('an operator may open private ranges, and no more than those', async (t) => {
  const rule = createAddressRule(['10.20.0.0/16', '192.168.5.7', 'fd12::/16']);
  for (const [address, may] of [
    ['10.20.255.1', true],
    ['10.21.0.1', false],
    ['192.168.5.7', true],
    ['192.168.5.8', false],
    ['fd12::9', true],
    ['fd13::9', false],
    ['::ffff:10.20.0.1', true],
    ['::ffff:10.21.0.1', false],
    ['8.8.8.8', true],
    ['nonsense', false],
  ] as const)
    t.equal(rule(address), may, address);
  for (const text of ['10.0.0.0/33', '10.0.0.0/8/8', '10.0.0', 'ten', '', '10.0.0.0/']) t.equal(parseRange(text), null, text);
});

const listening = async (t: { teardown(work: () => unknown): void }, answer: (response: import('node:http').ServerResponse) => void) => {
  let hits = 0;
  const server = createServer((_request, response) => {
    hits++;
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, hits: () => hits };
};
const sending = { headers: {}, body: '{}', limitMs: 2_000, allowed: closed };

t.test('a name that leads into the house is not connected to', async (t) => {
  const { port, hits } = await listening(t, (response) => response.end());
  const asked: string[] = [];
  const to = (address: string) =>
    post({
      ...sending,
      url: `https://sms.example.cn:${port}/`,
      lookup: (host, done) => {
        asked.push(host);
        done(null, [{ address, family: 4 }]);
      },
    });
  await t.rejects(to('127.0.0.1'), /address_private/);
  await t.rejects(to('10.0.0.9'), /address_private/);
  t.same(asked, ['sms.example.cn', 'sms.example.cn']);
  // "localhost" is the machine itself only when it leads there.
  await t.rejects(
    post({ ...sending, url: `http://localhost:${port}/`, lookup: (_host, done) => done(null, [{ address: '8.8.8.8', family: 4 }]) }),
    /address_private/,
  );
  t.equal(hits(), 0);
  t.equal(await post({ ...sending, url: `http://127.0.0.1:${port}/` }), 200, 'the same server, written out');
});

t.test('no redirect is followed, and silence ends at the limit', async (t) => {
  const { port, hits } = await listening(t, (response) => response.writeHead(307, { location: '/elsewhere' }).end());
  t.equal(await post({ ...sending, url: `http://127.0.0.1:${port}/` }), 307);
  t.equal(hits(), 1);
  const mute = await listening(t, () => {});
  await t.rejects(post({ ...sending, limitMs: 100, url: `http://127.0.0.1:${mute.port}/` }), /nothing was answered within 100 ms/);
  const endless = await listening(t, (response) => {
    response.writeHead(200);
    response.write('x'.repeat(1_000));
  });
  t.equal(await post({ ...sending, url: `http://127.0.0.1:${endless.port}/` }), 200, 'an answer without end is not waited for');
});

t.test('what follows from an answer', async (t) => {
  const table: [number | null, number, string][] = [
    [200, 1, 'delivered'],
    [204, 8, 'delivered'],
    [302, 1, 'dead'],
    [400, 1, 'dead'],
    [404, 1, 'dead'],
    [408, 1, 'again'],
    [429, 1, 'again'],
    [500, 1, 'again'],
    [null, 1, 'again'],
    [null, RETRY_MS.length, 'again'],
    [null, RETRY_MS.length + 1, 'dead'],
    [503, RETRY_MS.length + 1, 'dead'],
  ];
  for (const [status, attempts, kind] of table) t.equal(verdictOn(status, attempts).kind, kind, `${status} at try ${attempts}`);
  t.same(
    RETRY_MS.map((_, index) => verdictOn(null, index + 1)),
    RETRY_MS.map((inMs) => ({ kind: 'again', inMs })),
  );
  t.ok(
    RETRY_MS.every((ms, index) => index === 0 || ms > (RETRY_MS[index - 1] ?? 0)),
    'each pause is longer than the one before',
  );
});
