import JsSIP from 'jssip';
import type { RTCSession } from 'jssip/lib/RTCSession.d.ts';
import type { Phone } from '../../agents/schemas.ts';
import { markAnswered, markAudio } from './measure.ts';
import { watchMedia } from './media-watch.ts';
import type { PhoneEvent } from './phone-state.ts';
import { TicketSocket } from './ticket-socket.ts';

/**
 * Our small interface over the SIP library, so that it can be swapped: register, answer, hang up, mute, hold, keys. One instance is
 * one sign-in with one secret. Established calls survive the loss of the socket; the socket is put up again for ever.
 */
export interface SipPhone {
  start: () => void;
  stop: () => void;
  call: (target: string) => void;
  answer: (id: string) => void;
  hangUp: (id: string) => void;
  mute: (id: string, on: boolean) => void;
  hold: (id: string, on: boolean) => void;
  dtmf: (id: string, tone: string) => void;
  /** Asks the switch whether it still knows the call; one that it does not know is ended here too. */
  probe: (id: string) => void;
  /** Puts another microphone under a running call. */
  replaceMicrophone: (stream: MediaStream) => void;
  streams: (id: string) => { local: MediaStream | null; remote: MediaStream | null };
  retryNow: () => void;
}

export interface SipPhoneParts {
  phone: Phone;
  /** The newest ticket; asked for at each connection, because the first one expires during a shift. */
  latestTicket: () => string;
  /**
   * The warm microphone, or silence where there is none: the call is then answered listening only. Silence is sound too; a switch
   * that receives no packet for six seconds takes the leg for dead.
   */
  microphone: () => MediaStream;
  emit: (event: PhoneEvent) => void;
  onRemoteStream: (id: string, stream: MediaStream) => void;
  /** The switch refused our secret: sign in again for a new one. */
  onRefused: () => void;
}

/** Register within this time after the socket opens, or the REGISTER fell into a booting switch and the library would wait 32 s. */
const REGISTER_WITHIN_MS = 5_000;
const REGISTER_AGAIN_AFTER_MS = 1_000;
/** Candidates that come within this time of the first are taken along; host candidates all do. */
const GATHER_MS = 50;
/** A hang-up pressed while the line is lost waits this long for it: a BYE into nothing would leave the citizen in silence. */
const HANG_UP_WAITS_MS = 4_000;
const HEADER = 'X-Hotline-Call';
/** On the ring of a call that this agent has dialled. */
const DIALLED_HEADER = 'X-Hotline-Dial';
const CALL_OPTIONS = { pcConfig: { iceServers: [] }, mediaConstraints: { audio: true, video: false } };

interface Line {
  session: RTCSession;
  local: MediaStream | null;
  remote: MediaStream | null;
  stopWatching: () => void;
  /** Hang up as soon as the line is back. */
  leaving: boolean;
}

/** What the library can do but does not say in its types. */
interface InDialog {
  sendRequest: (
    method: string,
    options: { extraHeaders: string[]; eventHandlers: { onDialogError: (response?: { status_code?: number }) => void } },
  ) => void;
  contact: string;
}

export const createSipPhone = (parts: SipPhoneParts): SipPhone => {
  const { phone, emit } = parts;
  const lines = new Map<string, Line>();
  const address = (): string => {
    const url = new URL(phone.relayUrl, location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    url.searchParams.set('t', parts.latestTicket());
    return url.href;
  };
  const socket = new TicketSocket(address);
  const agent = new JsSIP.UA({
    sockets: [socket],
    uri: phone.sipUri,
    authorization_user: phone.extension,
    password: phone.secret,
    register: true,
    register_expires: 120,
    session_timers: false,
    connection_recovery_min_interval: 1,
    connection_recovery_max_interval: 2,
    no_answer_timeout: 120,
    user_agent: 'hotline console',
  });
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let lineWasLost = false;

  const gatherQuickly = (session: RTCSession): void => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    session.on('icecandidate', (event: { ready: () => void }) => {
      timer ??= setTimeout(() => event.ready(), GATHER_MS);
    });
    session.on('sdp', () => {
      clearTimeout(timer);
      timer = undefined;
    });
  };

  const attachPeer = (id: string, line: Line, peer: RTCPeerConnection): void => {
    peer.addEventListener('track', (event) => {
      line.remote = event.streams[0] ?? new MediaStream([event.track]);
      parts.onRemoteStream(id, line.remote);
    });
    line.stopWatching();
    line.stopWatching = watchMedia(peer, {
      held: () => line.session.isOnHold().local,
      report: (media) => emit({ type: 'session.changed', id, change: { media } }),
    });
  };

  const end = (id: string): void => {
    const line = lines.get(id);
    if (!line) return;
    lines.delete(id);
    line.stopWatching();
    for (const track of line.local?.getTracks() ?? []) track.stop();
    emit({ type: 'session.ended', id, at: Date.now() });
  };

  /**
   * After the line was lost the switch still writes to the old wire, and a BYE sent meanwhile never came. UPDATE is the one request
   * that cures both: it tells the switch our new address, and 481 tells us that the call is gone.
   */
  const probe = (id: string): void => {
    const session = lines.get(id)?.session;
    if (!session?.isEstablished() || !agent.isConnected()) return;
    const dialog = session as unknown as InDialog;
    dialog.sendRequest(JsSIP.C.UPDATE, {
      extraHeaders: [`Contact: ${dialog.contact}`],
      eventHandlers: {
        onDialogError: (response) => {
          if (response?.status_code === 481 && !session.isEnded()) session.terminate();
        },
      },
    });
  };

  /** The offer of a ring died with the wire it came on: the switch has gone on to the next agent. */
  const endRings = (): void => {
    for (const { session } of lines.values()) if (session.isInProgress() && session.direction === 'incoming') session.terminate();
  };

  const takeUpCalls = (): void => {
    for (const [id, line] of lines) {
      if (line.leaving) line.session.terminate();
      else probe(id);
    }
  };

  const hangUp = (id: string): void => {
    const line = lines.get(id);
    if (!line || line.session.isEnded()) return;
    if (agent.isConnected() || line.leaving) {
      line.session.terminate();
      return;
    }
    line.leaving = true;
    setTimeout(() => {
      if (!line.session.isEnded()) line.session.terminate();
    }, HANG_UP_WAITS_MS);
  };

  const follow = (
    session: RTCSession,
    from: { incoming: boolean; channelId: string | null; dialled: boolean },
    local: MediaStream | null,
  ): void => {
    const { incoming, channelId, dialled } = from;
    const id = session.id;
    const line: Line = { session, local, remote: null, stopWatching: () => {}, leaving: false };
    lines.set(id, line);
    gatherQuickly(session);
    if (session.connection) attachPeer(id, line, session.connection);
    session.on('peerconnection', (event: { peerconnection: RTCPeerConnection }) => attachPeer(id, line, event.peerconnection));
    const talking = (): void => {
      markAudio('confirmedAt');
      emit({ type: 'session.changed', id, change: { phase: 'talking', answeredAt: Date.now() } });
    };
    if (incoming) session.on('accepted', talking);
    else session.on('confirmed', talking);
    session.on('ended', () => end(id));
    session.on('failed', () => end(id));
    session.on('muted', () => emit({ type: 'session.changed', id, change: { muted: true } }));
    session.on('unmuted', () => emit({ type: 'session.changed', id, change: { muted: false } }));
    const holdChanged = (): void => emit({ type: 'session.changed', id, change: { held: session.isOnHold().local } });
    session.on('hold', holdChanged);
    session.on('unhold', holdChanged);
    emit({
      type: 'session.new',
      session: {
        id,
        channelId,
        dialled,
        phase: incoming ? 'ringing' : 'answering',
        fromNumber: session.remote_identity?.uri?.user ?? '',
        startedAt: Date.now(),
        answeredAt: null,
        muted: false,
        held: false,
        media: 'none',
      },
    });
  };

  agent.on('connecting', () => emit({ type: 'line', line: agent.isRegistered() ? 'registered' : 'connecting', at: Date.now() }));
  agent.on('connected', () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => socket.bounce(), REGISTER_WITHIN_MS);
  });
  agent.on('disconnected', () => {
    clearTimeout(watchdog);
    if (stopped) return;
    lineWasLost = true;
    endRings();
    emit({ type: 'line', line: 'lost', at: Date.now() });
  });
  agent.on('registered', () => {
    clearTimeout(watchdog);
    emit({ type: 'line', line: 'registered', at: Date.now() });
    if (lineWasLost) takeUpCalls();
    lineWasLost = false;
  });
  agent.on('registrationFailed', (event: { response?: { status_code?: number } | null }) => {
    clearTimeout(watchdog);
    if (stopped) return;
    emit({ type: 'line', line: 'lost', at: Date.now() });
    const status = event.response?.status_code ?? 0;
    if (status === 401 || status === 403 || status === 404) parts.onRefused();
    clearTimeout(again);
    again = setTimeout(() => {
      if (!stopped && agent.isConnected()) agent.register();
    }, REGISTER_AGAIN_AFTER_MS);
  });
  agent.on(
    'newRTCSession',
    (event: { originator: string; session: RTCSession; request: { getHeader: (name: string) => string | undefined } }) => {
      if (event.originator !== 'remote') return;
      const channelId = event.request.getHeader(HEADER)?.trim() || null;
      const dialled = event.request.getHeader(DIALLED_HEADER) !== undefined;
      follow(event.session, { incoming: true, channelId, dialled }, null);
      // The library is still inside its own event; answering there would find the session unfinished.
      if (dialled) queueMicrotask(() => answer(event.session.id));
    },
  );

  const answer = (id: string): void => {
    const line = lines.get(id);
    if (!line?.session.isInProgress() || line.local) return;
    markAnswered();
    emit({ type: 'session.changed', id, change: { phase: 'answering', media: 'connecting' } });
    line.local = parts.microphone().clone();
    line.session.answer({ ...CALL_OPTIONS, mediaStream: line.local });
  };

  return {
    start: () => {
      emit({ type: 'line', line: 'connecting', at: Date.now() });
      agent.start();
    },
    stop: () => {
      stopped = true;
      clearTimeout(watchdog);
      clearTimeout(again);
      agent.stop();
      for (const id of [...lines.keys()]) end(id);
      emit({ type: 'line', line: 'off', at: Date.now() });
    },
    call: (target) => {
      markAnswered();
      const local = parts.microphone().clone();
      const session = agent.call(target, { ...CALL_OPTIONS, mediaStream: local });
      follow(session, { incoming: false, channelId: null, dialled: false }, local);
    },
    answer,
    hangUp,
    probe,
    mute: (id, on) => {
      const session = lines.get(id)?.session;
      if (on) session?.mute({ audio: true });
      else session?.unmute({ audio: true });
    },
    hold: (id, on) => {
      // A re-INVITE into a lost line fails, and the library ends a call whose re-INVITE fails.
      if (!agent.isConnected()) return;
      const session = lines.get(id)?.session;
      if (on) session?.hold();
      else session?.unhold();
    },
    dtmf: (id, tone) => lines.get(id)?.session.sendDTMF(tone, { transportType: JsSIP.C.DTMF_TRANSPORT.RFC2833, duration: 120 }),
    replaceMicrophone: (stream) => {
      for (const line of lines.values()) {
        const fresh = stream.clone();
        const track = fresh.getAudioTracks()[0];
        const sender = line.session.connection?.getSenders().find((candidate) => candidate.track?.kind === 'audio' || !candidate.track);
        if (!track || !sender) continue;
        track.enabled = !line.session.isMuted().audio && !line.session.isOnHold().local;
        void sender.replaceTrack(track);
        for (const old of line.local?.getTracks() ?? []) old.stop();
        line.local = fresh;
      }
    },
    streams: (id) => ({ local: lines.get(id)?.local ?? null, remote: lines.get(id)?.remote ?? null }),
    retryNow: () => socket.bounce(),
  };
};
