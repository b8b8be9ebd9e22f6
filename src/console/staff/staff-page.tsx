import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { CircleSlash, FileUp, Search, UserPlus } from 'lucide-react';
import { useRef, useState } from 'react';
import type { StaffItem } from '../../access/schemas.ts';
import { ROLES } from '../../core/roles.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { useListKeys } from '../ui/list-keys.ts';
import { ColumnHeads, Empty, Failed, Icon, Loading, PageTop, Tag } from '../ui/parts.tsx';
import { StaffEditor } from './staff-editor.tsx';
import { StaffImport } from './staff-import.tsx';
import { foundStaff, type StaffFilters } from './staff-view.ts';

/** Everybody with an account; one of them, or a new one, beside the list. */
export const StaffPage = () => {
  const { t } = useWords();
  const navigate = useNavigate();
  const { who } = useSearch({ strict: false }) as { who?: string | number };
  const { data, error, refetch } = useQuery({ queryKey: ['staff'], queryFn: api.staff });
  const [filters, setFilters] = useState<StaffFilters>({ words: '', role: '', left: false });
  const [imports, setImports] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  useListKeys(list);
  const rows = foundStaff(data ?? [], filters);
  const chosen = data?.find((row) => String(row.staffId) === String(who));
  return (
    <main className="page">
      <PageTop title={t('staff.title')} note={data && t('staff.count', { n: rows.length })}>
        <Button data-act="import-staff" icon={<Icon of={FileUp} />} onClick={() => setImports(true)}>
          {t('import.open')}
        </Button>
        <Button
          type="primary"
          data-act="new-staff"
          icon={<Icon of={UserPlus} />}
          onClick={() => void navigate({ to: '/staff', search: { who: 'new' } })}
        >
          {t('staff.new')}
        </Button>
      </PageTop>
      <Filters filters={filters} onChange={setFilters} />
      <div className="page-split">
        <div ref={list}>
          {error && <Failed error={error} onRetry={() => void refetch()} />}
          {!data && !error && <Loading rows={12} height={36} />}
          {data && rows.length === 0 && <Empty title={t('staff.none_found')}>{t('staff.none_note')}</Empty>}
          {rows.length > 0 && <StaffTable rows={rows} chosen={chosen?.staffId} />}
        </div>
        <aside className="page-side" aria-label={t('staff.one')}>
          {who === 'new' && <StaffEditor key="new" person={null} />}
          {chosen && <StaffEditor key={chosen.staffId} person={chosen} />}
          {!chosen && who !== 'new' && <Empty title={t('staff.choose')}>{t('staff.choose_note')}</Empty>}
        </aside>
      </div>
      {imports && <StaffImport onClose={() => setImports(false)} />}
    </main>
  );
};

const Filters = ({ filters, onChange }: { filters: StaffFilters; onChange: (next: StaffFilters) => void }) => {
  const { t } = useWords();
  return (
    <form className="filters" aria-label={t('filter.label')} onSubmit={(event) => event.preventDefault()}>
      <Input
        className="search-box"
        prefix={<Icon of={Search} />}
        aria-label={t('staff.search')}
        placeholder={t('staff.search')}
        value={filters.words}
        allowClear
        onChange={(event) => onChange({ ...filters, words: event.target.value })}
      />
      <label>
        {t('staff.roles')}
        <select className="select" value={filters.role} onChange={(event) => onChange({ ...filters, role: event.target.value })}>
          <option value="">{t('filter.everything')}</option>
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {t(`role.${role}`)}
            </option>
          ))}
        </select>
      </label>
      <label className="check-line">
        <input type="checkbox" checked={filters.left} onChange={(event) => onChange({ ...filters, left: event.target.checked })} />{' '}
        {t('staff.show_left')}
      </label>
    </form>
  );
};

const StaffTable = ({ rows, chosen }: { rows: readonly StaffItem[]; chosen: number | undefined }) => {
  const { t } = useWords();
  return (
    <table className="table">
      <ColumnHeads of={['staff.name', 'staff.account', 'staff.roles', 'staff.extension', 'staff.standing']} />
      <tbody>
        {rows.map((row) => (
          <tr key={row.staffId} data-chosen={row.staffId === chosen}>
            <td>
              <Link to="/staff" search={{ who: row.staffId }} data-row>
                {row.name}
              </Link>
            </td>
            <td>{row.account}</td>
            <td className="wraps">{row.roles.map((role) => t(`role.${role}`)).join(t('list.comma'))}</td>
            <td>{row.extension ?? '—'}</td>
            <td>{row.active ? t('staff.active') : <Tag icon={CircleSlash}>{t('staff.inactive')}</Tag>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
