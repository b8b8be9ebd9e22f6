import { useQuery } from '@tanstack/react-query';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { Failed, Loading, PageTop } from '../ui/parts.tsx';

const shown = (value: unknown): string =>
  value === null || value === undefined ? '—' : typeof value === 'object' ? JSON.stringify(value) : String(value);

export const SystemPage = () => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({ queryKey: ['system'], queryFn: api.system });
  const rows = Object.entries(data ?? {}).map(([name, value]): Record<string, unknown> => ({ name, value }));
  const columns = [
    ['name', t('history.thing')],
    ['value', t('calls.result')],
  ] as const;
  return (
    <main className="page">
      <PageTop title={t('system.title')} />
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
