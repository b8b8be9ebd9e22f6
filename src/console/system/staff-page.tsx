import { useQuery } from '@tanstack/react-query';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { TablePage } from '../ui/table-page.tsx';

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
    <TablePage
      title={t('staff.title')}
      columns={columns}
      rows={rows}
      loaded={data !== undefined}
      error={error}
      onRetry={() => void refetch()}
    />
  );
};
