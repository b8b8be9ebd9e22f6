import type { Clock } from '../../core/clock.ts';
import { HotlineError } from '../../core/errors.ts';
import type { ChannelId } from '../../core/ids.ts';
import { SURVEY_LEASE_MS, type SurveyCallEvent, type SurveyCalls } from '../port.ts';
import type { AmiMessage } from './ami-frames.ts';
import type { SwitchNode } from './node.ts';
import type { Stasis, StasisEvent } from './stasis.ts';

/** Where a survey call runs (dialplans/survey.conf). */
const CONTEXT = 'hotline-survey';
const LEASE = 'TIMEOUT(absolute)';
/** A switch that has not said how a call ended this long after its ringing must have, will not say it any more. */
const OVERDUE_MS = 5_000;
/** Q.850: network out of order. Nobody was rung: the trunk is not there. */
const OUT_OF_ORDER = 38;

interface Line {
  node: SwitchNode;
  stasis: Stasis;
}
interface LiveSurvey {
  line: Line;
  channel: string;
  answered: boolean;
  overdue: NodeJS.Timeout;
}

/** The carrier's status as the switch keeps it; 0 or nothing: none came. */
const sipOf = (message: AmiMessage): number | null => {
  const status = Number.parseInt(message.techcause ?? '', 10);
  return status >= 300 && status < 700 ? status : null;
};

const textOf = (value: unknown, field: string): string => {
  const found = value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[field] : undefined;
  return typeof found === 'string' ? found : '';
};

const fromStasis = (event: StasisEvent, at: Date): SurveyCallEvent | null => {
  const channelId = textOf(event.channel, 'id');
  switch (event.type) {
    case 'StasisStart':
      return { type: 'answered', channelId, at };
    case 'ChannelDtmfReceived':
      return { type: 'key', channelId, digit: typeof event.digit === 'string' ? event.digit : '', at };
    case 'PlaybackFinished': {
      const target = textOf(event.playback, 'target_uri').replace(/^channel:/, '');
      return { type: 'played', channelId: target, play: textOf(event.playback, 'id'), at };
    }
    case 'RecordingFinished':
    case 'RecordingFailed': {
      const target = textOf(event.recording, 'target_uri').replace(/^channel:/, '');
      return {
        type: 'recorded',
        channelId: target,
        recording: textOf(event.recording, 'name'),
        whole: event.type === 'RecordingFinished',
        at,
      };
    }
    default:
      return null;
  }
};

const checkSurveyChannel = (channelId: ChannelId): void => {
  if (!/^[A-Za-z0-9-]{1,60}$/.test(channelId)) throw new HotlineError('telephony.value_refused', 'Not a channel', { field: 'channelId' });
};
const checkDialled = (number: string): void => {
  if (!/^\+?\d{3,20}$/.test(number)) throw new HotlineError('telephony.value_refused', 'Not a telephone number', { field: 'number' });
};

/**
 * Survey calls on one or several nodes. How a call ends is told by AMI, which is there from the first packet on: ARI speaks of
 * a channel only once it is in the application, and a refused call never is. What is said and pressed is ARI's.
 */
export const createSurveyCalls = (options: { app: string; clock: Clock }) => {
  const { app, clock } = options;
  const lines: Line[] = [];
  const live = new Map<ChannelId, LiveSurvey>();
  let listener: ((event: SurveyCallEvent) => void) | null = null;

  const tell = (event: SurveyCallEvent): void => listener?.(event);
  const forget = (channelId: ChannelId): boolean => {
    clearTimeout(live.get(channelId)?.overdue);
    return live.delete(channelId);
  };
  const lose = (channelId: ChannelId): void => {
    if (forget(channelId)) tell({ type: 'lost', channelId, at: clock.now() });
  };
  const ready = (): Line | undefined => lines.find(({ node, stasis }) => node.status().up && stasis.connected());
  const lineOf = (channelId: ChannelId): Line => {
    const found = live.get(channelId);
    if (!found) throw new HotlineError('telephony.refused', 'There is no such call', { answer: 'unknown channel' });
    return found.line;
  };

  /** The way the duty phone is dialled too: the one set while running, else the first trunk. */
  const trunkOf = async (node: SwitchNode): Promise<string> => {
    const ask = async (variable: string): Promise<string> =>
      (await node.action({ Action: 'Getvar', Variable: variable }).catch(() => ({ value: '' }) as AmiMessage)).value ?? '';
    const trunk = (await ask('DB(hotline/trunk)')) || (await ask('HOTLINE_TRUNK'));
    if (!/^[\w-]{1,64}$/.test(trunk))
      throw new HotlineError('telephony.refused', 'The switch has no trunk to call through', { answer: 'no trunk' });
    return trunk;
  };

  const end = (channelId: ChannelId, cause: number, sip: number | null): void => {
    if (forget(channelId)) tell({ type: 'ended', channelId, cause, sip, at: clock.now() });
  };

  /** The order to call was refused before there was a channel: only the address that was dialled names it. */
  const originateFailed = (message: AmiMessage): void => {
    if (message.response !== 'Failure') return;
    for (const [channelId, call] of live)
      if (!call.answered && call.channel === message.channel && (message.uniqueid ?? '').startsWith('<'))
        end(channelId, OUT_OF_ORDER, null);
  };

  const calls: SurveyCalls = {
    onEvent(next) {
      listener = next;
    },
    ready: () => ready() !== undefined,
    async dial({ channelId, number, callerNumber, ringMs }) {
      checkSurveyChannel(channelId);
      checkDialled(number);
      checkDialled(callerNumber);
      const line = ready();
      if (!line) throw new HotlineError('telephony.unavailable', 'There is no switch to call through');
      const channel = `PJSIP/${number}@${await trunkOf(line.node)}`;
      const overdue = setTimeout(() => lose(channelId), ringMs + OVERDUE_MS);
      live.set(channelId, { line, channel, answered: false, overdue });
      try {
        await line.node.action({
          Action: 'Originate',
          Channel: channel,
          ChannelId: channelId,
          Context: CONTEXT,
          Exten: 's',
          Priority: 1,
          CallerID: `<${callerNumber}>`,
          Timeout: ringMs,
          Async: 'true',
          Variable: `SURVEY_APP=${app},SURVEY_CITIZEN=${number}`,
        });
      } catch (err) {
        forget(channelId);
        throw err;
      }
    },
    async renew(channelId) {
      // By AMI: the same variable set over ARI waits behind the sentence that is playing, and the lease runs out in it.
      await lineOf(channelId).node.action({ Action: 'Setvar', Channel: channelId, Variable: LEASE, Value: SURVEY_LEASE_MS / 1000 });
    },
    async play(channelId, play, sounds) {
      const media = sounds.map((sound) => `sound:${sound}`).join(',');
      await lineOf(channelId).stasis.request('POST', `/channels/${channelId}/play/${play}`, { media });
    },
    async stopPlaying(play) {
      for (const { stasis } of lines) if (stasis.connected()) await stasis.request('DELETE', `/playbacks/${play}`);
    },
    async record(channelId, recording, longestSeconds) {
      const query = {
        name: recording,
        format: 'wav',
        maxDurationSeconds: String(longestSeconds),
        maxSilenceSeconds: '3',
        terminateOn: '#',
      };
      await lineOf(channelId).stasis.request('POST', `/channels/${channelId}/record`, { ...query, beep: 'true', ifExists: 'fail' });
    },
    async stopRecording(recording) {
      for (const { stasis } of lines)
        if (stasis.connected()) await stasis.request('POST', `/recordings/live/${encodeURIComponent(recording)}/stop`);
    },
    async connectQueue(channelId) {
      const query = { context: CONTEXT, extension: 'person', priority: '1' };
      await lineOf(channelId).stasis.request('POST', `/channels/${channelId}/continue`, query);
    },
    async endCall(channelId) {
      const { node } = lineOf(channelId);
      await node.action({ Action: 'Hangup', Channel: channelId, Cause: 16 }).catch((err: unknown) => {
        if (!(err instanceof HotlineError) || !/no such channel/i.test(String(err.details.answer))) throw err;
      });
    },
  };

  return {
    calls,
    addLine: (line: Line) => void lines.push(line),
    start: () => {
      for (const { stasis } of lines) stasis.start();
    },
    stop: () => {
      for (const { stasis } of lines) stasis.stop();
      for (const channelId of [...live.keys()]) forget(channelId);
    },
    onStasis(event: StasisEvent): void {
      const said = fromStasis(event, clock.now());
      const call = said && live.get(said.channelId);
      if (!said || !call) return;
      if (said.type === 'answered') {
        call.answered = true;
        clearTimeout(call.overdue);
      }
      tell(said);
    },
    /** What one node's AMI link says, before it is translated for anybody else. */
    onMessage(message: AmiMessage): void {
      if (message.event === 'Hangup' && message.uniqueid) end(message.uniqueid, Number(message.cause) || 0, sipOf(message));
      else if (message.event === 'DialState' && message.dialstatus === 'RINGING' && live.has(message.destuniqueid ?? ''))
        tell({ type: 'ringing', channelId: message.destuniqueid ?? '', at: clock.now() });
      else if (message.event === 'OriginateResponse') originateFailed(message);
    },
    /** The link to a node is gone: what becomes of its calls will not be told. */
    onDown(node: SwitchNode): void {
      for (const [channelId, { line }] of live) if (line.node === node) lose(channelId);
    },
  };
};
/** Events of AMI beside the translated ones that survey calls need. */
export const SURVEY_EVENTS: readonly string[] = ['DialState', 'OriginateResponse'];
