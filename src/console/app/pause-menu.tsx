import { Coffee } from 'lucide-react';
import { useState } from 'react';
import { useWords } from '../i18n/i18n.ts';
import { Icon } from '../ui/parts.tsx';
import { setIntent } from './desk-acts.ts';
import { queries } from './services.ts';
import { usePauseReasons } from './use-pause-reasons.ts';

interface PauseReasonsProps {
  word: string;
  disabled: boolean;
  onChoose: (reason: string) => void;
}

/** A choice of reasons outside of the bar. */
export const PauseReasons = ({ word, disabled, onChoose }: PauseReasonsProps) => {
  const pauses = usePauseReasons();
  return (
    <select
      className="select"
      aria-label={word}
      data-act="lead-pause"
      value=""
      disabled={disabled}
      onChange={(event) => {
        if (event.target.value !== '') onChoose(event.target.value);
      }}
    >
      <option value="">{word}</option>
      {pauses.choices.map(({ code }) => (
        <option key={code} value={code}>
          {pauses.word(code)}
        </option>
      ))}
    </select>
  );
};

export const PauseMenu = () => {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const pauses = usePauseReasons();
  const choose = (reason: string): void => {
    setOpen(false);
    setIntent({ intent: 'paused', reason });
  };
  const toggle = (): void => {
    // Whoever opens the menu sees the list as it is now, not as it was at the beginning of the shift.
    if (!open) void queries.invalidateQueries({ queryKey: ['pause-reasons'] });
    setOpen(!open);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only watches the focus leave its menu
    <div
      className="menu-place"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <button type="button" className="control" data-act="pause" aria-haspopup="menu" aria-expanded={open} onClick={toggle}>
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
          {pauses.choices.map(({ code }) => (
            <button key={code} type="button" role="menuitem" onClick={() => choose(code)}>
              {pauses.word(code)}
            </button>
          ))}
        </div>
      )}
    </div>
  );
};
