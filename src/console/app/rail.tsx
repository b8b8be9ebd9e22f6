import { Link } from '@tanstack/react-router';
import { Bell, CircleUserRound, Keyboard } from 'lucide-react';
import type { Me } from '../../access/schemas.ts';
import { useWords } from '../i18n/i18n.ts';
import { Icon } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { placesOf } from './places.ts';
import { push } from './services.ts';

export const Rail = ({ me, onKeys, onPreferences }: { me: Me; onKeys: () => void; onPreferences: () => void }) => {
  const { t } = useWords();
  return (
    <nav className="rail" aria-label={t('rail.label')}>
      <span className="rail-mark" title={me.hotline.name}>
        {me.hotline.number}
      </span>
      {placesOf(me).map((place) => (
        <Link key={place.to} to={place.to} className="rail-place" activeOptions={{ exact: place.to === '/' }}>
          <Icon of={place.icon} size={20} />
          <span>{t(place.word)}</span>
        </Link>
      ))}
      <span className="grow" />
      <BellPlace />
      <button type="button" className="rail-place" onClick={onKeys} aria-keyshortcuts="F1">
        <Icon of={Keyboard} size={20} />
        <span>{t('rail.keys')}</span>
      </button>
      <button type="button" className="rail-place" data-act="preferences" onClick={onPreferences} title={me.name}>
        <Icon of={CircleUserRound} size={20} />
        <span>{me.name}</span>
      </button>
    </nav>
  );
};

/** The service counts no further than this. */
const MOST = 100;

/** What this person was told and has not read, on every page. */
const BellPlace = () => {
  const { t } = useWords();
  const unread = useStore(push.state).snapshot?.unreadNotices ?? 0;
  const shown = unread >= MOST ? `${MOST - 1}+` : String(unread);
  return (
    <Link to="/notices" className="rail-place bell" aria-label={unread > 0 ? t('notices.place_unread', { n: shown }) : t('notices.place')}>
      <Icon of={Bell} size={20} />
      <span>{t('notices.place')}</span>
      {/* The name says it already; what is read aloud and what is seen must not differ. */}
      {unread > 0 && <b className="bell-count" data-unread={unread} data-shown={shown} />}
    </Link>
  );
};
