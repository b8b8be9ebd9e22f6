import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { CaseView } from '../../cases/schemas.ts';
import { api } from '../api/endpoints.ts';
import { may } from '../app/places.ts';
import { drafts, tell } from '../app/services.ts';
import { session } from '../app/session.ts';
import { useWords } from '../i18n/i18n.ts';
import { CitizenNumber } from '../ui/number.tsx';
import { Failed, Loading, Moment, PageTop, PanelHead } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { CaseFields, CaseFoot } from './case-form.tsx';

export const CasePage = () => {
  const { t } = useWords();
  const { caseId = '' } = useParams({ strict: false }) as { caseId?: string };
  const { data, error, refetch } = useQuery({ queryKey: ['case', caseId], queryFn: () => api.case(Number(caseId)), retry: false });
  const [key, setKey] = useState('');
  useEffect(() => {
    if (data) setKey(drafts.openForCase(data));
  }, [data]);
  const draft = useStore(drafts.state).get(key);
  const shown = draft?.caseId === Number(caseId) ? draft : undefined;
  const save = async (): Promise<void> => {
    if (!(await drafts.save(key)) && !drafts.state.get().get(key)?.conflict) tell(t('case.kept_here'));
  };
  if (!shown || !data)
    return (
      <main className="page">
        <PageTop title={t('case.title')} />
        {error ? <Failed error={error} onRetry={() => void refetch()} /> : <Loading rows={8} height={44} />}
      </main>
    );
  return (
    <main className="page">
      <div className="page-split case-split">
        <section id="what" aria-label={t('case.title')}>
          <CaseFields draft={shown} title={t('case.title')} />
          <CaseFoot draft={shown} primary={t('case.save')} onPrimary={() => void save()} />
        </section>
        <CaseSide view={data} />
      </div>
    </main>
  );
};

/** Where the case comes from, and the way to reach the citizen. */
const CaseSide = ({ view }: { view: CaseView }) => {
  const { t } = useWords();
  const { me } = useStore(session);
  const readsCalls = me !== null && (may(me, 'calls.read_own') || may(me, 'calls.read_all'));
  return (
    <aside className="page-side" aria-label={t('case.facts')}>
      <div className="panel">
        <PanelHead title={t('case.facts')} />
        <dl className="facts-list">
          <dt>{t('cases.state')}</dt>
          <dd>{t('state.draft')}</dd>
          <dt>{t('case.source')}</dt>
          <dd>
            {t(`source.${view.source}`)}{' '}
            {view.callId !== null && readsCalls && (
              <Link to="/calls/$callId" params={{ callId: String(view.callId) }}>
                {t('case.to_call')}
              </Link>
            )}
          </dd>
          <dt>{t('case.phone')}</dt>
          <dd>{view.contactNumber ? <CitizenNumber number={view.contactNumber} callId={view.callId} /> : t('case.no_phone')}</dd>
          <dt>{t('cases.by')}</dt>
          <dd>{view.createdBy?.name ?? t('case.by_machine')}</dd>
          <dt>{t('case.created')}</dt>
          <dd>
            <Moment at={view.createdAt} />
          </dd>
          <dt>{t('cases.updated')}</dt>
          <dd>
            <Moment at={view.updatedAt} />
          </dd>
        </dl>
      </div>
    </aside>
  );
};
