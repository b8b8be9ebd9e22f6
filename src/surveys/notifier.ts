import type { Logger } from 'pino';
import type { Outbox } from '../storage/outbox.ts';
import type { SurveysView } from './schemas.ts';

/** Calls begin, ring and end without an event of their own: the eye gets a look each second, and what an event tells at once. */
export const surveyNotices = (deps: {
  outbox: Pick<Outbox, 'on'>;
  view(): Promise<SurveysView>;
  watchers(): number;
  push(view: SurveysView): void;
  logger: Pick<Logger, 'warn'>;
}) => {
  let last = '';
  let reading = false;
  let again = false;

  const look = async (): Promise<void> => {
    if (deps.watchers() === 0) return;
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    try {
      do {
        again = false;
        const view = await deps.view();
        const text = JSON.stringify(view);
        if (text !== last) deps.push(view);
        last = text;
      } while (again);
    } finally {
      reading = false;
    }
  };
  const atOnce = (): void => void look().catch((err: unknown) => deps.logger.warn({ err }, 'the callbacks could not be looked at'));
  for (const name of ['case.dissatisfied', 'case.feedback_given', 'case.closed'] as const) deps.outbox.on(name, atOnce);

  return {
    /** The first picture of somebody who begins to watch. What was pushed last is not what they hold. */
    async first(): Promise<SurveysView> {
      last = '';
      return deps.view();
    },
    /** Every second: pushes the picture when it is another than the last. */
    sweep: look,
  };
};
