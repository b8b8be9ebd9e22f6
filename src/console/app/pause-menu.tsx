import { Coffee } from 'lucide-react';
import { useState } from 'react';
import { useWords } from '../i18n/i18n.ts';
import { Icon } from '../ui/parts.tsx';
import { setIntent } from './desk-acts.ts';

const REASONS = ['break', 'meal', 'training', 'meeting', 'away'] as const;

/** A choice of reasons outside of the bar: the place beside a button takes the same words. */
export const PauseReasons = ({
  word,
  disabled,
  onChoose,
}: {
  word: string;
  disabled: boolean;
  onChoose: (reason: (typeof REASONS)[number]) => void;
}) => {
  const { t } = useWords();
  return (
    <select
      className="select"
      aria-label={word}
      data-act="lead-pause"
      value=""
      disabled={disabled}
      onChange={(event) => {
        const reason = REASONS.find((each) => each === event.target.value);
        if (reason) onChoose(reason);
      }}
    >
      <option value="">{word}</option>
      {REASONS.map((reason) => (
        <option key={reason} value={reason}>
          {t(`pause.${reason}`)}
        </option>
      ))}
    </select>
  );
};

export const PauseMenu = () => {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const choose = (reason: (typeof REASONS)[number]): void => {
    setOpen(false);
    setIntent({ intent: 'paused', reason });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only watches the focus leave its menu
    <div
      className="menu-place"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <button type="button" className="control" data-act="pause" aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon of={Coffee} size={20} />
        <span>{t('agent.pause')}</span>
      </button>
      {open && (
        <div
          className="menu"
          role="menu"
          onKeyDown={(event) => {
            if (event.key === 'Escape') setOpen(false);
          }}
        >
          {REASONS.map((reason) => (
            <button key={reason} type="button" role="menuitem" onClick={() => choose(reason)}>
              {t(`pause.${reason}`)}
            </button>
          ))}
        </div>
      )}
    </div>
  );
};
