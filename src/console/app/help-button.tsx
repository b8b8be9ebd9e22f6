import { Button } from 'antd';
import { LifeBuoy } from 'lucide-react';
import { useWords } from '../i18n/i18n.ts';
import { Icon, KeyCap } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { toggleHelp } from './desk-acts.ts';
import { push } from './services.ts';

/** Asks the team leader for help, or no longer. Pressed: it stands on the board until somebody comes. */
export const HelpButton = () => {
  const { t } = useWords();
  const helpSince = useStore(push.state).snapshot?.agent.helpSince ?? null;
  const asks = helpSince !== null;
  return (
    <Button
      type={asks ? 'primary' : 'default'}
      icon={<Icon of={LifeBuoy} />}
      data-act="ask-help"
      aria-pressed={asks}
      aria-keyshortcuts="F10"
      onClick={toggleHelp}
    >
      {t(asks ? 'lead.asked' : 'lead.ask')} <KeyCap>F10</KeyCap>
    </Button>
  );
};
