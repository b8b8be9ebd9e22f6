import type { Board } from '../../board/schemas.ts';
import type { ClientFrame, Picture, Pictures, PUSH_PROTOCOL } from '../../push/frames.ts';
import type { SurveysView } from '../../surveys/schemas.ts';
import { createStore, type Store } from '../ui/store.ts';
import { initialPushState, type PushAction, type PushState, parseFrame, reconnectDelayMs, reducePush } from './protocol.ts';

const PROTOCOL: typeof PUSH_PROTOCOL = 'hotline.v1';
/** The service answers each ping with `resumed`, so a frozen service shows itself within this and the patience below. */
const PING_EVERY_MS = 5_000;
/** A socket that does not open and speak in this time is a service that hangs: treat it as gone and try again. */
const OPEN_WITHIN_MS = 6_000;
/** Must be shorter than the time between pings, or each ping would renew the patience with a service that never answers. */
const ANSWER_WITHIN_MS = 4_000;

export interface PushClient {
  state: Store<PushState>;
  /** The picture as last pushed, while somebody watches it. */
  pictures: { [P in Picture]: Store<Pictures[P] | null> };
  /** Begins to watch a picture; a page watches one at a time. @returns the end of it */
  watch: (what: Picture) => () => void;
  start: () => void;
  stop: () => void;
  reconnectNow: () => void;
  signedInAgain: () => void;
}

/** One WebSocket to the service that is put up again for ever. All judgement is in protocol.ts; here are only the effects. */
export const createPushClient = (url: () => string): PushClient => {
  const state = createStore<PushState>(initialPushState);
  let socket: WebSocket | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let ping: ReturnType<typeof setInterval> | undefined;
  let patience: ReturnType<typeof setTimeout> | undefined;
  let running = false;
  const pictures = { board: createStore<Board | null>(null), surveys: createStore<SurveysView | null>(null) };
  let watching: Picture | null = null;

  const dispatch = (action: PushAction): void => state.set((previous) => reducePush(previous, action));
  const send = (frame: ClientFrame): void => socket?.send(JSON.stringify(frame));

  const drop = (): void => {
    clearInterval(ping);
    clearTimeout(patience);
    const dropped = socket;
    socket = null;
    if (dropped) {
      dropped.onopen = dropped.onmessage = dropped.onclose = dropped.onerror = null;
      dropped.close();
    }
  };

  const lost = (): void => {
    drop();
    if (!running || state.get().sessionEnded) return;
    const wait = reconnectDelayMs(state.get().attempt, Math.random());
    dispatch({ type: 'closed', at: Date.now(), nextAttemptAt: Date.now() + wait });
    clearTimeout(retry);
    retry = setTimeout(connect, wait);
  };

  const receive = (text: string): void => {
    const frame = parseFrame(text);
    if (!frame) return;
    if (frame.t === 'hello' || frame.t === 'resumed') clearTimeout(patience);
    if (frame.t === 'board') {
      if (watching === 'board') pictures.board.set(frame.board);
      return;
    }
    if (frame.t === 'surveys') {
      if (watching === 'surveys') pictures.surveys.set(frame.surveys);
      return;
    }
    dispatch({ type: 'frame', frame, at: Date.now() });
    if (state.get().needsResume || (frame.t === 'ended' && frame.reason === 'service_closing')) lost();
    if (state.get().sessionEnded) drop();
  };

  const connect = (): void => {
    drop();
    if (!running) return;
    dispatch({ type: 'connecting' });
    const opening = new WebSocket(url(), PROTOCOL);
    socket = opening;
    patience = setTimeout(lost, OPEN_WITHIN_MS);
    opening.onopen = () => {
      const { epoch, seq } = state.get();
      send({ v: 1, t: 'resume', epoch, seq });
      if (watching) send({ v: 1, t: 'watch', what: watching });
      ping = setInterval(() => {
        send({ v: 1, t: 'ping' });
        clearTimeout(patience);
        patience = setTimeout(lost, ANSWER_WITHIN_MS);
      }, PING_EVERY_MS);
    };
    opening.onmessage = (message) => receive(String(message.data));
    opening.onclose = lost;
    opening.onerror = lost;
  };

  const reconnectNow = (): void => {
    clearTimeout(retry);
    connect();
  };

  const say = (what: Picture | 'nothing'): void => {
    if (socket?.readyState === WebSocket.OPEN) send({ v: 1, t: 'watch', what });
  };

  return {
    state,
    pictures,
    watch: (what) => {
      watching = what;
      say(what);
      return () => {
        pictures[what].set(null);
        // The page that comes next may watch another already.
        if (watching !== what) return;
        watching = null;
        say('nothing');
      };
    },
    start: () => {
      if (running) return;
      running = true;
      window.addEventListener('online', reconnectNow);
      connect();
    },
    stop: () => {
      running = false;
      window.removeEventListener('online', reconnectNow);
      clearTimeout(retry);
      drop();
      state.set(initialPushState);
    },
    reconnectNow,
    signedInAgain: () => {
      dispatch({ type: 'signed_in_again' });
      if (running) reconnectNow();
    },
  };
};
