import { useEffect, useRef, useState } from 'react';
import { messageOf, requestBytes } from '../api/client.ts';

const GIVE_UP_MS = 30_000;

/**
 * A .wav that is fetched when somebody wants to hear it.
 * @param path where its bytes are asked for
 * @param keeps the bytes serve every later time too: where each fetch is a play on record
 */
export const useSound = (path: () => string, keeps: boolean) => {
  const [playing, setPlaying] = useState(false);
  const [problem, setProblem] = useState('');
  const source = useRef<string | null>(null);
  const player = useRef<HTMLAudioElement | null>(null);
  const forget = (): void => {
    if (source.current) URL.revokeObjectURL(source.current);
    source.current = null;
  };
  useEffect(
    () => () => {
      player.current?.pause();
      if (source.current) URL.revokeObjectURL(source.current);
    },
    [],
  );
  const stop = (): void => {
    player.current?.pause();
    if (!keeps) forget();
    setPlaying(false);
  };
  const play = async (): Promise<void> => {
    setProblem('');
    try {
      source.current ??= URL.createObjectURL(
        new Blob([await requestBytes(path(), AbortSignal.timeout(GIVE_UP_MS))], { type: 'audio/wav' }),
      );
      player.current = new Audio(source.current);
      player.current.onended = stop;
      await player.current.play();
      setPlaying(true);
    } catch (error) {
      setProblem(messageOf(error));
      stop();
    }
  };
  return { playing, problem, toggle: (): void => (playing ? stop() : void play()) };
};
