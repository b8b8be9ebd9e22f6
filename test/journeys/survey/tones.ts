import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { STANDARD_SCRIPT, type SurveyScript } from '../../../src/surveys/survey.ts';
import { toneFile } from '../../helpers/sip.ts';

/** Every sentence of the survey, each as a tone of its own: a citizen hears where the call stands as people do. */
const SENTENCES = [
  ...['anykey', 'anykey_again', 'greeting', 'record_notice', 'subject_generic', 'help', 'q1', 'q2', 'q3', 'repeat', 'wrong_key', 'timeout'],
  ...['ask_comment', 'comment', 'comment_saved', 'unhappy_ack', 'thanks', 'next_case', 'optout_offer', 'optout_done', 'goodbye', 'give_up'],
  ...['not_now', 'wrong_person', 'transfer', 'lease_lost'],
] as const;
export type Sentence = (typeof SENTENCES)[number];

const LOWEST_HZ = 400;
const STEP_HZ = 80;
export const hzOf = (sentence: Sentence): number => LOWEST_HZ + STEP_HZ * SENTENCES.indexOf(sentence);

/** @returns the sentence a tone belongs to, or null for every other sound */
export const sentenceAt = (hz: number | null): Sentence | null => {
  if (hz === null) return null;
  const at = Math.round((hz - LOWEST_HZ) / STEP_HZ);
  return Math.abs(hz - LOWEST_HZ - at * STEP_HZ) < STEP_HZ / 4 ? (SENTENCES[at] ?? null) : null;
};

/** Sentences that a key is pressed in must be longer than the deaf window. */
const QUESTIONS: ReadonlySet<Sentence> = new Set(['anykey', 'greeting', 'q1', 'q2', 'q3', 'ask_comment', 'optout_offer']);

/** Writes the sounds for a switch's overlay. @param scale 1: a question lasts 0.8 s, any other sentence 0.25 s */
export const writeTones = (directory: string, scale = 1): void => {
  mkdirSync(join(directory, 'zh'), { recursive: true });
  for (const sentence of SENTENCES) {
    const seconds = (QUESTIONS.has(sentence) ? 0.8 : 0.25) * scale;
    const bytes = toneFile(hzOf(sentence), Math.ceil(seconds)).subarray(0, Math.round(seconds * 8_000));
    writeFileSync(join(directory, 'zh', `survey.${sentence}.ulaw`), bytes);
  }
};

/** The standard script with waits of a moment; keys are taken by the real windows, or the figures would say nothing. */
export const quickScript = (waitMs: number): SurveyScript => ({
  ...STANDARD_SCRIPT,
  steps: Object.fromEntries(
    Object.entries(STANDARD_SCRIPT.steps).map(([name, step]) => {
      if (step.kind === 'ask') return [name, { ...step, waitMs: name === 'opt_out' ? 300 : waitMs, tries: Math.min(step.tries, 2) }];
      return [name, step.kind === 'record' ? { ...step, longestSeconds: 2 } : step];
    }),
  ),
});
