import { Play, Square } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { messageOf, requestBytes } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { Icon } from '../ui/parts.tsx';

const GIVE_UP_MS = 30_000;

/** One prompt as callers hear it. Asked for anew each time: it may be another recording by now. */
export const PromptSound = ({ id, language = 'zh', version }: { id: string; language?: 'zh' | 'en'; version?: number }) => {
  const { t } = useWords();
  const [playing, setPlaying] = useState(false);
  const [problem, setProblem] = useState('');
  const player = useRef<HTMLAudioElement | null>(null);
  const stop = (): void => {
    player.current?.pause();
    if (player.current) URL.revokeObjectURL(player.current.src);
    player.current = null;
    setPlaying(false);
  };
  useEffect(
    () => () => {
      player.current?.pause();
      if (player.current) URL.revokeObjectURL(player.current.src);
    },
    [],
  );
  const play = async (): Promise<void> => {
    setProblem('');
    try {
      const bytes = await requestBytes(api.promptPath(language, id, version), AbortSignal.timeout(GIVE_UP_MS));
      const audio = new Audio(URL.createObjectURL(new Blob([bytes], { type: 'audio/wav' })));
      player.current = audio;
      audio.onended = stop;
      await audio.play();
      setPlaying(true);
    } catch (error) {
      setProblem(messageOf(error));
      stop();
    }
  };
  return (
    <>
      <button
        type="button"
        className="icon-button"
        data-act="play-prompt"
        aria-label={t(playing ? 'survey_set.stop_sound' : 'survey_set.listen')}
        title={t(playing ? 'survey_set.stop_sound' : 'survey_set.listen')}
        onClick={() => (playing ? stop() : void play())}
      >
        <Icon of={playing ? Square : Play} size={14} />
      </button>
      {problem && (
        <span className="problem" role="alert">
          {problem}
        </span>
      )}
    </>
  );
};
