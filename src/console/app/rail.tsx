import { Link } from '@tanstack/react-router';
import { CircleUserRound, Keyboard } from 'lucide-react';
import type { Me } from '../../access/schemas.ts';
import { useWords } from '../i18n/i18n.ts';
import { Icon } from '../ui/parts.tsx';
import { placesOf } from './places.ts';

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
