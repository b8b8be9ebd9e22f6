import type { Logger } from 'pino';
import type { StaffId } from '../core/ids.ts';
import type { PushEvent } from '../push/frames.ts';
import type { Outbox } from '../storage/outbox.ts';
import type { Notices } from './service.ts';

/** A sweep of cards tells one person of many cases at once; the bell rings once. */
const QUIET_MS = 250;

/** Tells consoles how many notices wait; the page itself reads them. */
export const noticesNews = (deps: {
  outbox: Outbox;
  notices: Pick<Notices, 'unreadOf'>;
  push: (staffId: StaffId, event: PushEvent) => void;
  logger: Logger;
}): { stop(): void } => {
  const changed = new Set<StaffId>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const tell = async (): Promise<void> => {
    timer = null;
    const people = [...changed];
    changed.clear();
    for (const staffId of people) deps.push(staffId, { type: 'notices.changed', unread: await deps.notices.unreadOf(staffId) });
  };
  deps.outbox.on('notices.changed', ({ staffIds }) => {
    for (const staffId of staffIds) changed.add(staffId);
    timer ??= setTimeout(() => void tell().catch((err) => deps.logger.warn({ err }, 'a bell could not be rung')), QUIET_MS).unref();
  });
  return {
    stop() {
      if (timer) clearTimeout(timer);
    },
  };
};
