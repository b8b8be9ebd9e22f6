export interface QueueWords {
  queue: string;
  zh: string;
  en: string;
}

/** The switch knows a queue by a plain name; people call it by these. */
const WORDS: readonly QueueWords[] = [{ queue: 'main', zh: '综合受理', en: 'General' }];

/** One entry for each queue, in the order given; a queue nobody has named keeps the switch's name. */
export const queueWords = (queues: readonly string[]): QueueWords[] =>
  queues.map((queue) => WORDS.find((known) => known.queue === queue) ?? { queue, zh: queue, en: queue });
