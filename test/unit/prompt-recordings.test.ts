import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { activeLevelDb, decibels, peakOf } from '../../dialplans/prompts/audio.ts';
import { convertRecording, resample, TELEPHONE_RATE } from '../../src/prompts/convert.ts';
import { decodeWav } from '../../src/prompts/decode.ts';
import { createPromptLibrary } from '../../src/prompts/library.ts';
import { createPlayedSounds } from '../../src/prompts/played.ts';
import { soundsOf } from '../../src/surveys/sounds.ts';
import { installPrompts } from '../../src/telephony/prompts.ts';
import { monoWav } from '../helpers/wav.ts';

const SOUNDS = join(import.meta.dirname, '../../dialplans/sounds');
const WORDS = join(import.meta.dirname, '../../dialplans/prompts/prompts.json');

/** A WAV file of any coding; `sample` gives -1 … 1 by second and channel. */
const wavOf = (
  about: { rate: number; bits: number; coding: number; channels: number; seconds: number },
  sample: (at: number, channel: number) => number,
): Buffer => {
  const { rate, bits, coding, channels, seconds } = about;
  const bytes = bits / 8;
  const frames = Math.round(rate * seconds);
  const data = Buffer.alloc(frames * channels * bytes);
  for (let frame = 0; frame < frames; frame += 1)
    for (let channel = 0; channel < channels; channel += 1) {
      const value = sample(frame / rate, channel);
      const at = (frame * channels + channel) * bytes;
      if (coding === 3) bits === 32 ? data.writeFloatLE(value, at) : data.writeDoubleLE(value, at);
      else if (bits === 8) data.writeUInt8(Math.round(value * 127) + 128, at);
      else data.writeIntLE(Math.round(value * (2 ** (bits - 1) - 1)), at, bytes);
    }
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(coding, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * channels * bytes, 28);
  head.writeUInt16LE(channels * bytes, 32);
  head.writeUInt16LE(bits, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
};
const tone =
  (hz: number, level = 0.3) =>
  (at: number) =>
    level * Math.sin(2 * Math.PI * hz * at);

/** How strong one pitch is in a sound, -1 … 1. */
const strength = (samples: ArrayLike<number>, hz: number): number => {
  let re = 0;
  let im = 0;
  for (let at = 0; at < samples.length; at += 1) {
    re += (samples[at] ?? 0) * Math.cos((2 * Math.PI * hz * at) / TELEPHONE_RATE);
    im += (samples[at] ?? 0) * Math.sin((2 * Math.PI * hz * at) / TELEPHONE_RATE);
  }
  return (2 * Math.hypot(re, im)) / samples.length;
};

const samplesOf = (wav: Uint8Array): Float64Array => {
  const decoded = decodeWav(wav);
  if ('fault' in decoded) throw new Error(decoded.fault);
  return Float64Array.from(decoded.channels[0] ?? [], (sample) => sample * 0x8000);
};

t.test('whatever a studio saves becomes what a telephone line takes', async (t) => {
  const codings: [coding: number, bits: number][] = [
    [1, 8],
    [1, 16],
    [1, 24],
    [1, 32],
    [3, 32],
    [3, 64],
  ];
  for (const rate of [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])
    for (const [coding, bits] of rate === 44_100 ? codings : [[1, 16] as const])
      for (const channels of rate === 44_100 ? [1, 2] : [1]) {
        const what = `${rate} Hz, ${bits} bits, coding ${coding}, ${channels} channels`;
        const done = convertRecording(wavOf({ rate, bits, coding, channels, seconds: 1 }, tone(1_000)));
        if ('fault' in done) {
          t.fail(`${what}: ${done.fault}`);
          continue;
        }
        const samples = samplesOf(done.wav);
        const header = Buffer.from(done.wav);
        t.same(
          [header.readUInt16LE(20), header.readUInt16LE(22), header.readUInt32LE(24), header.readUInt16LE(34)],
          [1, 1, 8_000, 16],
          what,
        );
        t.ok(Math.abs(samples.length - 8_000) <= 1, `${what}: as long as it was`);
        t.ok(strength(samples, 1_000) > 0.95 * peakOf(samples), `${what}: the same tone`);
        t.ok(Math.abs(activeLevelDb(samples) + 19) < 0.5, `${what}: at the level of all prompts, ${activeLevelDb(samples)}`);
        t.ok(decibels(peakOf(samples)) <= -2.9, what);
      }
});

t.test('what lies above the telephone’s band does not fold back into the voice', async (t) => {
  for (const [rate, above] of [
    [48_000, 7_000],
    [44_100, 5_000],
    [16_000, 6_500],
  ] as const) {
    const folded = resample(
      Float32Array.from({ length: rate }, (_, at) => Math.sin((2 * Math.PI * above * at) / rate)),
      rate,
    );
    t.ok(Math.max(...folded.subarray(200, 7_800).map(Math.abs)) < 0.003, `${above} Hz at ${rate} Hz`);
  }
  const kept = resample(
    Float32Array.from({ length: 48_000 }, (_, at) => Math.sin((2 * Math.PI * 3_300 * at) / 48_000)),
    48_000,
  );
  t.ok(strength(kept.subarray(200, 7_800), 3_300) > 0.98, 'what a telephone carries is carried');
});

t.test('two voices on two channels are both heard', async (t) => {
  const done = convertRecording(
    wavOf({ rate: 44_100, bits: 16, coding: 1, channels: 2, seconds: 1 }, (at, channel) => tone(channel ? 1_500 : 500)(at)),
  );
  if ('fault' in done) throw new Error(done.fault);
  const samples = samplesOf(done.wav);
  t.ok(Math.abs(strength(samples, 500) / strength(samples, 1_500) - 1) < 0.05);
});

t.test('what cannot be used is refused, by name', async (t) => {
  const good = { rate: 16_000, bits: 16, coding: 1, channels: 1, seconds: 1 };
  const whole = wavOf(good, tone(500));
  const table: [Uint8Array, string, string][] = [
    [Buffer.from('ID3\u0004 an mp3 that was named .wav'), 'not_wav', 'no WAV'],
    [Buffer.alloc(0), 'not_wav', 'nothing'],
    [whole.subarray(0, whole.length - 1_000), 'cut_off', 'half a file'],
    [wavOf({ ...good, coding: 0x55, bits: 8 }, tone(500)), 'coding', 'MP3 inside a WAV'],
    [wavOf({ ...good, rate: 4_000 }, tone(500)), 'rate', 'less than a telephone carries'],
    [wavOf({ ...good, seconds: 0.1 }, tone(500)), 'too_short', 'a click'],
    [wavOf({ ...good, rate: 8_000, seconds: 61 }, tone(500)), 'too_long', 'a song'],
    [wavOf(good, () => 0), 'silent', 'silence'],
    [wavOf(good, tone(500, 0.001)), 'silent', 'as good as silent'],
    [wavOf(good, (at) => Math.max(-1, Math.min(1, tone(300, 3)(at)))), 'clipped', 'cut off at the top'],
  ];
  for (const [bytes, fault, why] of table) t.match(convertRecording(bytes), { fault }, why);
  t.match(convertRecording(wavOf({ ...good, seconds: 9 }, tone(500)), 8), { fault: 'too_long', limit: 8 }, 'the prompt’s own limit');
  t.notMatch(convertRecording(wavOf(good, tone(500, 0.99))), { fault: 'clipped' }, 'loud is not clipped');
});

t.test('every prompt can be heard in the browser; one that is gone or damaged is told', async (t) => {
  const overlay = t.testdir({ zh: { 'survey.q1.wav': 'RIFF is all there is of it', 'survey.q2.wav': '' } });
  writeFileSync(
    join(overlay, 'zh', 'survey.q2.wav'),
    monoWav(
      Int16Array.from({ length: 8_000 }, (_, at) => 3_000 * Math.sin(at / 3)),
      8_000,
    ),
  );
  const library = createPromptLibrary({ rendered: SOUNDS, words: WORDS, overlay });
  for (const { id, pieces } of library.list())
    if (id !== 'survey.q1')
      for (const language of ['zh', 'en'] as const)
        if (pieces[language].length) t.equal(library.faultOf(id, language), null, `${language} ${id}`);
  t.equal(library.faultOf('survey.q1'), 'prompt_damaged');
  t.equal(library.wav('survey.q1', 'zh'), null);
  t.equal(library.faultOf('nobody.said'), 'no_prompt');
  t.equal(library.faultOf('../../etc/passwd'), 'no_prompt');
  t.equal(library.wav('../../../package', 'zh'), null);
  t.equal(Buffer.from(library.wav('survey.q2', 'zh') ?? []).readUInt32LE(24), 8_000, 'the studio’s own');
  t.ok((library.wav('survey.subject', 'zh') ?? []).length > 16_000, 'a sentence with places for values is heard in its parts');
});

t.test('a recording that broke after it was taken is replaced by the rendered sentence when it is to be heard', async (t) => {
  const data = t.testdir();
  const overlay = t.testdir({ studio: { zh: {} } });
  const studio = join(overlay, 'studio');
  mkdirSync(join(studio, 'zh'), { recursive: true });
  writeFileSync(
    join(studio, 'zh', 'survey.q1.wav'),
    monoWav(
      Int16Array.from({ length: 8_000 }, (_, at) => 3_000 * Math.sin(at / 3)),
      8_000,
    ),
  );
  const to = join(data, 'data');
  const report = installPrompts({ from: SOUNDS, overlay: studio, to });
  t.same(report.refused, []);
  const pathOf = createPlayedSounds(to);
  t.equal(pathOf('survey.q1'), 'hotline/survey.q1');
  const there = join(to, 'sounds/zh/hotline/survey.q1.wav');
  const whole = readFileSync(there);
  truncateSync(there, 4_000);
  t.equal(pathOf('survey.q1'), 'hotline-rendered/survey.q1', 'cut off');
  writeFileSync(there, Buffer.alloc(whole.length));
  t.equal(pathOf('survey.q1'), 'hotline-rendered/survey.q1', 'no sound any more');
  rmSync(there);
  t.equal(pathOf('survey.q1'), 'hotline-rendered/survey.q1', 'gone');
  t.equal(pathOf('survey.q2'), 'hotline/survey.q2', 'the others are their own');
  t.equal(createPlayedSounds(null)('survey.q1'), 'hotline/survey.q1', 'a switch elsewhere is trusted');
  const matter = { reportedAt: new Date(), subjectCode: null };
  t.same(
    soundsOf([{ prompt: 'survey.q1' }, { prompt: 'survey.q2' }], matter, () => true, pathOf),
    ['hotline-rendered/survey.q1', 'hotline/survey.q2'],
  );
  t.ok(readFileSync(join(to, 'sounds/zh/hotline-rendered/survey.q1.ulaw')).length > 8_000);
});
