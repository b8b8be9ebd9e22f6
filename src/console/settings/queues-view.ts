import type { Queue, QueuesView } from '../../queues/schemas.ts';

/** A queue as the form holds it; what is a number in it is text while it is typed. */
export interface QueueForm {
  queue: string;
  zh: string;
  en: string;
  strategy: Queue['strategy'];
  ringSeconds: string;
  wrapUpSeconds: string;
  patienceSeconds: string;
  announcement: string;
  announceEverySeconds: string;
  skill: string;
  open: boolean;
  numbers: string[];
}

export const emptyQueue = (): QueueForm => ({
  queue: '',
  zh: '',
  en: '',
  strategy: 'rrmemory',
  ringSeconds: '20',
  wrapUpSeconds: '2',
  patienceSeconds: '120',
  announcement: '',
  announceEverySeconds: '60',
  skill: '',
  open: true,
  numbers: [],
});

export const formOfQueue = (queue: QueuesView['queues'][number]): QueueForm => ({
  queue: queue.queue,
  zh: queue.zh,
  en: queue.en,
  strategy: queue.strategy,
  ringSeconds: String(queue.ringSeconds),
  wrapUpSeconds: String(queue.wrapUpSeconds),
  patienceSeconds: queue.patienceSeconds === null ? '' : String(queue.patienceSeconds),
  announcement: queue.announcement ?? '',
  announceEverySeconds: String(queue.announceEverySeconds),
  skill: queue.skill ?? '',
  open: queue.open,
  numbers: [...queue.numbers],
});

/** The first queue is everybody's: it stays open, and has no overflow, skill or numbers of its own. */
export const isEverybodys = (view: QueuesView, queue: string): boolean => view.queues[0]?.queue === queue;

/** What the service is asked to keep; a text that is no number becomes NaN, which it refuses with the field. */
export const queueOf = (form: QueueForm): Queue => ({
  ...form,
  queue: form.queue.trim(),
  ringSeconds: Number(form.ringSeconds),
  wrapUpSeconds: Number(form.wrapUpSeconds),
  patienceSeconds: form.patienceSeconds.trim() === '' ? null : Number(form.patienceSeconds),
  announcement: form.announcement || null,
  announceEverySeconds: Number(form.announceEverySeconds),
  skill: form.skill || null,
});
