import type { Logger } from 'pino';
import type { Outbox } from '../storage/outbox.ts';
import type { Board } from './schemas.ts';
import type { BoardService } from './service.ts';

/** An eye needs the board four times a second; what happens meanwhile is in the next picture. */
const QUIET_MS = 250;
/** Events of one instant come together in one picture. */
const TOGETHER_MS = 15;

/**
 * Pushes a whole picture to whoever watches the board whenever something that it shows has changed, at most four times a second,
 * and nothing when nothing has. A picture replaces the one before, so none needs to be kept or sent twice.
 */
export const boardNotices = (deps: {
  outbox: Pick<Outbox, 'on'>;
  board: BoardService;
  watchers(): number;
  push(board: Board): void;
  logger: Pick<Logger, 'warn'>;
  nowMs?: () => number;
}) => {
  const nowMs = deps.nowMs ?? (() => performance.now());
  let timer: ReturnType<typeof setTimeout> | null = null;
  let sentAt = Number.NEGATIVE_INFINITY;
  let reading = false;
  let again = false;
  let last = '';
  let stopped = false;

  const pushIfChanged = (board: Board): void => {
    const text = JSON.stringify(board);
    if (text === last || deps.watchers() === 0) return;
    last = text;
    sentAt = nowMs();
    deps.push(board);
  };
  const send = async (): Promise<void> => {
    reading = true;
    try {
      pushIfChanged(await deps.board.view());
    } catch (err) {
      deps.logger.warn({ err }, 'the board could not be read');
    } finally {
      reading = false;
      if (again) changed();
    }
  };
  const changed = (): void => {
    if (stopped || deps.watchers() === 0) return;
    again = reading;
    if (timer || reading) return;
    timer = setTimeout(
      () => {
        timer = null;
        void send();
      },
      Math.max(TOGETHER_MS, sentAt + QUIET_MS - nowMs()),
    ).unref();
  };

  for (const name of [
    'call.arrived',
    'call.queued',
    'call.offered',
    'call.answered',
    'call.agent_left',
    'call.ended',
    'offer.ended',
    'agent.changed',
    'agent.messaged',
  ] as const)
    deps.outbox.on(name, changed);

  return {
    changed,
    /** The first picture of somebody who begins to watch. What was pushed last is not what they hold. */
    async first(): Promise<Board> {
      last = '';
      return deps.board.view();
    },
    /** Every second: alarms, and what changes with no event of its own (a diversion, the turn of an hour). */
    async sweep(): Promise<void> {
      const board = await deps.board.watch();
      if (JSON.stringify(board) !== last) changed();
    },
    stop(): void {
      stopped = true;
      if (timer) clearTimeout(timer);
    },
  };
};
