import { useQuery } from '@tanstack/react-query';
import { Input } from 'antd';
import { CalendarClock, Check, CircleSlash, CloudOff, Search, TrendingUp } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Article, LikelyArticle } from '../../directory/schemas.ts';
import { api } from '../api/endpoints.ts';
import { HelpButton } from '../app/help-button.tsx';
import { push } from '../app/services.ts';
import { session } from '../app/session.ts';
import { useWords } from '../i18n/i18n.ts';
import { useNow } from '../ui/clock.ts';
import { Failed, Icon, KeyCap, Loading, PanelHead, Tag } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import type { DeskCard } from './desk-view.ts';
import { askedByCard } from './help-view.ts';

const SHOWN = 8;
const TYPING_MS = 250;

/** Articles: what was typed for; else what this caller's own matters need; else what may be asked today. */
export const Help = ({ card, open, onClose }: { card: DeskCard | null; open: boolean; onClose: () => void }) => {
  const { t } = useWords();
  const { link } = useStore(push.state);
  const [words, setWords] = useState('');
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(words.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [words]);
  const prepared = asked === '' ? askedByCard(card) : '';
  const wanted = asked || prepared;
  return (
    <section
      id="help"
      aria-label={t('help.title')}
      data-open={open}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && open) onClose();
      }}
    >
      {link === 'down' && <ServiceAway />}
      <div className="panel row">
        <Input
          prefix={<Icon of={Search} />}
          suffix={words ? undefined : <KeyCap>Ctrl K</KeyCap>}
          aria-label={t('help.search')}
          placeholder={t('help.search')}
          value={words}
          onChange={(event) => setWords(event.target.value)}
          allowClear
        />
        <HelpButton />
      </div>
      <div className="help-body" data-card={card?.offerId ?? ''}>
        {wanted ? <Found words={wanted} prepared={prepared !== ''} /> : <Often />}
      </div>
    </section>
  );
};

const Found = ({ words, prepared }: { words: string; prepared: boolean }) => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({
    queryKey: ['knowledge', words],
    queryFn: () => api.knowledge(words),
    placeholderData: (before) => before,
  });
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading rows={4} height={64} />;
  return (
    <>
      <PanelHead title={t(prepared ? 'help.prepared' : 'help.found')} side={data.length || undefined} />
      {data.length === 0 && <p className="meta">{t(prepared ? 'help.none_prepared' : 'help.none')}</p>}
      {data.slice(0, SHOWN).map((article) => (
        <ArticleRow key={article.code} article={article} />
      ))}
    </>
  );
};

const Often = () => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({ queryKey: ['likely'], queryFn: api.likely, staleTime: 300_000 });
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading rows={4} height={64} />;
  if (data.length === 0) return <p className="meta">{t('help.hint')}</p>;
  return (
    <>
      <PanelHead title={t('help.often')} side={t('help.often_note')} />
      {data.map(({ article, why }) => (
        <ArticleRow key={article.code} article={article} why={why} />
      ))}
    </>
  );
};

const ArticleRow = ({ article, why }: { article: Article; why?: LikelyArticle['why'] }) => {
  const { t } = useWords();
  return (
    <details className="article">
      <summary>
        {why && (
          <Tag icon={why.kind === 'asked' ? TrendingUp : CalendarClock} tone={why.kind === 'asked' ? 'blue' : 'plain'}>
            {why.kind === 'asked' ? t('help.why_asked', { n: why.count }) : t('help.why_season')}
          </Tag>
        )}
        <span className="article-title">{article.title}</span>
        <span className="article-first">{article.answer}</span>
      </summary>
      <p>{article.answer}</p>
      <p className="meta">
        {article.ownerName} · v{article.version}
        {article.reviewOverdueDays > 0 && <b className="fact-amber"> {t('help.review_late', { n: article.reviewOverdueDays })}</b>}
      </p>
    </details>
  );
};

const WORKS = ['works.calls', 'works.recording', 'works.form'] as const;
const WAITS = ['waits.history', 'waits.number'] as const;

const ServiceAway = () => {
  const { t } = useWords();
  const now = useNow();
  const { attempt, nextAttemptAt } = useStore(push.state);
  const { me } = useStore(session);
  return (
    <div className="away" role="status">
      <h2>
        <Icon of={CloudOff} size={18} /> {t('service.down')}
      </h2>
      <p>{t('service.down_note')}</p>
      <p className="row">
        <span className="meta">{t('service.retry', { s: Math.max(0, Math.ceil(((nextAttemptAt ?? now) - now) / 1000)), n: attempt })}</span>
        <span className="grow" />
        <button type="button" className="plain-button" onClick={() => push.reconnectNow()}>
          {t('service.retry_now')}
        </button>
      </p>
      <ul className="works">
        {WORKS.map((word) => (
          <li key={word}>
            <Icon of={Check} className="ok" /> {t(word)}
          </li>
        ))}
        {WAITS.map((word) => (
          <li key={word}>
            <Icon of={CircleSlash} /> {t(word)}
          </li>
        ))}
      </ul>
      {me?.hotline.dutyPhone && <p className="meta">{t('service.duty', { number: me.hotline.dutyPhone })}</p>}
    </div>
  );
};
