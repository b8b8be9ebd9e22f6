import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { activeLevelDb, decibels, decodeMulaw, encodeMulaw, peakOf, sineTone } from '../../dialplans/prompts/audio.ts';
import { loadBook, loadManifest, SOUNDS_FOLDER, soundFile, verifySounds } from '../../dialplans/prompts/manifest.ts';
import { composeMusic } from '../../dialplans/prompts/music.ts';
import { chineseSpeech, englishSpeech, piecesOf, sequencesOf, splitVariables, syllableSlots } from '../../dialplans/prompts/script.ts';
import { installPrompts } from '../../src/telephony/prompts.ts';

const book = loadBook();
const manifest = loadManifest();
const entries = manifest?.sounds ?? [];

t.test('prompts.json, the manifest and the committed files agree', async (t) => {
  t.same(verifySounds(book, manifest), []);
  t.ok(entries.length > 1000, `${entries.length} sounds`);
});

t.test('a changed word, a missing entry and a longer notice are told', async (t) => {
  const changed = structuredClone(book);
  for (const prompt of changed.spoken) if (prompt.id === 'inbound.thanks') prompt.en = 'Goodbye.';
  t.match(verifySounds(changed, manifest).join(), 'en/hotline/inbound.thanks.ulaw was rendered from other words');
  t.match(verifySounds(book, undefined).join(), 'manifest.json is missing');
  if (manifest)
    t.match(verifySounds(book, { ...manifest, sounds: manifest.sounds.slice(1) }).join(), 'inbound.notice.ulaw is not in the manifest');
  const strict = structuredClone(book);
  for (const prompt of strict.spoken) if (prompt.id === 'inbound.notice') prompt.max_seconds = 3;
  t.match(verifySounds(strict, manifest).join(), 'inbound.notice.ulaw has another limit');
});

t.test('every Chinese character has its syllable, and the screen says what the voice says', async (t) => {
  for (const prompt of book.spoken.filter((each) => each.kind === 'speech')) {
    const spoken = prompt.speak ?? prompt.zh;
    const syllables = (prompt.pinyin ?? '').split(' ');
    t.equal(syllableSlots(spoken).length, syllables.length, prompt.id);
    t.notMatch(spoken, /\d/, `${prompt.id} leaves no digit to the engine`);
    t.same(
      syllables.filter((syllable) => !/^(?:[a-z]+[1-5]|\{[a-z_]+\})$/.test(syllable)),
      [],
      `${prompt.id} has a tone on each syllable`,
    );
    const segments = (prompt.segments ?? []).map((segment) => ('text' in segment ? segment.text : `{${segment.var}}`));
    t.same(segments, splitVariables(prompt.zh), `${prompt.id} has the segments of its text`);
  }
  t.throws(() => chineseSpeech('您好吗', 'nin2 hao3'), /3 characters but 2 syllables/);
});

t.test('pauses stand where the sentence has them, and well-known numbers are spelled', async (t) => {
  t.equal(chineseSpeech('您好，请稍候。', 'nin2 hao3 qing3 shao1 hou4'), 'nin2 hao3, qing3 shao1 hou4.');
  t.equal(englishSpeech('The 12345 hotline (or 110).'), 'The one two three four five hotline or one one zero.');
  t.equal(englishSpeech('2026'), '2026');
});

t.test('pieces of a sentence with variables are joined in the order of each language', async (t) => {
  t.same(sequencesOf(book, 'zh')['queue.place'], ['queue.place.1', '{n}', 'queue.place.3']);
  const zh = sequencesOf(book, 'zh')['queue.surge'] ?? [];
  const en = sequencesOf(book, 'en')['queue.surge'] ?? [];
  t.same(
    zh.filter((name) => name.startsWith('{')),
    ['{place}', '{event}', '{time}'],
  );
  t.same(
    en.filter((name) => name.startsWith('{')),
    ['{event}', '{place}', '{time}'],
  );
  const files = new Set(piecesOf(book).map(soundFile));
  for (const name of [...zh.filter((each) => !each.startsWith('{'))]) t.ok(files.has(soundFile({ id: name, language: 'zh' })), name);
});

t.test('the first sentence is short in both languages', async (t) => {
  for (const language of ['zh', 'en'] as const) {
    const seconds = readFileSync(join(SOUNDS_FOLDER, soundFile({ id: 'inbound.notice', language }))).length / 8000;
    t.ok(seconds > 4 && seconds <= 8, `${language}: ${seconds} s`);
  }
});

t.test('no sound is silent, clipped, or much louder or longer than the rest', async (t) => {
  const estimates = new Map(book.spoken.map((prompt) => [prompt.id, prompt.seconds_estimate]));
  const wrong: string[] = [];
  for (const entry of entries.filter((each) => each.id !== 'digit.pause' && !each.id.startsWith('tone.'))) {
    const samples = decodeMulaw(readFileSync(join(SOUNDS_FOLDER, soundFile({ id: entry.id, language: entry.lang }))));
    const level = activeLevelDb(samples);
    if (level < -21 || level > -18 || decibels(peakOf(samples)) > -2.5) wrong.push(`${entry.lang}/${entry.id} level ${level.toFixed(1)}`);
    const estimate = entry.lang === 'zh' ? estimates.get(entry.id) : undefined;
    if (estimate !== undefined && (entry.seconds < estimate * 0.8 || entry.seconds > estimate * 1.35))
      wrong.push(`${entry.id} ${entry.seconds} s`);
  }
  t.same(wrong, []);
});

/** The share of a 20 ms frame's energy at one frequency, as a tone detector computes it. */
const toneShare = (frame: Float64Array, hz: number): number => {
  let [cosine, sine, energy] = [0, 0, 0];
  for (const [index, sample] of frame.entries()) {
    cosine += sample * Math.cos((2 * Math.PI * hz * index) / 8000);
    sine += sample * Math.sin((2 * Math.PI * hz * index) / 8000);
    energy += sample * sample;
  }
  return energy === 0 ? 0 : ((cosine * cosine + sine * sine) * 2) / frame.length / energy;
};

t.test('the music on hold is soft, loops without a seam and holds no tone anybody listens for', async (t) => {
  const samples = decodeMulaw(composeMusic());
  t.equal(samples.length, 60 * 8000);
  t.ok(Math.abs(activeLevelDb(samples) + 20) < 0.5, `level ${activeLevelDb(samples)}`);
  t.ok(decibels(peakOf(samples)) < -6, `peak ${decibels(peakOf(samples))}`);
  let largestStep = 0;
  for (let index = 1; index < samples.length; index += 1)
    largestStep = Math.max(largestStep, Math.abs((samples[index] ?? 0) - (samples[index - 1] ?? 0)));
  t.ok(Math.abs((samples[0] ?? 0) - (samples.at(-1) ?? 0)) <= largestStep, 'the seam is no larger a step than any other');
  for (const hz of [300, 440, 700, 1000, 1300, 2000]) {
    let worst = 0;
    for (let at = 0; at + 160 <= samples.length; at += 160) worst = Math.max(worst, toneShare(samples.subarray(at, at + 160), hz));
    t.ok(worst < 0.03, `${hz} Hz has at most ${(worst * 100).toFixed(2)} % of a frame`);
  }
  t.ok(toneShare(sineTone(440, 100, -20).subarray(160, 320), 440) > 0.9, 'the measure does find a tone');
});

const wave = (options: {
  rate?: number;
  channels?: number;
  coding?: number;
  bits?: number;
  data: Uint8Array;
  declared?: number;
}): Buffer => {
  const { rate = 8000, channels = 1, coding = 1, bits = 16, data, declared = data.length } = options;
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(coding, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE((rate * channels * bits) / 8, 28);
  head.writeUInt16LE((channels * bits) / 8, 32);
  head.writeUInt16LE(bits, 34);
  head.write('data', 36);
  head.writeUInt32LE(declared, 40);
  return Buffer.concat([head, data]);
};

const voice = (seconds: number, rate = 8000): Uint8Array => {
  const tone = sineTone(500, (seconds * rate) / 8, -12);
  return new Uint8Array(Int16Array.from(tone).buffer);
};

type TestContext = Pick<typeof t, 'testdir'>;

const places = (t: TestContext): { from: string; overlay: string; to: string } => {
  const base = t.testdir({ from: { zh: { hotline: {} }, en: { hotline: {} }, moh: {} }, overlay: { zh: {}, en: {}, moh: {} }, to: {} });
  const from = join(base, 'from');
  for (const language of ['zh', 'en'])
    for (const id of ['inbound.notice', 'inbound.thanks', 'queue.next', 'tone.beep'])
      cpSync(join(SOUNDS_FOLDER, language, 'hotline', `${id}.ulaw`), join(from, language, 'hotline', `${id}.ulaw`));
  cpSync(join(SOUNDS_FOLDER, 'moh/hotline.ulaw'), join(from, 'moh/hotline.ulaw'));
  cpSync(join(SOUNDS_FOLDER, 'manifest.json'), join(from, 'manifest.json'));
  return { from, overlay: join(base, 'overlay'), to: join(base, 'to') };
};

t.test('without an overlay the switch gets our files, twice the same', async (t) => {
  const { from, to } = places(t);
  const given: string[] = [];
  t.same(installPrompts({ from, to, give: (path) => given.push(path) }), { installed: 9, replaced: [], refused: [] });
  t.same(readFileSync(join(to, 'sounds/zh/hotline/inbound.notice.ulaw')), readFileSync(join(from, 'zh/hotline/inbound.notice.ulaw')));
  t.ok(existsSync(join(to, 'sounds/zh/beep.ulaw')), 'Record() finds its beep');
  t.ok(given.length > 9, 'each made path is given away');
  given.length = 0;
  installPrompts({ from, to, give: (path) => given.push(path) });
  t.same(given, [], 'a second start writes nothing');
});

t.test('a studio recording wins over ours, and ours comes back when it goes', async (t) => {
  const { from, overlay, to } = places(t);
  const folder = join(to, 'sounds/zh/hotline');
  installPrompts({ from, to });
  writeFileSync(join(overlay, 'zh/inbound.notice.wav'), wave({ data: voice(2) }));
  writeFileSync(join(overlay, 'zh/queue.next.wav'), wave({ rate: 16000, data: voice(1, 16000) }));
  writeFileSync(join(overlay, 'en/inbound.thanks.wav'), wave({ coding: 7, bits: 8, data: encodeMulaw(sineTone(500, 1000, -12)) }));
  writeFileSync(join(overlay, 'moh/ours.alaw'), Buffer.alloc(8000, Buffer.from([0x80, 0x2a, 0x00, 0xaa])));
  const report = installPrompts({ from, overlay, to });
  t.same(report.refused, []);
  t.same(report.replaced, [
    { file: 'zh/inbound.notice.wav', seconds: 2 },
    { file: 'zh/queue.next.wav', seconds: 1 },
    { file: 'en/inbound.thanks.wav', seconds: 1 },
    { file: 'moh/ours.alaw', seconds: 1 },
  ]);
  t.same(
    readdirSync(folder).sort(),
    ['inbound.notice.wav', 'inbound.thanks.ulaw', 'queue.next.wav16', 'tone.beep.ulaw'],
    'one format for each id',
  );
  t.same(readdirSync(join(to, 'moh')), ['ours.alaw'], 'own music is played alone');
  t.equal(readFileSync(join(to, 'sounds/en/hotline/inbound.thanks.ulaw')).length, 8000, 'mu-law is unwrapped, which Asterisk cannot do');
  rmSync(join(overlay, 'zh/inbound.notice.wav'));
  installPrompts({ from, overlay, to });
  t.same(readdirSync(folder).sort(), ['inbound.notice.ulaw', 'inbound.thanks.ulaw', 'queue.next.wav16', 'tone.beep.ulaw']);
});

t.test('a recording the switch could not play is refused by name, and ours stays', async (t) => {
  const { from, overlay, to } = places(t);
  const refusals: [string, Uint8Array, string][] = [
    ['zh/inbound.thanks.wav', Buffer.from('not a sound at all'), 'not a RIFF WAVE file'],
    ['zh/queue.next.wav', wave({ data: voice(1), declared: 99999 }), 'cut off'],
    ['en/queue.next.wav', wave({ channels: 2, data: voice(1) }), 'not mono'],
    ['en/inbound.notice.wav', wave({ rate: 44100, data: voice(1) }), '44100 Hz'],
    ['en/inbound.thanks.wav', wave({ bits: 24, data: voice(1) }), 'neither 16-bit PCM nor mu-law'],
    ['zh/tone.beep.wav', wave({ data: new Uint8Array(16000) }), 'silent'],
    ['en/tone.beep.ulaw', wave({ data: voice(1) }), 'RIFF file named .ulaw'],
    ['zh/inbound.notice.wav', wave({ data: voice(9) }), 'at most 8 s'],
    ['zh/no.such_prompt.wav', wave({ data: voice(1) }), 'no prompt has this id'],
    ['zh/inbound.notice.mp3', Buffer.from('ID3'), 'only .wav'],
    ['zh/queue.next.ulaw', new Uint8Array(0), 'holds no sound'],
    ['queue.next.wav', wave({ data: voice(1) }), 'zh/, en/ and moh/ only'],
  ];
  for (const [file, bytes] of refusals) writeFileSync(join(overlay, file), bytes);
  mkdirSync(join(overlay, 'en/queue.place.wav'));
  const report = installPrompts({ from, overlay, to });
  t.same(report.replaced, []);
  t.equal(report.installed, 9);
  for (const [file, , reason] of refusals) t.match(report.refused.find((each) => each.file === file)?.reason ?? 'taken', reason, file);
  t.match(report.refused.find((each) => each.file === 'en/queue.place.wav')?.reason, 'not a file');
  t.equal(readdirSync(join(to, 'sounds/zh/hotline')).length, 4);
  t.match(installPrompts({ from, overlay: join(overlay, 'gone'), to }).refused[0]?.reason, 'no such folder');
});
