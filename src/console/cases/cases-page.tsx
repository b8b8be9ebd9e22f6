import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { CaseNumber, Empty, Failed, Loading, Moment, PageTop } from '../ui/parts.tsx';

export const CasesPage = () => {
  const { t } = useWords();
  const { data, error, isPending, refetch } = useQuery({ queryKey: ['cases', 'all'], queryFn: () => api.cases(null, 100) });
  return (
    <main className="page">
      <PageTop title={t('cases.title')} note={data && String(data.rows.length)} />
      <div className="page-body">
        {isPending && <Loading />}
        {error && <Failed error={error} onRetry={() => void refetch()} />}
        {data?.rows.length === 0 && <Empty title={t('cases.none')} />}
        {data && data.rows.length > 0 && (
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('cases.number')}</th>
                <th scope="col">{t('case.request_type')}</th>
                <th scope="col">{t('calls.caller')}</th>
                <th scope="col">{t('cases.text')}</th>
                <th scope="col">{t('cases.updated')}</th>
              </tr>
            </thead>
            <tbody>
              {data.rows.map((row) => (
                <tr key={row.caseId}>
                  <td>
                    <Link to="/cases/$caseId" params={{ caseId: String(row.caseId) }}>
                      <CaseNumber number={row.number} />
                    </Link>
                  </td>
                  <td>{row.form.requestType ? t(`type.${row.form.requestType}`) : '—'}</td>
                  <td>{row.form.contactName || row.contactNumber?.masked || '—'}</td>
                  <td>{row.form.course.slice(0, 36) || t('case.untitled')}</td>
                  <td>
                    <Moment at={row.updatedAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </main>
  );
};
