import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { obtainAsterisk } from '../src/telephony/managed/fetch.ts';
import { describeUnpacked } from '../src/telephony/managed/find.ts';
import { MODULES } from '../src/telephony/managed/modules.ts';

/**
 * Part of the image's build: fetches Asterisk as the service itself would, and keeps of it what the switch loads.
 *
 *   node docker/fetch-switch.ts DIRECTORY VERSION [MIRROR]
 */
const [directory = '', version = '', mirror = ''] = process.argv.slice(2);
const found = await obtainAsterisk({
  cacheDirectory: directory,
  searchPath: [],
  ...(mirror ? { mirror } : {}),
  onProgress: (text) => process.stdout.write(`${text}\n`),
});
if (found.version !== version)
  throw new Error(`Asterisk ${found.version} was fetched, ${version} is wanted: see ASTERISK_VERSION and APT_MIRROR`);

const [loader = '', , libraries = ''] = found.command;
const whole = found.binary.slice(0, -'/usr/sbin/asterisk'.length);
const slim = `${whole}.slim`;
/** A link is followed: the file arrives under each name it is asked by. */
const keep = (path: string): void => {
  const to = join(slim, relative(whole, path));
  mkdirSync(dirname(to), { recursive: true });
  cpSync(realpathSync(path), to, { recursive: true, dereference: true });
};

const modules = MODULES.map((name) => join(found.modulesDirectory, `${name}.so`));
for (const file of modules) if (!existsSync(file)) throw new Error(`this Asterisk has no ${basename(file)}`);
// Opened by name when voices are encrypted or names are turned into addresses: nothing links to them.
const opened = ['libsoftokn3.so', 'libfreebl*3.so', 'libnssdbm3.so', 'nss/*.so', 'ossl-modules/legacy.so', 'libnss_{files,dns}.so.2'];
const plugins = globSync(opened, { cwd: libraries }).map((name) => join(libraries, name));
const needed = new Set<string>([loader]);
for (const file of [found.binary, ...modules, ...plugins]) {
  needed.add(file);
  const listed = execFileSync(loader, ['--library-path', libraries, '--list', file], { encoding: 'utf8' });
  for (const [, path = ''] of listed.matchAll(/=> (\/\S+)/g)) if (path.startsWith(whole)) needed.add(path);
}
for (const file of needed) keep(file);
for (const name of ['documentation', 'rest-api']) keep(join(found.dataDirectory, name));
for (const name of readdirSync(join(whole, 'usr/share/doc'))) {
  const licence = join(whole, 'usr/share/doc', name, 'copyright');
  if (existsSync(licence)) keep(licence);
}
rmSync(whole, { recursive: true });
renameSync(slim, whole);
if (!(await describeUnpacked(whole))) throw new Error('what was kept of Asterisk does not run');
