import type { PhoneState } from './phone-state.ts';

export type PhoneCommand =
  | { do: 'answer'; id: string }
  /** Answers the ring of this channel now, or as soon as its INVITE is here. */
  | { do: 'answerChannel'; channelId: string }
  | { do: 'hangUp'; id: string }
  | { do: 'mute'; id: string; on: boolean }
  | { do: 'hold'; id: string; on: boolean }
  | { do: 'dtmf'; id: string; tone: string };

type Message =
  | { kind: 'state'; state: PhoneState }
  | { kind: 'ask' }
  | { kind: 'command'; command: PhoneCommand }
  | { kind: 'yield' }
  | { kind: 'yielded' }
  | { kind: 'refused' }
  | { kind: 'released' };

export interface Leadership {
  /** Queues for the leadership; `lead` runs when this tab has it and ends when the promise it is given is resolved. */
  whenLeading: (lead: (released: Promise<void>) => Promise<void>) => void;
  /** Asks the leading tab for the telephone. False when it is in a call: then it keeps it. */
  takeOver: () => Promise<boolean>;
  resign: () => void;
  publish: (state: PhoneState) => void;
  command: (command: PhoneCommand) => void;
  /** The person signed out: every tab lets go. */
  announceRelease: () => void;
}

export interface LeadershipListeners {
  state: (state: PhoneState) => void;
  command: (command: PhoneCommand) => void;
  asked: () => void;
  /** Whether this tab, which leads, may give the telephone away now. */
  mayYield: () => boolean;
  released: () => void;
}

/** A leading tab that does not answer in this time is frozen by the browser; its lock is then taken from it. */
const YIELD_WITHIN_MS = 1_500;

/**
 * Two tabs with one telephone would both ring and both answer. The browser's own lock chooses one; when its tab closes or crashes the
 * lock passes on by itself, which no message between tabs could promise.
 */
export const createLeadership = (name: string, on: LeadershipListeners): Leadership => {
  const lock = `hotline.phone.${name}`;
  const channel = new BroadcastChannel(lock);
  let release: () => void = () => {};
  let waiting: AbortController | null = null;
  let work: ((released: Promise<void>) => Promise<void>) | null = null;
  let leading = false;
  let done: Promise<void> = Promise.resolve();
  let answered: (word: 'yielded' | 'refused') => void = () => {};
  const post = (message: Message): void => channel.postMessage(message);

  const request = (options: LockOptions): void => {
    void navigator.locks
      .request(lock, options, () => {
        waiting = null;
        leading = true;
        const released = new Promise<void>((resolve) => {
          release = resolve;
        });
        done = (work?.(released) ?? Promise.resolve()).finally(() => {
          leading = false;
        });
        return done;
      })
      .catch(() => {
        if (options.signal?.aborted) return; // resigned while waiting
        // Taken by another tab while this one slept: put everything down, then stand behind the new one.
        release();
        void done.then(queue);
      });
  };

  const queue = (): void => {
    if (!work || waiting || leading) return;
    waiting = new AbortController();
    post({ kind: 'ask' });
    request({ signal: waiting.signal });
  };

  const stopWaiting = (): void => {
    waiting?.abort();
    waiting = null;
  };

  const yieldTo = async (): Promise<void> => {
    if (!leading) return;
    if (!on.mayYield()) {
      post({ kind: 'refused' });
      return;
    }
    release();
    post({ kind: 'yielded' });
    await done;
    queue();
  };

  channel.onmessage = (event: MessageEvent<Message>) => {
    const message = event.data;
    if (message.kind === 'state') on.state(message.state);
    else if (message.kind === 'command') on.command(message.command);
    else if (message.kind === 'ask') on.asked();
    else if (message.kind === 'yield') void yieldTo();
    else if (message.kind === 'released') on.released();
    else answered(message.kind);
  };

  return {
    whenLeading: (lead) => {
      work = lead;
      void done.then(queue);
    },
    takeOver: async () => {
      if (leading) return true;
      const word = new Promise<'yielded' | 'refused'>((resolve) => {
        answered = resolve;
        setTimeout(() => resolve('yielded'), YIELD_WITHIN_MS);
      });
      post({ kind: 'yield' });
      if ((await word) === 'refused') return false;
      if (leading) return true;
      stopWaiting();
      request({ steal: true });
      return true;
    },
    resign: () => {
      work = null;
      stopWaiting();
      release();
    },
    publish: (state) => post({ kind: 'state', state }),
    command: (command) => post({ kind: 'command', command }),
    announceRelease: () => post({ kind: 'released' }),
  };
};
