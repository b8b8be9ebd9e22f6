import { useQuery } from '@tanstack/react-query';
import { Input } from 'antd';
import { useState } from 'react';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { Empty, Failed, Loading, PageTop } from '../ui/parts.tsx';

export const KnowledgePage = () => {
  const { t } = useWords();
  const [words, setWords] = useState('');
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['knowledge', words],
    queryFn: () => api.knowledge(words.trim()),
    placeholderData: (before) => before,
  });
  return (
    <main className="page">
      <PageTop title={t('knowledge.title')}>
        <Input
          style={{ width: 320 }}
          aria-label={t('help.search')}
          placeholder={t('help.search')}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      </PageTop>
      <div className="page-body padded">
        {isPending && <Loading />}
        {error && <Failed error={error} onRetry={() => void refetch()} />}
        {data?.length === 0 && <Empty title={t('help.none')} />}
        {data?.map((article) => (
          <details key={article.code} className="article" open>
            <summary>{article.title}</summary>
            <p>{article.answer}</p>
            <p className="meta">
              {article.ownerName} · {article.sourceName} · v{article.version}
            </p>
          </details>
        ))}
      </div>
    </main>
  );
};
