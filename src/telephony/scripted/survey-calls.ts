import type { Clock } from '../../core/clock.ts';
import { HotlineError } from '../../core/errors.ts';
import type { ChannelId } from '../../core/ids.ts';
import type { SurveyCallEvent, SurveyCalls } from '../port.ts';

/** One survey call as the pretended switch holds it. */
export interface ScriptedSurvey {
  channelId: ChannelId;
  number: string;
  callerNumber: string;
  answered: boolean;
  /** Name and sounds of the sentence that is being said. */
  playing: { play: string; sounds: readonly string[] } | null;
  recording: string | null;
  renewals: number;
  inQueue: boolean;
}

/** What a test makes the citizen and the carrier do. */
export interface SurveyScripting {
  /** Calls that are under way, oldest first. */
  calls(): readonly ScriptedSurvey[];
  /** Every call that was ever asked for. */
  dialled(): readonly { channelId: ChannelId; number: string }[];
  ring(channelId: ChannelId): void;
  answer(channelId: ChannelId): void;
  press(channelId: ChannelId, digit: string): void;
  /** The sentence that is being said comes to its end. */
  finishPlaying(channelId: ChannelId): void;
  finishRecording(channelId: ChannelId, whole?: boolean): void;
  end(channelId: ChannelId, about?: { cause?: number; sip?: number | null }): void;
  lose(channelId: ChannelId): void;
  /** The next calls are refused so. */
  refuse(err: HotlineError | null): void;
}

/** Survey calls of a switch made of memory. */
export const createScriptedSurveys = (clock: Clock): { calls: SurveyCalls; scripting: SurveyScripting } => {
  const live = new Map<ChannelId, ScriptedSurvey>();
  const dialled: { channelId: ChannelId; number: string }[] = [];
  let listener: ((event: SurveyCallEvent) => void) | null = null;
  let refusal: HotlineError | null = null;
  const tell = (event: SurveyCallEvent): void => listener?.(event);
  const call = (channelId: ChannelId): ScriptedSurvey => {
    const found = live.get(channelId);
    if (!found) throw new HotlineError('telephony.refused', 'There is no such call', { answer: 'unknown channel' });
    return found;
  };
  const finishPlaying = (held: ScriptedSurvey): void => {
    if (!held.playing) return;
    const { play } = held.playing;
    held.playing = null;
    tell({ type: 'played', channelId: held.channelId, play, at: clock.now() });
  };
  const finishRecording = (held: ScriptedSurvey, whole: boolean): void => {
    if (held.recording === null) return;
    const recording = held.recording;
    held.recording = null;
    tell({ type: 'recorded', channelId: held.channelId, recording, whole, at: clock.now() });
  };
  const end = (channelId: ChannelId, cause: number, sip: number | null): void => {
    if (live.delete(channelId)) tell({ type: 'ended', channelId, cause, sip, at: clock.now() });
  };
  return {
    calls: {
      onEvent(next) {
        listener = next;
      },
      ready: () => true,
      async dial({ channelId, number, callerNumber }) {
        if (refusal) throw refusal;
        dialled.push({ channelId, number });
        const fresh = { answered: false, playing: null, recording: null, renewals: 0, inQueue: false };
        live.set(channelId, { channelId, number, callerNumber, ...fresh });
      },
      async renew(channelId) {
        call(channelId).renewals += 1;
      },
      async play(channelId, play, sounds) {
        call(channelId).playing = { play, sounds };
      },
      async stopPlaying(play) {
        for (const held of live.values()) if (held.playing?.play === play) finishPlaying(held);
      },
      async record(channelId, recording) {
        call(channelId).recording = recording;
      },
      async stopRecording(recording) {
        for (const held of live.values()) if (held.recording === recording) finishRecording(held, true);
      },
      async connectQueue(channelId) {
        call(channelId).inQueue = true;
      },
      async endCall(channelId) {
        end(channelId, 16, null);
      },
    },
    scripting: {
      calls: () => [...live.values()],
      dialled: () => dialled,
      ring: (channelId) => tell({ type: 'ringing', channelId: call(channelId).channelId, at: clock.now() }),
      answer(channelId) {
        call(channelId).answered = true;
        tell({ type: 'answered', channelId, at: clock.now() });
      },
      press: (channelId, digit) => tell({ type: 'key', channelId: call(channelId).channelId, digit, at: clock.now() }),
      finishPlaying: (channelId) => finishPlaying(call(channelId)),
      finishRecording: (channelId, whole = true) => finishRecording(call(channelId), whole),
      end: (channelId, { cause = 16, sip = null } = {}) => end(channelId, cause, sip),
      lose(channelId) {
        if (live.delete(channelId)) tell({ type: 'lost', channelId, at: clock.now() });
      },
      refuse(err) {
        refusal = err;
      },
    },
  };
};
