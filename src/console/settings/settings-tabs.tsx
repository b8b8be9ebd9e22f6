import { Link } from '@tanstack/react-router';
import { useWords } from '../i18n/i18n.ts';
import type { PhraseKey } from '../i18n/phrases.ts';

const TABS: readonly {
  to:
    | '/settings'
    | '/settings/queues'
    | '/settings/waiting'
    | '/settings/survey'
    | '/settings/dialling'
    | '/settings/pauses'
    | '/settings/security'
    | '/settings/outside'
    | '/settings/calendar'
    | '/settings/terms'
    | '/settings/export'
    | '/settings/webhooks';
  word: PhraseKey;
}[] = [
  { to: '/settings', word: 'hours.tab' },
  { to: '/settings/calendar', word: 'calendar.title' },
  { to: '/settings/terms', word: 'terms.title' },
  { to: '/settings/queues', word: 'queues.tab' },
  { to: '/settings/waiting', word: 'waiting.tab' },
  { to: '/settings/survey', word: 'survey_set.tab' },
  { to: '/settings/dialling', word: 'dialling.tab' },
  { to: '/settings/pauses', word: 'pauses.tab' },
  { to: '/settings/security', word: 'security.tab' },
  { to: '/settings/outside', word: 'outside.tab' },
  { to: '/settings/export', word: 'export_limit.title' },
  { to: '/settings/webhooks', word: 'webhooks.tab' },
];

/** The pages of settings; each has its own address. */
export const SettingsTabs = () => {
  const { t } = useWords();
  return (
    <nav className="tabs" aria-label={t('settings.label')}>
      {TABS.map(({ to, word }) => (
        <Link key={to} to={to} className="tab" activeOptions={{ exact: true }}>
          {t(word)}
        </Link>
      ))}
    </nav>
  );
};
