import { Play, Square } from 'lucide-react';
import type { WorkRow } from '../../surveys/schemas.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { duration } from '../ui/format.ts';
import { Icon } from '../ui/parts.tsx';
import { useSound } from '../ui/sound.ts';

/** The spoken reason. Each fetch of it is a play on record, so the bytes are kept after the first. */
export const Voice = ({ voice }: { voice: WorkRow['voices'][number] }) => {
  const { t } = useWords();
  const { playing, problem, toggle } = useSound(() => api.voicePath(voice.voiceId), true);
  return (
    <>
      <button type="button" className="text-button" data-act="play-voice" onClick={toggle}>
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
