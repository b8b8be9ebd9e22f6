import { FlaskConical } from 'lucide-react';
import { useWords } from '../i18n/i18n.ts';
import { Icon } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { hotline } from './hotline.ts';

/**
 * Says on every page that nothing here is real, with the way to the pretended citizen. At the foot, so that no place of the desk
 * moves for it.
 */
export const DemoStrip = () => {
  const { t } = useWords();
  if (useStore(hotline)?.mode !== 'demonstration') return null;
  return (
    <aside className="demo-strip" aria-label={t('demo.banner')}>
      <Icon of={FlaskConical} size={14} />
      <b>{t('demo.banner')}</b>
      <a href="/demo/citizen" target="_blank" rel="noreferrer">
        {t('demo.phone')}
      </a>
    </aside>
  );
};
