import { LifeBuoy } from 'lucide-react';
import { useWords } from '../i18n/i18n.ts';
import { Icon, KeyCap } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { toggleHelp } from './desk-acts.ts';
import { push } from './services.ts';

/** Asks the team leader for help, or no longer. Pressed: it stands on the board until somebody comes. */
export const HelpButton = () => {
  const { t } = useWords();
  const asks = useStore(push.state).snapshot?.agent.helpSince !== null;
  return (
    <button type="button" className="control" data-act="help" aria-pressed={asks} aria-keyshortcuts="F10" onClick={toggleHelp}>
      <Icon of={LifeBuoy} size={20} />
      <span>
        {t(asks ? 'lead.asked' : 'lead.ask')} <KeyCap>F10</KeyCap>
      </span>
    </button>
  );
};
