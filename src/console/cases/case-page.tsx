import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { api } from '../api/endpoints.ts';
import { drafts } from '../app/services.ts';
import { useWords } from '../i18n/i18n.ts';
import { Failed, Loading } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { CaseFields, CaseFoot } from './case-form.tsx';

export const CasePage = () => {
  const { t } = useWords();
  const { caseId = '' } = useParams({ strict: false }) as { caseId?: string };
  const { data, error, refetch } = useQuery({ queryKey: ['case', caseId], queryFn: () => api.case(Number(caseId)) });
  const [key, setKey] = useState('');
  useEffect(() => {
    if (data) setKey(drafts.openForCase(data));
  }, [data]);
  const draft = useStore(drafts.state).get(key);
  return (
    <main className="page" id="what">
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {!draft && !error && <Loading />}
      {draft && <CaseFields draft={draft} />}
      {draft && <CaseFoot draft={draft} primary={t('case.save')} onPrimary={() => void drafts.save(draft.key)} />}
    </main>
  );
};
