import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import type { Test } from 'tap';
import { createHistory } from '../../src/history/index.ts';
import { createPromptLibrary, createStudio } from '../../src/prompts/index.ts';
import { createHistoryRepository } from '../../src/storage/repositories/history.ts';
import { createSettingsRepository } from '../../src/storage/repositories/settings.ts';
import { createGiven, TUESDAY } from '../helpers/given.ts';
import { type Engine, openTestStore } from '../helpers/store.ts';
import { monoWav } from '../helpers/wav.ts';

const ROOT = join(import.meta.dirname, '../..');
const voice = (hz: number, seconds = 1, rate = 44_100): Buffer =>
  monoWav(
    Int16Array.from({ length: rate * seconds }, (_, at) => 6_000 * Math.sin((2 * Math.PI * hz * at) / rate)),
    rate,
  );

const start = async (t: Test, engine: Engine) => {
  const store = await openTestStore(t, engine);
  const given = await createGiven(store);
  const by = (await given.staff()).staffId;
  const overlay = join(t.testdir(), 'prompts');
  const clock = { now: () => TUESDAY };
  let installed = 0;
  const library = createPromptLibrary({
    rendered: join(ROOT, 'dialplans/sounds'),
    words: join(ROOT, 'dialplans/prompts/prompts.json'),
    overlay,
  });
  const studio = createStudio({
    store,
    repository: createSettingsRepository(store),
    history: createHistory({ repository: createHistoryRepository(store), clock }),
    clock,
    library,
    overlay,
    install: () => {
      installed += 1;
      return { refused: [] };
    },
    nameOf: async () => '管理员',
    logger: pino({ level: 'silent' }),
  });
  const q1 = { language: 'zh' as const, sound: 'survey.q1' };
  const heard = (): string => Buffer.from(library.wav('survey.q1', 'zh') ?? []).toString('base64');
  const files = (): string[] => (existsSync(join(overlay, 'zh')) ? readdirSync(join(overlay, 'zh')) : []);
  return { store, studio, library, overlay, by, q1, heard, files, installed: () => installed };
};

export const studioContract = (t: Test, engine: Engine): void => {
  t.test('a recording is in force at once; every version stays and can be gone back to', async (t) => {
    const { studio, by, q1, heard, files, installed, store, library } = await start(t, engine);
    const rendered = heard();
    const first = await studio.add({ ...q1, changes: 0 }, { name: '第一题.wav', bytes: voice(500) }, by);
    t.match(first.recordings, [
      { sound: 'survey.q1', changes: 1, inForce: 1, versions: [{ version: 1, seconds: 1, name: '第一题.wav', by: '管理员' }] },
    ]);
    t.equal(installed(), 1, 'the switch follows');
    t.same(files(), ['survey.q1.wav'], 'and nothing half-written lies beside it');
    const one = heard();
    t.not(one, rendered);
    await t.rejects(studio.add({ ...q1, changes: 0 }, { name: 'b.wav', bytes: voice(700) }, by), {
      code: 'settings.version_stale',
      details: { theirs: { recordings: [{ changes: 1 }] } },
    });
    t.equal(heard(), one, 'nobody’s voice is overwritten unseen');
    await studio.add({ ...q1, changes: 1 }, { name: 'b.wav', bytes: voice(700) }, by);
    t.not(heard(), one);
    t.match(await studio.choose({ ...q1, changes: 2 }, 1, by), {
      recordings: [{ inForce: 1, changes: 3, versions: [{ version: 2 }, { version: 1 }] }],
    });
    t.equal(heard(), one, 'undone');
    t.ok((await studio.wav('zh', 'survey.q1', 2))?.length, 'the other can still be listened to');
    t.equal(await studio.wav('zh', 'survey.q1', 9), null);
    await studio.choose({ ...q1, changes: 3 }, null, by);
    t.equal(heard(), rendered);
    t.same(files(), []);
    await t.rejects(studio.choose({ ...q1, changes: 4 }, 9, by), { code: 'thing.not_found' });
    await t.rejects(studio.add({ language: 'zh', sound: 'nobody.said', changes: 0 }, { name: 'x', bytes: voice(500) }, by), {
      code: 'thing.not_found',
    });
    t.equal(library.faultOf('survey.q1'), null);
    const acts = await store.read((db) => db.select().from(store.schema.history));
    t.equal(acts.filter(({ act }) => act === 'prompt.changed').length, 4, 'on record, the refused ones not');
  });

  t.test('what cannot be used changes nothing', async (t) => {
    const { studio, by, q1, heard, installed } = await start(t, engine);
    const rendered = heard();
    const long = (await studio.view()).prompts.find(({ maxSeconds }) => maxSeconds.zh !== null);
    if (!long?.maxSeconds.zh) throw new Error('no prompt has a limit of its own');
    for (const [bytes, fault] of [
      [voice(500).subarray(0, 5_000), 'cut_off'],
      [Buffer.from('not a sound'), 'not_wav'],
      [monoWav(new Int16Array(44_100), 44_100), 'silent'],
    ] as const)
      await t.rejects(studio.add({ ...q1, changes: 0 }, { name: 'x.wav', bytes }, by), { code: 'prompt.unfit', details: { fault } });
    const tooLong = { language: 'zh' as const, sound: long.pieces.zh[0] ?? '', changes: 0 };
    await t.rejects(studio.add(tooLong, { name: 'x.wav', bytes: voice(500, Math.ceil(long.maxSeconds.zh) + 1) }, by), {
      code: 'prompt.unfit',
      details: { fault: 'too_long', limit: long.maxSeconds.zh },
    });
    t.equal(heard(), rendered);
    t.equal(installed(), 0);
    t.same((await studio.view()).recordings, []);
  });

  t.test('two recordings of two prompts at once, a file laid in by hand, and a death in between', async (t) => {
    const { studio, by, q1, overlay, heard, files } = await start(t, engine);
    await Promise.all([
      studio.add({ ...q1, changes: 0 }, { name: 'a.wav', bytes: voice(500) }, by),
      studio.add({ language: 'zh', sound: 'survey.q2', changes: 0 }, { name: 'b.wav', bytes: voice(700) }, by),
    ]);
    t.same((await studio.view()).recordings.map(({ sound, inForce }) => `${sound} ${inForce}`).sort(), ['survey.q1 1', 'survey.q2 1']);
    const one = heard();
    rmSync(join(overlay, 'zh', 'survey.q1.wav'));
    writeFileSync(join(overlay, 'zh', 'survey.q2.wav'), 'broken');
    await studio.mend();
    t.equal(heard(), one, 'what was decided is carried out');
    t.ok(readFileSync(join(overlay, 'zh', 'survey.q2.wav')).length > 8_000);
    writeFileSync(join(overlay, 'zh', 'survey.q3.wav'), voice(900, 1, 8_000));
    const q3 = { language: 'zh' as const, sound: 'survey.q3' };
    const after = await studio.add({ ...q3, changes: 0 }, { name: 'c.wav', bytes: voice(1_000) }, by);
    t.match(
      after.recordings.find(({ sound }) => sound === 'survey.q3'),
      { inForce: 2, versions: [{ version: 2 }, { version: 1, name: '', by: null }] },
    );
    await studio.choose({ ...q3, changes: 1 }, 1, by);
    t.ok(files().includes('survey.q3.wav'));
    mkdirSync(join(overlay, 'zh'), { recursive: true });
    writeFileSync(join(overlay, 'zh', 'survey.q3.ulaw'), Buffer.alloc(8_000, 0x80));
    await studio.choose({ ...q3, changes: 2 }, 2, by);
    t.notOk(files().includes('survey.q3.ulaw'), 'of two formats the switch would take the cheaper one');
  });

  t.test('a sentence of the house’s own: recorded, said, and no survey can lose it', async (t) => {
    const { studio, by, library } = await start(t, engine);
    const own = { language: 'zh' as const, sound: 'custom.street_lamp' };
    t.equal(library.faultOf('custom.street_lamp'), 'no_prompt');
    await t.rejects(studio.add({ ...own, changes: 0 }, { name: 'x.wav', bytes: voice(500) }, by), {
      code: 'request.invalid',
      details: { field: 'text' },
    });
    const view = await studio.add({ ...own, changes: 0 }, { name: 'x.wav', text: '路灯修好了吗', bytes: voice(500) }, by);
    t.match(
      view.prompts.find(({ id }) => id === 'custom.street_lamp'),
      { text: { zh: '路灯修好了吗' }, pieces: { zh: ['custom.street_lamp'] } },
    );
    t.equal(library.faultOf('custom.street_lamp'), null);
    t.ok(library.has('custom.street_lamp'));
    await t.rejects(studio.choose({ ...own, changes: 1 }, null, by), { code: 'request.invalid' });
  });
};
