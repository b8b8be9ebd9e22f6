import { useQuery } from '@tanstack/react-query';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { Failed, Loading, PageTop } from '../ui/parts.tsx';

const shown = (value: unknown): string =>
  value === null || value === undefined ? '—' : typeof value === 'object' ? JSON.stringify(value) : String(value);

export const HistoryPage = () => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({ queryKey: ['history'], queryFn: () => api.history(null, 100) });
  const rows = data?.rows ?? [];
  const columns = [
    ['at', t('calls.at')],
    ['actorName', t('history.who')],
    ['act', t('history.act')],
    ['thingKind', t('history.thing')],
    ['thingId', '#'],
    ['details', ''],
  ] as const;
  return (
    <main className="page">
      <PageTop title={t('history.title')} />
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
