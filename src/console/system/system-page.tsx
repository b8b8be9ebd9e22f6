import { useQuery } from '@tanstack/react-query';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { TablePage } from '../ui/table-page.tsx';

export const SystemPage = () => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({ queryKey: ['system'], queryFn: api.system });
  const rows = Object.entries(data ?? {}).map(([name, value]): Record<string, unknown> => ({ name, value }));
  const columns = [
    ['name', t('history.thing')],
    ['value', t('calls.result')],
  ] as const;
  return (
    <TablePage
      title={t('system.title')}
      columns={columns}
      rows={rows}
      loaded={data !== undefined}
      error={error}
      onRetry={() => void refetch()}
    />
  );
};
