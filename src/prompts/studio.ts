import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Logger } from 'pino';
import { HotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import { byStaff } from '../history/index.ts';
import { type SavingDeps, staleSetting } from '../settings/saving.ts';
import { convertRecording, type Unfit } from './convert.ts';
import { isCustom, type PromptLanguage, type PromptLibrary } from './library.ts';
import type { PromptsView, StudioView } from './schemas.ts';

const KEY = 'prompts.studio';
/** Old versions stay on the disk: a minute of speech is 1 MB. */
const MOST_VERSIONS = 20;
const TRIES = 5;

interface Version {
  version: number;
  sha256: string;
  seconds: number;
  /** What the file was called, for who looks for it. */
  name: string;
  by: StaffId | null;
  at: string;
}
interface Sound {
  /** Counts every change: who saves names the one that was seen. */
  changes: number;
  /** Null: the rendered sound is heard. */
  inForce: number | null;
  /** What a sentence of the house's own says. */
  text?: string;
  versions: Version[];
}
type State = Record<string, Sound>;

const SENTENCES: Readonly<Record<Unfit, string>> = {
  not_wav: '不是 WAV 文件 It is no WAV file',
  cut_off: '文件不完整 The file is cut off',
  coding: '这种编码读不了，请存为 PCM This coding cannot be read: save it as PCM',
  rate: '采样率须在 8–192 kHz The rate must lie between 8 and 192 kHz',
  channels: '声道太多 It has too many channels',
  too_short: '太短 It is too short',
  too_long: '太长 It is too long',
  silent: '没有声音 It is silent',
  clipped: '音量过大，已经削波 It is clipped',
};
const unfit = (fault: Unfit, limit?: number): HotlineError =>
  new HotlineError('prompt.unfit', `${SENTENCES[fault]}${limit === undefined ? '' : ` (${limit} s)`}`, {
    fault,
    ...(limit === undefined ? {} : { limit }),
  });

/** Who reads the folder while a file is being written finds the old one or the new one, never half of one. */
const place = async (directory: string, name: string, bytes: Uint8Array): Promise<void> => {
  await mkdir(directory, { recursive: true });
  const aside = join(directory, `.${name}.${randomBytes(6).toString('hex')}`);
  await writeFile(aside, bytes, { mode: 0o644 });
  await rename(aside, join(directory, name));
};

/** Recordings of the house's own voice: each is a version, none is lost, the rendered sound is always there to go back to. */
export const createStudio = (
  deps: SavingDeps & {
    library: PromptLibrary;
    /** Folder of studio recordings, which the switch's sounds are made from. */
    overlay: string;
    /** Lays the sounds where the switch looks for them; null: the switch is on a machine of its own. */
    install: (() => { refused: readonly { file: string; reason: string }[] }) | null;
    nameOf(staffId: StaffId): Promise<string | null>;
    logger: Logger;
  },
) => {
  const { library, overlay, repository, clock, logger } = deps;
  const kept = join(overlay, '.kept');
  const keyOf = (language: PromptLanguage, sound: string): string => `${language}/${sound}`;
  const read = async (): Promise<{ version: number; state: State }> => {
    const found = await repository.get(KEY);
    return { version: found?.version ?? 0, state: (found?.value as State | undefined) ?? {} };
  };

  /** Makes the folder hold what is in force, and has the switch follow. */
  const follow = async (key: string, sound: Sound): Promise<void> => {
    const [language = 'zh', id = ''] = key.split('/');
    const directory = join(overlay, language);
    const version = sound.versions.find((each) => each.version === sound.inForce);
    if (version) await place(directory, `${id}.wav`, await readFile(join(kept, `${version.sha256}.wav`)));
    const others = existsSync(directory) ? await readdir(directory) : [];
    // Of two formats of one prompt the switch would take the cheaper one.
    for (const name of others) {
      const extension = extname(name);
      if (name.slice(0, -extension.length) === id && !(version && extension === '.wav')) await rm(join(directory, name), { force: true });
    }
    const report = deps.install?.();
    const refused = report?.refused.find(({ file }) => file === `${key}.wav`);
    if (refused) logger.error({ file: refused.file, reason: refused.reason }, 'a studio recording was kept and is not used');
  };

  const keepBytes = async (bytes: Uint8Array): Promise<string> => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await place(kept, `${sha256}.wav`, bytes);
    return sha256;
  };

  /** A recording that somebody laid into the folder by hand is the first version, so that it can be gone back to. */
  const before = async (language: PromptLanguage, id: string, sound: Sound | undefined): Promise<Sound> => {
    if (sound) return sound;
    const none: Sound = { changes: 0, inForce: null, versions: [] };
    const bytes = library.isStudio(language, id) ? library.wav(id, language) : null;
    if (!bytes) return none;
    const version = { version: 1, sha256: await keepBytes(bytes), seconds: (bytes.length - 44) / 16_000, name: '', by: null };
    return { ...none, inForce: 1, versions: [{ ...version, at: clock.now().toISOString() }] };
  };

  const view = async (): Promise<PromptsView> => {
    const { state } = await read();
    const people = new Map<StaffId, string | null>();
    for (const { by } of Object.values(state).flatMap(({ versions }) => versions))
      if (by !== null && !people.has(by)) people.set(by, await deps.nameOf(by));
    const recordings = Object.entries(state).map(([key, sound]): StudioView => {
      const [language = 'zh', id = ''] = key.split('/');
      const versions = sound.versions.map(({ version, seconds, name, by, at }) => ({
        ...{ version, seconds, name, at },
        by: by === null ? null : (people.get(by) ?? null),
      }));
      return {
        language: language as PromptLanguage,
        sound: id,
        changes: sound.changes,
        inForce: sound.inForce,
        versions: versions.toReversed(),
      };
    });
    const own = new Map(
      Object.entries(state).flatMap(([key, { text }]) => (text === undefined ? [] : [[key.split('/')[1] ?? '', text] as const])),
    );
    const prompts = library.list().map(({ id, group, text, pieces, maxSeconds }) => ({
      ...{ id, group, maxSeconds },
      text: own.has(id) ? { zh: own.get(id) ?? '', en: own.get(id) ?? '' } : text,
      pieces: { zh: [...pieces.zh], en: [...pieces.en] },
    }));
    return { prompts, recordings, onSwitch: deps.install !== null };
  };

  /** The change of one sound, and who made it, in one transaction; another sound's change at the same time is no conflict. */
  const change = async (
    where: { language: PromptLanguage; sound: string; changes: number; by: StaffId },
    how: (sound: Sound) => Sound,
    details: Record<string, unknown>,
  ): Promise<PromptsView> => {
    const key = keyOf(where.language, where.sound);
    for (let tried = 0; tried < TRIES; tried += 1) {
      const { version, state } = await read();
      const was = await before(where.language, where.sound, state[key]);
      if (was.changes !== where.changes) throw staleSetting(await view());
      const next = { ...how(was), changes: was.changes + 1 };
      const saved = await deps.store.write(async (db) => {
        const done = await repository.save(db, KEY, version, { ...state, [key]: next }, clock.now());
        if (!done) return false;
        const thing = { kind: 'prompt', id: null };
        await deps.history.append(db, { actor: byStaff(where.by), act: 'prompt.changed', thing, details: { sound: key, ...details } });
        return true;
      });
      if (!saved) continue;
      await follow(key, next);
      return view();
    }
    throw staleSetting(await view());
  };

  const check = (language: PromptLanguage, sound: string): void => {
    if (!library.isSound(language, sound) && !isCustom(sound))
      throw new HotlineError('thing.not_found', '没有这条提示音 There is no such prompt', { sound });
  };

  return {
    view,

    /**
     * @param about.text what a sentence of the house's own (`custom.…`) says
     * @throws HotlineError prompt.unfit {fault}, thing.not_found, settings.version_stale with theirs
     */
    async add(
      where: { language: PromptLanguage; sound: string; changes: number },
      about: { name: string; text?: string | undefined; bytes: Uint8Array },
      by: StaffId,
    ): Promise<PromptsView> {
      const { language, sound } = where;
      check(language, sound);
      if (isCustom(sound) && !about.text && !(await read()).state[keyOf(language, sound)])
        throw new HotlineError('request.invalid', '请写上这句话说什么 Say what the sentence says', { field: 'text' });
      const converted = convertRecording(about.bytes, library.maxSecondsOf(language, sound));
      if ('fault' in converted) throw unfit(converted.fault, converted.limit);
      const sha256 = await keepBytes(converted.wav);
      const { seconds } = converted;
      return change(
        { ...where, by },
        (was) => {
          const version = Math.max(0, ...was.versions.map((each) => each.version)) + 1;
          const fresh = { version, sha256, seconds, name: about.name, by, at: clock.now().toISOString() };
          const versions = [...was.versions, fresh].slice(-MOST_VERSIONS);
          return { ...was, ...(about.text ? { text: about.text } : {}), inForce: version, versions };
        },
        { sha256, seconds, name: about.name },
      );
    },

    /** Back to an earlier version, or to the rendered sound. @throws thing.not_found, settings.version_stale with theirs */
    async choose(
      where: { language: PromptLanguage; sound: string; changes: number },
      inForce: number | null,
      by: StaffId,
    ): Promise<PromptsView> {
      check(where.language, where.sound);
      return change(
        { ...where, by },
        (was) => {
          if (inForce !== null && !was.versions.some(({ version }) => version === inForce))
            throw new HotlineError('thing.not_found', '没有这个版本 There is no such version');
          // A sentence of the house's own has nothing behind it.
          if (inForce === null && isCustom(where.sound))
            throw new HotlineError('request.invalid', '这句话只有录音 This sentence is a recording only', { field: 'inForce' });
          return { ...was, inForce };
        },
        { inForce },
      );
    },

    /** One version as it was kept, or null. */
    async wav(language: PromptLanguage, sound: string, version: number): Promise<Uint8Array | null> {
      const found = (await read()).state[keyOf(language, sound)]?.versions.find((each) => each.version === version);
      const path = found && join(kept, `${found.sha256}.wav`);
      return path && existsSync(path) ? readFile(path) : null;
    },

    /** After a start: what was decided while a process died in between is carried out. */
    async mend(): Promise<void> {
      for (const [key, sound] of Object.entries((await read()).state)) {
        const version = sound.versions.find((each) => each.version === sound.inForce);
        const now = join(overlay, `${key}.wav`);
        const sha256 = existsSync(now)
          ? createHash('sha256')
              .update(await readFile(now))
              .digest('hex')
          : null;
        if (sha256 === (version?.sha256 ?? null)) continue;
        await follow(key, sound).catch((err: unknown) => logger.error({ err, key }, 'a studio recording could not be laid in its place'));
      }
    },
  };
};
export type Studio = ReturnType<typeof createStudio>;
