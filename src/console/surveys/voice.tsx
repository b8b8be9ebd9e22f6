import { Play, Square } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { WorkRow } from '../../surveys/schemas.ts';
import { messageOf, requestBytes } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { duration } from '../ui/format.ts';
import { Icon } from '../ui/parts.tsx';

/** The spoken reason. Each fetch of it is a play on record, so the bytes are kept after the first. */
export const Voice = ({ voice }: { voice: WorkRow['voices'][number] }) => {
  const { t } = useWords();
  const [playing, setPlaying] = useState(false);
  const [problem, setProblem] = useState('');
  const kept = useRef<string | null>(null);
  const player = useRef<HTMLAudioElement | null>(null);
  useEffect(
    () => () => {
      player.current?.pause();
      if (kept.current) URL.revokeObjectURL(kept.current);
    },
    [],
  );
  const stop = (): void => {
    player.current?.pause();
    setPlaying(false);
  };
  const play = async (): Promise<void> => {
    setProblem('');
    try {
      kept.current ??= URL.createObjectURL(
        new Blob([await requestBytes(api.voicePath(voice.voiceId), AbortSignal.timeout(30_000))], { type: 'audio/wav' }),
      );
      player.current = new Audio(kept.current);
      player.current.onended = () => setPlaying(false);
      await player.current.play();
      setPlaying(true);
    } catch (error) {
      setProblem(messageOf(error));
      setPlaying(false);
    }
  };
  return (
    <>
      <button type="button" className="text-button" data-act="play-voice" onClick={() => (playing ? stop() : void play())}>
        <Icon of={playing ? Square : Play} size={14} /> {t('surveys.listen', { time: duration(voice.milliseconds / 1000) })}
      </button>
      {problem && (
        <span className="problem" role="alert">
          {problem}
        </span>
      )}
    </>
  );
};
