import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Test } from 'tap';
import { restoreBackup, takeBackup } from '../../src/backup/index.ts';
import { MANIFEST_PURPOSE, readManifest, schemaFault, writeManifest } from '../../src/backup/manifest.ts';
import { type Config, deriveKey, readConfig } from '../../src/config/index.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createKeptValues } from '../../src/storage/kept-values.ts';
import { openStore } from '../../src/storage/open-store.ts';
import { knownMigrations, openSnapshots } from '../../src/storage/snapshot.ts';
import type { Store } from '../../src/storage/store.ts';
import { openPostgres } from '../../src/storage/store-postgres.ts';
import { openSqlite } from '../../src/storage/store-sqlite.ts';
import { createGiven } from '../helpers/given.ts';
import { type Engine, newDatabase } from '../helpers/store.ts';

const root = join(import.meta.dirname, '../..');
const SECRET = 'a-master-secret-of-thirty-two-characters';
const key = deriveKey(SECRET, MANIFEST_PURPOSE);
const RECORDING = 'hotline/2026/11/24/test-1.raw';

interface House {
  config: Config;
  environment: Record<string, string>;
  open(): Promise<Store>;
}

const newHouse = async (t: Test, engine: Engine, secret = SECRET): Promise<House> => {
  const directory = mkdtempSync(join(tmpdir(), 'hotline-backup-'));
  chmodSync(directory, 0o755);
  mkdirSync(join(directory, 'data'), { mode: 0o755 });
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const environment = {
    HOTLINE_DATA_DIR: join(directory, 'data'),
    HOTLINE_SECRET: secret,
    ...(engine === 'postgres' ? { DATABASE_URL: await newDatabase() } : {}),
  };
  const config = readConfig(environment);
  return {
    config,
    environment,
    open: () => openStore({ databaseUrl: config.databaseUrl, sqliteFile: join(config.dataDirectory, 'hotline.db') }),
  };
};

const spool = (house: House): string => join(house.config.dataDirectory, 'switch/spool/recording');

const write = (path: string, content: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
};

const depsOf = async (house: House, said: string[] = []) => ({
  config: house.config,
  secret: house.config.secret ?? '',
  snapshots: await openSnapshots({ databaseUrl: house.config.databaseUrl, sqliteFile: join(house.config.dataDirectory, 'hotline.db') }),
  clock: systemClock,
  version: 'test',
  say: (text: string) => void said.push(text),
});

const take = async (house: House, to: string): Promise<string> =>
  (await takeBackup(to, { withoutRecordings: false }, await depsOf(house))).path;
const restore = async (house: House, from: string, force = false, said: string[] = []) =>
  restoreBackup(from, { force }, await depsOf(house, said));

const command = (house: House, script: string, ...args: string[]): Promise<{ code: number | null; said: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args], { cwd: root, env: { PATH: process.env.PATH, ...house.environment } });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        said += chunk;
      });
    child.on('close', (code) => resolve({ code, said }));
  });

/** Every row of every table. */
const everything = async (store: Store): Promise<Record<string, unknown[]>> => {
  const rows: Record<string, unknown[]> = {};
  for (const [name, table] of Object.entries(store.schema))
    rows[name] = (await store.read((db) => db.select().from(table))).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return rows;
};

const fill = async (store: Store): Promise<void> => {
  const given = createGiven(store);
  const agent = await given.staff({ account: 'agent1', name: '某人', extension: '8001' });
  for (let index = 0; index < 30; index += 1) {
    await given.citizen({ name: `市民“${index}”\u{1F4DE}`, numbers: [`199000000${String(index).padStart(2, '0')}`] });
    await given.call({ from: `199000000${String(index).padStart(2, '0')}`, answeredBy: agent.staffId });
  }
  const at = new Date('2026-11-24T03:04:05.678Z');
  const { sessions, history } = store.schema;
  await store.write(async (db) => {
    const session = {
      staffId: agent.staffId,
      address: '127.0.0.1',
      createdAt: at,
      lastSeenAt: at,
      expiresAt: new Date('2030-01-01T00:00:00Z'),
    };
    await db
      .insert(sessions)
      .values({ ...session, tokenHash: 'open' })
      .returning();
    const entry = { at, actorKind: 'system', act: 'test.done', thingKind: 'system', details: { 'quo"te': ['\\', null, 1.5] } } as const;
    await db.insert(history).values(entry).returning();
  });
};

export const backupContract = (t: Test, engine: Engine): void => {
  t.test(`backup and restore, ${engine}`, async (t) => {
    const house = await newHouse(t, engine);
    const store = await house.open();
    t.teardown(() => store.close());
    await store.migrate();
    await fill(store);
    write(join(spool(house), RECORDING), 'sound of a citizen');
    write(join(house.config.dataDirectory, 'switch/instance.json'), JSON.stringify({ node: 'hotline-abc', amiSecret: 'switch-secret' }));
    write(join(house.config.dataDirectory, 'attachments/1.pdf'), 'paper');
    write(join(house.config.dataDirectory, 'secret'), 'not to be found in any backup, ever');
    write(join(house.config.dataDirectory, 'relay.log'), 'noise');
    const target = join(house.config.dataDirectory, '../backups');
    let backup = '';

    await t.test('taken while the service writes, by the command: consistent, private, without secrets, on record', async (t) => {
      const kept = createKeptValues({ store, clock: systemClock });
      let writing = true;
      let turns = 0;
      const writer = (async () => {
        // The pause lets this process hear that the command has ended: SQLite answers without ever waiting.
        for (; writing; turns += 1, await pause(2))
          await store.write(async () => {
            await kept.set('left', turns);
            await kept.set('right', turns);
          });
      })();
      const { code, said } = await command(house, 'src/backup.ts', target);
      writing = false;
      await writer;
      t.equal(code, 0, said);
      t.ok(turns > 20, `${turns} writes went on meanwhile`);
      const [name = ''] = readdirSync(target);
      const path = join(target, name);
      t.match(said, path);
      t.equal(statSync(path).mode & 0o077, 0, 'closed to others');
      const { manifest, ours } = readManifest(key, readFileSync(join(path, 'manifest.json'), 'utf8'));
      t.ok(ours);
      t.same(manifest.files.map((file) => file.path).slice(1), [
        'files/data/attachments/1.pdf',
        `files/recordings/hotline-abc/${RECORDING}`,
      ]);
      const all = manifest.files.map((file) => readFileSync(join(path, file.path), 'latin1')).join() + JSON.stringify(manifest);
      for (const secret of [SECRET, 'not to be found', 'switch-secret']) t.notOk(all.includes(secret), secret);
      const other = await newHouse(t, engine);
      await restore(other, path);
      const restored = await other.open();
      t.teardown(() => restored.close());
      const values = createKeptValues({ store: restored, clock: systemClock });
      t.ok(await values.get('left'), 'the copy is of a moment in the middle');
      t.equal(await values.get('left'), await values.get('right'), 'no transaction was cut in two');
      t.ok((await everything(store)).history?.some((row) => (row as { act: string }).act === 'backup.taken'));
      rmSync(path, { recursive: true });
    });

    await t.test('a round trip brings back every row of every table and every file', async (t) => {
      backup = await take(house, target);
      const other = await newHouse(t, engine);
      const said: string[] = [];
      await restore(other, backup, false, said);
      const restored = await other.open();
      t.teardown(() => restored.close());
      await restored.migrate();
      const [before, after] = [await everything(store), await everything(restored)];
      t.ok((before.calls?.length ?? 0) >= 30 && (before.history?.length ?? 0) > 0);
      for (const table of Object.keys(before)) t.same(after[table], before[table], table);
      t.equal(readFileSync(join(spool(other), RECORDING), 'utf8'), 'sound of a citizen');
      t.equal(readFileSync(join(other.config.dataDirectory, 'attachments/1.pdf'), 'utf8'), 'paper');
      const identity = JSON.parse(readFileSync(join(other.config.dataDirectory, 'switch/instance.json'), 'utf8'));
      t.equal(identity.node, 'hotline-abc', 'recordings are found by the node’s name');
      t.not(identity.amiSecret, 'switch-secret');
      if (process.getuid?.() === 0)
        t.equal(statSync(dirname(join(spool(other), RECORDING))).uid, statSync(spool(other)).uid, 'the switch can go on writing there');
      const { history } = restored.schema;
      await t.rejects(
        restored.write((db) => db.update(history).set({ act: 'forged' }).returning()),
        'the record is still append-only',
      );
      t.notMatch(said.join(), 'another master secret');
    });

    await t.test('a service that runs, data that is there, and what does not match are refused before anything changes', async (t) => {
      await t.rejects(restore(house, backup), { code: 'storage.locked' });
      await t.rejects(restore(house, backup, true), { code: 'storage.locked' }, 'not by force either');
      const other = await newHouse(t, engine);
      const lacks = (change: (copy: string) => void, expected: { code: string; message?: RegExp }) => {
        const copy = mkdtempSync(join(tmpdir(), 'hotline-copy-'));
        t.teardown(() => rmSync(copy, { recursive: true, force: true }));
        cpSync(backup, copy, { recursive: true });
        change(copy);
        return t.rejects(() => restore(other, copy), expected);
      };
      const edited = (copy: string, edit: (manifest: ReturnType<typeof readManifest>['manifest']) => void, sign = true): void => {
        const file = join(copy, 'manifest.json');
        const text = readFileSync(file, 'utf8');
        const { manifest } = readManifest(key, text);
        edit(manifest);
        writeFileSync(file, sign ? writeManifest(key, manifest) : JSON.stringify({ ...JSON.parse(text), ...manifest }));
      };
      await lacks((copy) => writeFileSync(join(copy, 'files/data/attachments/1.pdf'), 'papes'), {
        code: 'backup.damaged',
        message: /1\.pdf/,
      });
      await lacks((copy) => rmSync(join(copy, `files/recordings/hotline-abc/${RECORDING}`)), {
        code: 'backup.damaged',
        message: /missing/,
      });
      await lacks((copy) => write(join(copy, 'files/data/extra'), 'x'), { code: 'backup.damaged', message: /extra/ });
      await lacks((copy) => rmSync(join(copy, 'manifest.json')), { code: 'backup.damaged' });
      await lacks((copy) => writeFileSync(join(copy, 'manifest.json'), '{'), { code: 'backup.damaged' });
      await lacks((copy) => edited(copy, (m) => m.files.pop(), false), { code: 'backup.damaged', message: /after it was signed/ });
      await lacks((copy) => edited(copy, (m) => Object.assign(m.files[1] ?? {}, { path: 'files/data/../../x' })), {
        code: 'backup.damaged',
      });
      await lacks((copy) => edited(copy, (m) => m.migrations.push({ hash: 'f'.repeat(64), when: 9e12 })), {
        code: 'backup.refused',
        message: /newer/,
      });
      await lacks((copy) => edited(copy, (m) => Object.assign(m.migrations[0] ?? {}, { hash: 'f'.repeat(64) })), {
        code: 'backup.refused',
        message: /differs/,
      });
      await lacks((copy) => edited(copy, (m) => Object.assign(m, { engine: engine === 'sqlite' ? 'postgres' : 'sqlite' })), {
        code: 'backup.refused',
      });
      t.notOk(existsSync(spool(other)), 'nothing was written');
      const fresh = await other.open();
      await fresh.migrate();
      t.same((await everything(fresh)).staff, []);
      await fresh.close();
    });

    await t.test('by force the old is replaced and kept beside; the command ends log-ins and puts it on record', async (t) => {
      const other = await newHouse(t, engine);
      const old = await other.open();
      await old.migrate();
      await createGiven(old).staff({ account: 'old', name: '旧' });
      await old.close();
      write(join(other.config.dataDirectory, 'attachments/1.pdf'), 'older paper');
      await t.rejects(restore(other, backup), { code: 'backup.refused', message: /--force/ });
      const { code, said } = await command(other, 'src/restore.ts', join(backup, 'manifest.json'), '--force');
      t.equal(code, 0, said);
      const restored = await other.open();
      t.teardown(() => restored.close());
      const after = await everything(restored);
      t.notOk(after.staff?.some((row) => (row as { account: string }).account === 'old'));
      t.ok(after.sessions?.length && after.sessions.every((row) => (row as { endedAt: Date | null }).endedAt !== null));
      t.equal(after.history?.filter((row) => (row as { act: string }).act === 'backup.restored').length, 1);
      const [aside = ''] = readdirSync(other.config.dataDirectory).filter((name) => name.startsWith('.before-restore-'));
      t.equal(readFileSync(join(other.config.dataDirectory, aside, 'attachments/1.pdf'), 'utf8'), 'older paper');
      t.equal(readFileSync(join(other.config.dataDirectory, 'attachments/1.pdf'), 'utf8'), 'paper');
      if (engine === 'sqlite') t.ok(existsSync(join(other.config.dataDirectory, `hotline.db${aside}`)));
    });

    await t.test('a backup of an older schema is brought up to date; of another secret, with a warning', async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'hotline-migrations-'));
      t.teardown(() => rmSync(folder, { recursive: true, force: true }));
      cpSync(join(root, 'migrations', engine), folder, { recursive: true });
      const journal = JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8'));
      writeFileSync(join(folder, 'meta/_journal.json'), JSON.stringify({ ...journal, entries: journal.entries.slice(0, 1) }));
      const older = await newHouse(t, engine, 'b-master-secret-of-thirty-two-characters');
      const first =
        engine === 'sqlite'
          ? openSqlite({ file: join(older.config.dataDirectory, 'hotline.db'), migrationsFolder: folder })
          : openPostgres({ url: older.config.databaseUrl ?? '', migrationsFolder: folder });
      await first.migrate();
      await first.close();
      const path = await take(older, join(older.config.dataDirectory, '../backups'));
      const other = await newHouse(t, engine);
      const said: string[] = [];
      await restore(other, path, false, said);
      t.match(said.join('\n'), /another master secret/);
      const restored = await other.open();
      await restored.migrate();
      t.ok(await everything(restored));
      await restored.close();
      const again = await (await depsOf(other)).snapshots.dump(join(folder, 'copy'));
      t.same(again, knownMigrations(engine));
      t.equal(schemaFault(again.slice(0, 1), again), null);
    });

    await t.test('what there is not is said plainly', async (t) => {
      const empty = await newHouse(t, engine);
      await t.rejects(take(empty, join(empty.config.dataDirectory, '../backups')), { code: 'backup.refused' });
      t.same(readdirSync(join(empty.config.dataDirectory, '../backups')), [], 'nothing half is left');
      await t.rejects(restore(house, '/nowhere'), { code: 'backup.refused', message: /no such backup/ });
    });
  });
};
