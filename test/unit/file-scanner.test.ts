import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { createFileScanner } from '../../src/files/scanner.ts';

t.test('a scanner is a command: its exit says what it found, and no answer is no leave', async (t) => {
  const directory = t.testdir({ 'photo; exit 0': 'bytes' });
  const path = join(directory, 'photo; exit 0');
  const script = join(directory, 'scan.mjs');
  writeFileSync(script, 'process.exit(process.argv[3].endsWith("; exit 0") ? Number(process.argv[2]) : 9)');
  const scan = (words: string, limitMs?: number) => createFileScanner(words, limitMs)?.scan(path);
  t.equal(createFileScanner(null), null);
  t.equal(await scan(`${process.execPath} ${script} 0`), 'clean');
  t.equal(await scan(`${process.execPath} ${script} 1`), 'harmful');
  t.equal(await scan(`${process.execPath} ${script} 2`), 'unknown');
  t.equal(await scan('/no/such/scanner'), 'unknown');
  writeFileSync(script, 'setInterval(() => {}, 1000)');
  t.equal(await scan(`${process.execPath} ${script}`, 200), 'unknown', 'one that hangs is ended');
});

t.test('a scanner is an address', async (t) => {
  const taken: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    taken.push(body);
    const status = Number(request.url?.slice(1));
    response.writeHead(status, status === 302 ? { location: '/200' } : {}).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const path = join(t.testdir({ photo: 'bytes' }), 'photo');
  const scan = (status: number) => createFileScanner(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${status}`)?.scan(path);
  t.equal(await scan(200), 'clean');
  t.equal(await scan(406), 'harmful');
  t.equal(await scan(500), 'unknown');
  t.equal(await scan(302), 'unknown', 'a redirect is not followed');
  t.same(taken, ['bytes', 'bytes', 'bytes', 'bytes']);
});
