import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Input } from 'antd';
import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { Article, Category } from '../../directory/schemas.ts';
import { api } from '../api/endpoints.ts';
import { onKey } from '../app/keys.ts';
import { useWords } from '../i18n/i18n.ts';
import { More, usePages } from '../ui/pages.tsx';
import { Empty, Failed, Icon, KeyCap, Loading, PageTop, Tag } from '../ui/parts.tsx';

const TYPING_MS = 250;

/** All articles by subject, or the answers to a question. What is asked for stands in the address, so that it can be sent on. */
export const KnowledgePage = () => {
  const { t } = useWords();
  const navigate = useNavigate();
  const { q = '', subject = '' } = useSearch({ strict: false }) as { q?: string; subject?: string };
  const [words, setWords] = useState(q);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (words.trim() === q) return;
    const timer = setTimeout(
      () => void navigate({ to: '/knowledge', search: { q: words.trim() || undefined, subject: subject || undefined }, replace: true }),
      TYPING_MS,
    );
    return () => clearTimeout(timer);
  }, [words, q, subject, navigate]);
  useEffect(() => {
    const focus = (): void => box.current?.querySelector('input')?.focus();
    // Ctrl K on another page leads here, and the words are meant for the search.
    if (location.hash === '#search') focus();
    const stops = [onKey('search_here', focus), onKey('find', focus)];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  return (
    <main className="page">
      <PageTop title={t('knowledge.title')}>
        <div ref={box} className="search-box">
          <Input
            prefix={<Icon of={Search} />}
            suffix={words ? undefined : <KeyCap>/</KeyCap>}
            aria-label={t('help.search')}
            placeholder={t('help.search')}
            value={words}
            allowClear
            onChange={(event) => setWords(event.target.value)}
          />
        </div>
      </PageTop>
      {q ? <Answers q={q} /> : <Leaf subject={subject} />}
    </main>
  );
};

const Answers = ({ q }: { q: string }) => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({
    queryKey: ['knowledge', q],
    queryFn: () => api.knowledge(q),
    placeholderData: (before) => before,
  });
  return (
    <div className="page-body padded">
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Loading rows={6} height={72} />}
      {data?.length === 0 && <Empty title={t('help.none')}>{t('knowledge.none_note')}</Empty>}
      {data && data.length > 0 && <p className="meta">{t('knowledge.found', { n: data.length })}</p>}
      <ArticleList rows={data ?? []} />
    </div>
  );
};

const Leaf = ({ subject }: { subject: string }) => {
  const { t } = useWords();
  const navigate = useNavigate();
  const { data: categories } = useQuery({ queryKey: ['categories'], queryFn: api.categories, staleTime: Number.POSITIVE_INFINITY });
  const pages = usePages(['articles', subject], (after) => api.articles(after, subject));
  const choose = (code: string | undefined): void => void navigate({ to: '/knowledge', search: { subject: code } });
  const top = (categories ?? []).filter((each: Category) => each.level === 1);
  return (
    <div className="page-split knowledge-split">
      <nav className="subjects" aria-label={t('field.categoryCode')}>
        <button type="button" aria-pressed={subject === ''} onClick={() => choose(undefined)}>
          {t('knowledge.all')}
        </button>
        {top.map((each) => (
          <button key={each.code} type="button" aria-pressed={subject === each.code} onClick={() => choose(each.code)}>
            {each.name}
          </button>
        ))}
      </nav>
      <div className="padded">
        {pages.error ? <Failed error={pages.error} onRetry={pages.refetch} /> : null}
        {!pages.rows && !pages.error && <Loading rows={8} height={72} />}
        {pages.rows?.length === 0 && <Empty title={t('knowledge.empty')}>{t('knowledge.empty_note')}</Empty>}
        <ArticleList rows={pages.rows ?? []} categories={categories} />
        <More pages={pages} />
      </div>
    </div>
  );
};

const ArticleList = ({ rows, categories }: { rows: readonly Article[]; categories?: readonly Category[] | undefined }) => {
  const { t } = useWords();
  return (
    <div className="articles">
      {rows.map((article) => (
        <article key={article.code} className="article-card">
          <h2>{article.title}</h2>
          <p className="article-answer">{article.answer}</p>
          <p className="meta">
            {[
              categories?.find((each) => each.code === article.categoryCode)?.path,
              article.ownerName,
              article.sourceName,
              `v${article.version}`,
              article.validTo && t('knowledge.valid_to', { day: article.validTo }),
            ]
              .filter(Boolean)
              .join(' · ')}
            {article.reviewOverdueDays > 0 && <Tag tone="amber">{t('help.review_late', { n: article.reviewOverdueDays })}</Tag>}
          </p>
        </article>
      ))}
    </div>
  );
};
