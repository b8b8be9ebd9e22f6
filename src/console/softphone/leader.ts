import type { PhoneState } from './phone-state.ts';

export type PhoneCommand =
  | { do: 'answer'; id: string }
  | { do: 'hangUp'; id: string }
  | { do: 'mute'; id: string; on: boolean }
  | { do: 'hold'; id: string; on: boolean }
  | { do: 'dtmf'; id: string; tone: string };

type Message = { kind: 'state'; state: PhoneState } | { kind: 'ask' } | { kind: 'command'; command: PhoneCommand };

export interface Leadership {
  /** Resolves in the tab that leads; the promise it returns ends the leadership. Other tabs wait their turn behind it. */
  whenLeading: (lead: (released: Promise<void>) => Promise<void>) => void;
  resign: () => void;
  publish: (state: PhoneState) => void;
  command: (command: PhoneCommand) => void;
}

/**
 * Two tabs with one telephone would both ring and both answer. The browser's own lock chooses one; when its tab closes or crashes the
 * lock passes on by itself, which no message between tabs could promise.
 */
export const createLeadership = (
  name: string,
  on: { state: (state: PhoneState) => void; command: (command: PhoneCommand) => void; asked: () => void },
): Leadership => {
  const channel = new BroadcastChannel(`hotline.phone.${name}`);
  let release: () => void = () => {};
  let waiting: AbortController | null = null;
  channel.onmessage = (event: MessageEvent<Message>) => {
    if (event.data.kind === 'state') on.state(event.data.state);
    else if (event.data.kind === 'command') on.command(event.data.command);
    else on.asked();
  };
  const post = (message: Message): void => channel.postMessage(message);
  return {
    whenLeading: (lead) => {
      if (waiting) return;
      waiting = new AbortController();
      post({ kind: 'ask' });
      void navigator.locks
        .request(`hotline.phone.${name}`, { signal: waiting.signal }, () => {
          const released = new Promise<void>((resolve) => {
            release = resolve;
          });
          return lead(released);
        })
        .catch(() => {}); // resigned while waiting
    },
    resign: () => {
      waiting?.abort();
      waiting = null;
      release();
    },
    publish: (state) => post({ kind: 'state', state }),
    command: (command) => post({ kind: 'command', command }),
  };
};
