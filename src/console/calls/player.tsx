import { useEffect, useRef, useState } from 'react';
import { messageOf, requestBytes } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { duration } from '../ui/format.ts';

const PEAKS = 360;

const draw = (canvas: HTMLCanvasElement, samples: Float32Array, played: number): void => {
  const pen = canvas.getContext('2d');
  if (!pen) return;
  canvas.width = PEAKS * 2;
  canvas.height = 56;
  const style = getComputedStyle(canvas);
  const step = Math.max(1, Math.floor(samples.length / PEAKS));
  for (let column = 0; column < PEAKS; column += 1) {
    let peak = 0;
    for (let index = column * step; index < (column + 1) * step; index += 8) peak = Math.max(peak, Math.abs(samples[index] ?? 0));
    pen.fillStyle = style.getPropertyValue(column / PEAKS < played ? '--blue-fill' : '--edge');
    pen.fillRect(column * 2, 28 - peak * 27, 1, Math.max(1, peak * 54));
  }
};

/** Citizen and agent on lanes of their own. The bytes are fetched once, at the first play, because each fetch is a play in the history. */
export const Player = ({ callId }: { callId: number }) => {
  const { t } = useWords();
  const [buffer, setBuffer] = useState<AudioBuffer | null>(null);
  const [problem, setProblem] = useState('');
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [muted, setMuted] = useState([false, false]);
  const running = useRef<{ context: AudioContext; source: AudioBufferSourceNode; gains: GainNode[]; from: number } | null>(null);
  const lanes = [useRef<HTMLCanvasElement>(null), useRef<HTMLCanvasElement>(null)];

  const stop = (): void => {
    const now = running.current;
    running.current = null;
    setPlaying(false);
    if (!now) return;
    now.source.onended = null;
    now.source.stop();
    void now.context.close();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the page goes
  useEffect(() => stop, []);
  useEffect(() => {
    if (!buffer) return;
    for (const [index, lane] of lanes.entries())
      if (lane.current) draw(lane.current, buffer.getChannelData(Math.min(index, buffer.numberOfChannels - 1)), at / buffer.duration);
  });
  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => {
      if (running.current) setAt(running.current.from + running.current.context.currentTime);
    }, 200);
    return () => clearInterval(timer);
  }, [playing]);

  const play = async (from: number): Promise<void> => {
    stop();
    try {
      const context = new AudioContext();
      const sound = buffer ?? (await context.decodeAudioData(await requestBytes(api.recordingPath(callId), AbortSignal.timeout(60_000))));
      setBuffer(sound);
      const source = context.createBufferSource();
      source.buffer = sound;
      const splitter = context.createChannelSplitter(2);
      source.connect(splitter);
      const gains = [0, 1].map((channel) => {
        const gain = context.createGain();
        gain.gain.value = muted[channel] ? 0 : 1;
        splitter.connect(gain, Math.min(channel, sound.numberOfChannels - 1));
        gain.connect(context.destination);
        return gain;
      });
      const begin = from >= sound.duration ? 0 : from;
      source.onended = stop;
      source.start(0, begin);
      running.current = { context, source, gains, from: begin };
      setPlaying(true);
      setProblem('');
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  const mute = (channel: number): void => {
    const next = muted.map((on, index) => (index === channel ? !on : on));
    setMuted(next);
    const gain = running.current?.gains[channel];
    if (gain) gain.gain.value = next[channel] ? 0 : 1;
  };
  return (
    <div className="player">
      <p className="row">
        <button type="button" className="plain-button" data-act="play" onClick={() => (playing ? stop() : void play(at))}>
          {t(playing ? 'calls.stop' : 'calls.play')}
        </button>
        <span>
          {duration(at)} / {buffer ? duration(buffer.duration) : '—'}
        </span>
      </p>
      {buffer && (
        <input
          type="range"
          aria-label={t('calls.play')}
          min={0}
          max={Math.ceil(buffer.duration)}
          value={Math.floor(at)}
          onChange={(event) => {
            setAt(Number(event.target.value));
            if (playing) void play(Number(event.target.value));
          }}
        />
      )}
      {buffer &&
        (['level.citizen', 'level.you'] as const).map((key, channel) => (
          <div key={key}>
            <p className="row meta">
              {t(key === 'level.you' ? 'calls.agent' : key)}
              <label>
                <input type="checkbox" checked={muted[channel]} onChange={() => mute(channel)} /> {t('calls.mute_lane')}
              </label>
            </p>
            <canvas ref={lanes[channel]} className="wave" aria-hidden />
          </div>
        ))}
      <p className="meta">{problem || t('calls.play_note')}</p>
    </div>
  );
};
