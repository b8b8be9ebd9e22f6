import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { CasePageView } from '../../cases/life-schemas.ts';
import { api } from '../api/endpoints.ts';
import { may } from '../app/places.ts';
import { drafts, tell } from '../app/services.ts';
import { session } from '../app/session.ts';
import { useWords } from '../i18n/i18n.ts';
import { Failed, Loading, PageTop } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { CaseFields, CaseFoot } from './case-form.tsx';
import { CaseFacts, LifePage } from './life-page.tsx';
import { registerDraft } from './register.ts';

/** One case by its address: a draft to be written, or a life to be read and moved. */
export const CasePage = () => {
  const { t } = useWords();
  const { me } = useStore(session);
  const { caseId = '' } = useParams({ strict: false }) as { caseId?: string };
  const { data, error, refetch } = useQuery({
    queryKey: ['case', caseId, 'life'],
    queryFn: () => api.caseLife(Number(caseId)),
    retry: false,
  });
  if (!data)
    return (
      <main className="page">
        <PageTop title={t('case.title')} />
        {error ? <Failed error={error} onRetry={() => void refetch()} /> : <Loading rows={8} height={44} />}
      </main>
    );
  const writes = data.state === 'draft' && me !== null && may(me, 'cases.write');
  return <main className="page">{writes ? <DraftPage view={data} /> : <LifePage view={data} />}</main>;
};

const DraftPage = ({ view }: { view: CasePageView }) => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({
    queryKey: ['case', String(view.caseId)],
    queryFn: () => api.case(view.caseId),
    retry: false,
  });
  const [key, setKey] = useState('');
  useEffect(() => {
    if (data) setKey(drafts.openForCase(data));
  }, [data]);
  const draft = useStore(drafts.state).get(key);
  const shown = draft?.caseId === view.caseId ? draft : undefined;
  if (!shown)
    return (
      <>
        <PageTop title={t('case.title')} />
        {error ? <Failed error={error} onRetry={() => void refetch()} /> : <Loading rows={8} height={44} />}
      </>
    );
  const register = async (): Promise<void> => {
    const said = await registerDraft(key);
    if (said !== null) tell(said);
  };
  return (
    <div className="page-split case-split">
      <section id="what" aria-label={t('case.title')}>
        <CaseFields draft={shown} title={t('case.title')} />
        <CaseFoot draft={shown} primary={t('case.register')} onPrimary={() => void register()} />
      </section>
      <aside className="page-side" aria-label={t('case.facts')}>
        <CaseFacts view={view} />
      </aside>
    </div>
  );
};
