import { BookOpen } from 'lucide-react';
import { useEffect, useLayoutEffect, useState } from 'react';
import { onKey } from '../app/keys.ts';
import { desk } from '../app/services.ts';
import { useWords } from '../i18n/i18n.ts';
import { markPainted } from '../softphone/measure.ts';
import { Icon, KeyCap } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { Help } from './help.tsx';
import { Ringing } from './ringing.tsx';
import { Waiting } from './waiting.tsx';
import { Today, Who } from './who.tsx';
import { Writing } from './writing.tsx';

const focusFirst = (id: string): void =>
  document.getElementById(id)?.querySelector<HTMLElement>('input,textarea,a,button,summary')?.focus();

/** Three columns that never move: what is in them changes with the call, their rectangles do not. */
export const DeskPage = () => {
  const { t } = useWords();
  const view = useStore(desk.view);
  // Below 1280 px the help column is a drawer over the form; above, the style sheet takes no notice of this.
  const [drawer, setDrawer] = useState(false);
  const { card } = view;
  const offerId = card?.offerId;
  useLayoutEffect(() => {
    if (view.mode === 'ringing' && offerId !== undefined && offerId > 0) markPainted(offerId);
  }, [view.mode, offerId]);
  useFocusKeys(setDrawer);
  useEffect(() => {
    if (drawer) focusFirst('help');
  }, [drawer]);
  const writing = card !== null && (view.mode === 'talking' || view.mode === 'wrap_up');
  return (
    <main className="desk" data-mode={view.mode}>
      {writing && card ? (
        <Writing view={view} card={card} />
      ) : (view.mode === 'ringing' || view.mode === 'dialling') && card ? (
        <Ringing card={card} />
      ) : (
        <Waiting view={view} />
      )}
      <button
        type="button"
        className="help-tab"
        data-act="help"
        aria-expanded={drawer}
        aria-controls="help"
        onClick={() => (drawer ? setDrawer(false) : openHelp(setDrawer))}
      >
        <Icon of={BookOpen} size={18} />
        <span>{t('help.title')}</span>
        <KeyCap>Alt K</KeyCap>
      </button>
      <Help card={card} open={drawer} onClose={() => setDrawer(false)} />
      <section id="who" aria-label={t(card ? 'who.label' : 'today.title')}>
        {card ? <Who card={card} view={view} /> : <Today />}
      </section>
    </main>
  );
};

/** A column takes the focus now; a drawer that is still hidden takes it once it has been drawn open. */
const openHelp = (setDrawer: (open: boolean) => void): void => {
  setDrawer(true);
  focusFirst('help');
};

const useFocusKeys = (setDrawer: (open: boolean) => void): void => {
  useEffect(() => {
    const help = (): void => openHelp(setDrawer);
    const stops = [
      onKey('focus_who', () => focusFirst('who')),
      onKey('focus_form', () => focusFirst('what')),
      onKey('focus_help', help),
      onKey('find', help),
      onKey('search_here', help),
      onKey('focus_timeline', () => document.getElementById('timeline')?.focus()),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [setDrawer]);
};
