import { useQuery } from '@tanstack/react-query';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { Failed, Loading, PageTop } from '../ui/parts.tsx';

const shown = (value: unknown): string =>
  value === null || value === undefined ? '—' : typeof value === 'object' ? JSON.stringify(value) : String(value);

export const StaffPage = () => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({ queryKey: ['staff'], queryFn: api.staff });
  const rows = (data ?? []) as Record<string, unknown>[];
  const columns = [
    ['account', t('staff.account')],
    ['name', t('staff.name')],
    ['roles', t('staff.roles')],
    ['extension', t('staff.extension')],
  ] as const;
  return (
    <main className="page">
      <PageTop title={t('staff.title')} />
      <div className="page-body">
        {error && <Failed error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Loading />}
        {data && (
          <table className="table">
            <thead>
              <tr>
                {columns.map(([key, word]) => (
                  <th key={key} scope="col">
                    {word}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows are shown once, in the order they came
                <tr key={index}>
                  {columns.map(([key]) => (
                    <td key={key}>{shown(row[key])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </main>
  );
};
