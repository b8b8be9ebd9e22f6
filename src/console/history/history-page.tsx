import { useQuery } from '@tanstack/react-query';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { TablePage } from '../ui/table-page.tsx';

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
    <TablePage
      title={t('history.title')}
      columns={columns}
      rows={rows}
      loaded={data !== undefined}
      error={error}
      onRetry={() => void refetch()}
    />
  );
};
