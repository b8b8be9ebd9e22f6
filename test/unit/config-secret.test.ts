import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { deriveKey, masterSecret } from '../../src/config/secret.ts';

t.test('made once, read by all, closed to others', (t) => {
  const dataDirectory = t.testdir();
  const first = masterSecret({ secret: null, dataDirectory });
  t.equal(masterSecret({ secret: null, dataDirectory }), first);
  t.ok(first.length >= 32);
  t.equal(statSync(join(dataDirectory, 'secret')).mode & 0o777, 0o600);
  t.same(readdirSync(dataDirectory), ['secret']);
  t.equal(masterSecret({ secret: 'given', dataDirectory }), 'given');
  writeFileSync(join(dataDirectory, 'secret'), 'cut');
  t.throws(() => masterSecret({ secret: null, dataDirectory }), { code: 'config.invalid' });
  t.end();
});

t.test('one key per purpose', (t) => {
  t.equal(deriveKey('s', 'a').length, 32);
  t.notOk(deriveKey('s', 'a').equals(deriveKey('s', 'b')));
  t.ok(deriveKey('s', 'a').equals(deriveKey('s', 'a')));
  t.end();
});
