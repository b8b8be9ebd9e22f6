import { Play, Square } from 'lucide-react';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { Icon } from '../ui/parts.tsx';
import { useSound } from '../ui/sound.ts';

/** One prompt as callers hear it. Asked for anew each time: it may be another recording by now. */
export const PromptSound = ({ id, language = 'zh', version }: { id: string; language?: 'zh' | 'en'; version?: number }) => {
  const { t } = useWords();
  const { playing, problem, toggle } = useSound(() => api.promptPath(language, id, version), false);
  return (
    <>
      <button
        type="button"
        className="icon-button"
        data-act="play-prompt"
        aria-label={t(playing ? 'survey_set.stop_sound' : 'survey_set.listen')}
        title={t(playing ? 'survey_set.stop_sound' : 'survey_set.listen')}
        onClick={toggle}
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
