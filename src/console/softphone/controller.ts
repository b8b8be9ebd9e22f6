import type { AgentView, Phone } from '../../agents/schemas.ts';
import { isAway } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { settings } from '../app/settings.ts';
import { createStore, type Store } from '../ui/store.ts';
import { createLeadership, type Leadership, type PhoneCommand } from './leader.ts';
import { createMicrophone } from './microphone.ts';
import { initialPhoneState, type PhoneEvent, type PhoneState, reducePhone } from './phone-state.ts';
import type { SipPhone } from './sip-phone.ts';
import { applySpeaker, createLevelMeter, type LevelMeter, playRemote, silence, unlockSound } from './sound.ts';

/** The page's telephone as the desk uses it: whichever tab holds it, the same commands work in all of them. */
export interface PhoneController {
  state: Store<PhoneState>;
  /** Claims the telephone for this browser; in a second tab it mirrors the first until that one closes or gives it away. */
  claim: (staffId: number) => void;
  /** Takes the telephone from another tab or another computer. False: the other tab is in a call and keeps it. */
  takeOver: (staffId: number) => Promise<boolean>;
  /** Signed out by hand: all tabs of this browser let go. */
  release: () => void;
  /** What the service says of this person; after a reload the telephone is taken up again without being asked. */
  follow: (agent: AgentView) => void;
  /** Channels whose calls the service believes in, told when they change; a call of ours that is not among them is asked about. */
  believe: (channelIds: readonly string[]) => void;
  command: (command: PhoneCommand) => void;
  answerChannel: (channelId: string) => void;
  refreshMicrophone: () => Promise<void>;
  levels: () => { citizen: number; agent: number };
  reconnectNow: () => void;
  hasLeader: () => boolean;
}

export interface PhoneListeners {
  signedIn: () => void;
  signInFailed: (error: unknown) => void;
  /** The microphone went and another one took its place. */
  microphoneChanged: (label: string) => void;
}

/** A ticket lives for half an hour or more; renewed this often it is good for a long outage at any moment. */
const RENEW_TICKET_EVERY_MS = 10 * 60_000;
const SIGN_IN_AGAIN_AFTER_MS = 2_000;
/** An answer pressed before the INVITE came is worth this long: later it would answer another ring. */
const EARLY_ANSWER_MS = 3_000;
/** The news of a call and its INVITE travel on two wires; only after this long is a missing one worth a question. */
const NEWS_LAGS_MS = 2_000;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const createPhoneController = (on: PhoneListeners): PhoneController => {
  const state = createStore<PhoneState>(initialPhoneState);
  let leadership: Leadership | null = null;
  let sip: SipPhone | null = null;
  let meters: { citizen: LevelMeter | null; agent: LevelMeter | null } = { citizen: null, agent: null };
  let ticket = '';
  let early: { channelId: string; until: number } | null = null;
  let stopLeading: () => void = () => {};
  let signingInAgain = false;
  /** Whether the person asked for the telephone, or the page took it up by itself. */
  let byHand = false;
  /** Signed out here; the service's older news must not sign this person in again. */
  let letGo = false;
  let knownSignedIn = false;
  let doubtedAt = 0;
  let agentNow: AgentView | null = null;

  const leads = (): boolean => state.get().role === 'leader';

  const emit = (event: PhoneEvent): void => {
    state.set((previous) => reducePhone(previous, event));
    if (leads()) leadership?.publish(state.get());
    if (event.type === 'session.new' && early && early.channelId === event.session.channelId && early.until > Date.now()) {
      early = null;
      // The library is still inside its own event; answering there would find the session unfinished.
      queueMicrotask(() => sip?.answer(event.session.id));
    }
    if (event.type === 'session.ended') {
      stopMeters();
      if (state.get().sessions.length === 0) playRemote(null);
    }
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

  const microphone = createMicrophone({
    changed: (now, stream) => {
      emit({ type: 'microphone', microphone: now });
      sip?.replaceMicrophone(stream ?? silence());
      for (const session of state.get().sessions) if (session.phase === 'talking') startMeters(session.id);
    },
    replaced: on.microphoneChanged,
  });

  const answerChannel = (channelId: string): void => {
    const session = state.get().sessions.find((candidate) => candidate.channelId === channelId);
    if (session) sip?.answer(session.id);
    else early = { channelId, until: Date.now() + EARLY_ANSWER_MS };
  };

  const run = (command: PhoneCommand): void => {
    if (!sip) return;
    if (command.do === 'answer') sip.answer(command.id);
    else if (command.do === 'answerChannel') answerChannel(command.channelId);
    else if (command.do === 'hangUp') sip.hangUp(command.id);
    else if (command.do === 'mute') sip.mute(command.id, command.on);
    else if (command.do === 'hold') sip.hold(command.id, command.on);
    else sip.dtmf(command.id, command.tone);
  };

  const startSip = async (phone: Phone): Promise<void> => {
    const { createSipPhone } = await import('./sip-phone.ts');
    if (!leads()) return;
    ticket = phone.ticket;
    sip?.stop();
    sip = createSipPhone({
      phone,
      latestTicket: () => ticket,
      microphone: () => microphone.stream() ?? silence(),
      emit,
      onRemoteStream: (id, stream) => {
        playRemote(stream);
        if (state.get().sessions.find((session) => session.id === id)?.phase === 'talking') startMeters(id);
      },
      onRefused: () => void refused(),
    });
    sip.start();
  };

  const signIn = async (): Promise<void> => {
    // A tab that inherits the telephone must not undo a sign-out that is on its way to it.
    if (!byHand && (await api.desk()).agent.state === 'signed_out') return letGoHere('none');
    const signedIn = await api.signIn({ device: 'browser' });
    if (signedIn.phone) await startSip(signedIn.phone);
    on.signedIn();
  };

  /** A service that is away is asked again; one that says no is believed. */
  const signInPatiently = async (): Promise<void> => {
    while (leads()) {
      try {
        await signIn();
        return;
      } catch (error) {
        on.signInFailed(error);
        if (!isAway(error)) return letGoHere('none');
        await wait(SIGN_IN_AGAIN_AFTER_MS);
      }
    }
  };

  /**
   * The switch no longer knows our secret. Either it lost it (restarted together with the service), then nobody is registered and we
   * sign in again; or another computer signed in with this extension and is registered, then we let it be: two pages that took the
   * telephone from each other would both be useless. Never during a call: a new secret needs a new telephone, which would end it.
   */
  const refused = async (): Promise<void> => {
    if (signingInAgain || !leads() || state.get().sessions.length > 0) return;
    signingInAgain = true;
    await wait(SIGN_IN_AGAIN_AFTER_MS);
    // A switch that has just been born knows no telephone until it is told again: one it took meanwhile is ours as before.
    const isBack = state.get().line === 'registered';
    if (!isBack && leads() && agentNow?.state === 'signed_out') letGoHere('none');
    else if (!isBack && leads() && agentNow && agentNow.state !== 'device_lost') letGoHere('elsewhere');
    else if (!isBack) await signInPatiently();
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

  /** Where this tab stands once it no longer leads. */
  const after: { role: PhoneState['role'] } = { role: 'follower' };

  const lead = async (released: Promise<void>): Promise<void> => {
    emit({ type: 'leading', at: Date.now() });
    after.role = 'follower';
    knownSignedIn = false;
    const stopped = new Promise<void>((resolve) => {
      stopLeading = resolve;
    });
    void unlockSound();
    const prepared = microphone.open();
    void import('./sip-phone.ts');
    void signInPatiently();
    await prepared;
    const renewal = setInterval(renewTicket, RENEW_TICKET_EVERY_MS);
    await Promise.race([released, stopped]);
    clearInterval(renewal);
    sip?.stop();
    sip = null;
    stopMeters();
    microphone.close();
    early = null;
    if (leads()) state.set({ ...initialPhoneState, role: after.role });
  };

  const letGoHere = (role: 'none' | 'elsewhere'): void => {
    letGo = role === 'none';
    after.role = role;
    leadership?.resign();
    stopLeading();
    if (!leads()) state.set({ ...initialPhoneState, role });
  };

  const watchDevices = (): void => {
    navigator.mediaDevices?.addEventListener('devicechange', () => {
      if (!leads()) return;
      applySpeaker();
      if (state.get().microphone !== 'ok') void microphone.open();
    });
    let chosen = settings.get();
    settings.subscribe(() => {
      const now = settings.get();
      if (now.speakerId !== chosen.speakerId) applySpeaker();
      if (now.microphoneId !== chosen.microphoneId && leads()) void microphone.open();
      chosen = now;
    });
  };
  watchDevices();

  const leadershipFor = (staffId: number): Leadership =>
    createLeadership(String(staffId), {
      state: (mirrored) => {
        if (!leads()) emit({ type: 'mirrored', state: mirrored });
      },
      command: (command) => {
        if (leads()) run(command);
      },
      asked: () => {
        if (leads()) leadership?.publish(state.get());
      },
      mayYield: () => state.get().sessions.length === 0,
      released: () => letGoHere('none'),
    });

  const claim = (staffId: number, asked: boolean): void => {
    letGo = false;
    byHand = asked;
    leadership ??= leadershipFor(staffId);
    if (!leads()) emit({ type: 'role', role: 'follower' });
    leadership.whenLeading(lead);
  };

  const command = (wanted: PhoneCommand): void => {
    if (leads()) run(wanted);
    else leadership?.command(wanted);
  };

  return {
    state,
    claim: (staffId) => claim(staffId, true),
    takeOver: async (staffId) => {
      if (state.get().role === 'follower') return (await leadership?.takeOver()) ?? false;
      claim(staffId, true);
      return true;
    },
    release: () => {
      leadership?.announceRelease();
      letGoHere('none');
    },
    follow: (agent) => {
      agentNow = agent;
      const { role } = state.get();
      if (agent.state === 'signed_out') {
        // Signed out by a team leader, or in another place.
        if (role === 'elsewhere' || (role !== 'none' && knownSignedIn)) letGoHere('none');
        knownSignedIn = false;
        letGo = false;
        return;
      }
      if (role === 'leader' || role === 'follower') knownSignedIn = true;
      if (role === 'none' && !letGo && agent.device === 'browser') claim(agent.staffId, false);
    },
    believe: (channelIds) => {
      const now = Date.now();
      if (now - doubtedAt < NEWS_LAGS_MS) return;
      for (const { id, phase, channelId, answeredAt } of state.get().sessions) {
        if (phase !== 'talking' || now - (answeredAt ?? 0) < NEWS_LAGS_MS || channelIds.includes(channelId ?? '')) continue;
        doubtedAt = now;
        sip?.probe(id);
      }
    },
    command,
    answerChannel: (channelId) => command({ do: 'answerChannel', channelId }),
    refreshMicrophone: () => microphone.open(),
    levels: () => ({ citizen: meters.citizen?.read() ?? 0, agent: meters.agent?.read() ?? 0 }),
    reconnectNow: () => sip?.retryNow(),
    hasLeader: leads,
  };
};
