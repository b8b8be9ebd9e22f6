import type { Phone } from '../../agents/schemas.ts';
import { api } from '../api/endpoints.ts';
import { settings } from '../app/settings.ts';
import { createStore, type Store } from '../ui/store.ts';
import { createLeadership, type Leadership, type PhoneCommand } from './leader.ts';
import { initialPhoneState, type PhoneEvent, type PhoneState, reducePhone } from './phone-state.ts';
import type { SipPhone } from './sip-phone.ts';
import { createLevelMeter, type LevelMeter, openMicrophone, playRemote } from './sound.ts';

/** The page's telephone as the desk uses it: whichever tab holds it, the same commands work in all of them. */
export interface PhoneController {
  state: Store<PhoneState>;
  /** Claims the telephone for this browser; in a second tab it mirrors the first until that one closes. */
  claim: (staffId: number) => void;
  release: () => void;
  command: (command: PhoneCommand) => void;
  /** Answers the ring of this channel now, or as soon as its INVITE is here (the card may come first). */
  answerChannel: (channelId: string) => void;
  refreshMicrophone: () => Promise<void>;
  levels: () => { citizen: number; agent: number };
  reconnectNow: () => void;
  hasLeader: () => boolean;
}

/** A ticket lives for half an hour or more; renewed this often it is good for a long outage at any moment. */
const RENEW_TICKET_EVERY_MS = 10 * 60_000;
const SIGN_IN_AGAIN_AFTER_MS = 2_000;
/** An answer pressed before the INVITE came is worth this long: later it would answer another ring. */
const EARLY_ANSWER_MS = 3_000;

export const createPhoneController = (on: { signedIn: () => void; signInFailed: (error: unknown) => void }): PhoneController => {
  const state = createStore<PhoneState>(initialPhoneState);
  let leadership: Leadership | null = null;
  let sip: SipPhone | null = null;
  let microphone: MediaStream | null = null;
  let meters: { citizen: LevelMeter | null; agent: LevelMeter | null } = { citizen: null, agent: null };
  let ticket = '';
  let renewal: ReturnType<typeof setInterval> | undefined;
  let early: { channelId: string; until: number } | null = null;
  let stopLeading: () => void = () => {};
  let signingInAgain = false;

  const emit = (event: PhoneEvent): void => {
    state.set((previous) => reducePhone(previous, event));
    if (state.get().role === 'leader') leadership?.publish(state.get());
    if (event.type === 'session.new' && early && early.channelId === event.session.channelId && early.until > Date.now()) {
      early = null;
      // The library is still inside its own event; answering there would find the session unfinished.
      queueMicrotask(() => sip?.answer(event.session.id));
    }
    if (event.type === 'session.ended') stopMeters();
    if (event.type === 'session.changed' && event.change.phase === 'talking') startMeters(event.id);
  };

  const stopMeters = (): void => {
    meters.citizen?.stop();
    meters.agent?.stop();
    meters = { citizen: null, agent: null };
  };

  const startMeters = (id: string): void => {
    stopMeters();
    const { local, remote } = sip?.streams(id) ?? { local: null, remote: null };
    meters = { citizen: remote ? createLevelMeter(remote) : null, agent: local ? createLevelMeter(local) : null };
  };

  const refreshMicrophone = async (): Promise<void> => {
    const opened = await openMicrophone();
    if ('problem' in opened) {
      emit({ type: 'microphone', microphone: opened.problem });
      return;
    }
    for (const track of microphone?.getTracks() ?? []) track.stop();
    microphone = opened.stream;
    const [track] = microphone.getAudioTracks();
    // Unplugged headset: the track ends by itself, and the citizen hears nothing from then on.
    if (track) track.onended = () => emit({ type: 'microphone', microphone: 'missing' });
    emit({ type: 'microphone', microphone: 'ok' });
    sip?.replaceMicrophone(microphone);
    for (const session of state.get().sessions) if (session.phase === 'talking') startMeters(session.id);
  };

  const run = (command: PhoneCommand): void => {
    if (!sip) return;
    if (command.do === 'answer') sip.answer(command.id);
    else if (command.do === 'hangUp') sip.hangUp(command.id);
    else if (command.do === 'mute') sip.mute(command.id, command.on);
    else if (command.do === 'hold') sip.hold(command.id, command.on);
    else sip.dtmf(command.id, command.tone);
  };

  const startSip = async (phone: Phone): Promise<void> => {
    const { createSipPhone } = await import('./sip-phone.ts');
    ticket = phone.ticket;
    sip?.stop();
    sip = createSipPhone({
      phone,
      latestTicket: () => ticket,
      microphone: () => microphone,
      emit,
      onRemoteStream: (id, stream) => {
        playRemote(stream);
        if (state.get().sessions.find((session) => session.id === id)?.phase === 'talking') startMeters(id);
      },
      onRefused: () => void signInAgain(),
    });
    sip.start();
  };

  const signIn = async (): Promise<void> => {
    const signedIn = await api.signIn({ device: 'browser' });
    if (signedIn.phone) await startSip(signedIn.phone);
    on.signedIn();
  };

  /** Only without a live call: a new secret needs a new phone, and that would end the call. */
  const signInAgain = async (): Promise<void> => {
    if (signingInAgain || state.get().role !== 'leader' || state.get().sessions.length > 0) return;
    signingInAgain = true;
    await new Promise((resolve) => setTimeout(resolve, SIGN_IN_AGAIN_AFTER_MS));
    await signIn().catch(on.signInFailed);
    signingInAgain = false;
  };

  const renewTicket = (): void => {
    void api
      .ticket()
      .then((fresh) => {
        ticket = fresh.ticket;
      })
      .catch(() => {}); // the old one lives on; the next renewal is soon
  };

  const lead = async (released: Promise<void>): Promise<void> => {
    emit({ type: 'role', role: 'leader' });
    emit({ type: 'line', line: 'connecting', at: Date.now() });
    const prepared = refreshMicrophone();
    void import('./sip-phone.ts');
    await signIn().catch(on.signInFailed);
    await prepared;
    renewal = setInterval(renewTicket, RENEW_TICKET_EVERY_MS);
    await Promise.race([
      released,
      new Promise<void>((resolve) => {
        stopLeading = resolve;
      }),
    ]);
    clearInterval(renewal);
    sip?.stop();
    sip = null;
    for (const track of microphone?.getTracks() ?? []) track.stop();
    microphone = null;
    state.set(initialPhoneState);
  };

  const watchDevices = (): void => {
    navigator.mediaDevices?.addEventListener('devicechange', () => {
      if (state.get().role === 'leader' && state.get().microphone !== 'ok') void refreshMicrophone();
    });
    let chosen = settings.get().microphoneId;
    settings.subscribe(() => {
      if (settings.get().microphoneId === chosen) return;
      chosen = settings.get().microphoneId;
      if (state.get().role === 'leader') void refreshMicrophone();
    });
  };
  watchDevices();

  const leaderCommand = (command: PhoneCommand): void => {
    if (state.get().role === 'leader') run(command);
    else leadership?.command(command);
  };

  return {
    state,
    claim: (staffId) => {
      leadership ??= createLeadership(String(staffId), {
        state: (mirrored) => {
          if (state.get().role !== 'leader') emit({ type: 'mirrored', state: mirrored });
        },
        command: (command) => {
          if (state.get().role === 'leader') run(command);
        },
        asked: () => {
          if (state.get().role === 'leader') leadership?.publish(state.get());
        },
      });
      if (state.get().role === 'none') emit({ type: 'role', role: 'follower' });
      leadership.whenLeading(lead);
    },
    release: () => {
      stopLeading();
      leadership?.resign();
      state.set(initialPhoneState);
    },
    command: leaderCommand,
    answerChannel: (channelId) => {
      const session = state.get().sessions.find((candidate) => candidate.channelId === channelId);
      if (session) leaderCommand({ do: 'answer', id: session.id });
      else early = { channelId, until: Date.now() + EARLY_ANSWER_MS };
    },
    refreshMicrophone,
    levels: () => ({ citizen: meters.citizen?.read() ?? 0, agent: meters.agent?.read() ?? 0 }),
    reconnectNow: () => sip?.retryNow(),
    hasLeader: () => state.get().role === 'leader',
  };
};
