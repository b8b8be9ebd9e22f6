import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Bot, RadioTower, ServerCog, UserRound } from 'lucide-react';
import type { HistoryItem } from '../../history/schemas.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { More, usePages } from '../ui/pages.tsx';
import { ColumnHeads, Empty, Failed, Icon, Loading, Moment, PageTop } from '../ui/parts.tsx';
import { actWord, detailWords, type HistoryFilters, readFilters, thingWord } from './history-view.ts';

/** Who did what to which thing, newest first. The filters stand in the address. */
export const HistoryPage = () => {
  const { t } = useWords();
  const navigate = useNavigate();
  const filters = readFilters(useSearch({ strict: false }) as Record<string, unknown>);
  const { who, ...rest } = filters;
  const pages = usePages(['history', filters], (after) => api.history(after, { ...rest, ...(who ? { actorId: who } : {}) }));
  const change = (next: HistoryFilters): void => void navigate({ to: '/history', search: next, replace: true });
  const filtered = Object.keys(filters).length > 0;
  return (
    <main className="page">
      <PageTop title={t('history.title')} note={t('history.note')} />
      <Filters filters={filters} onChange={change} />
      <div className="page-body">
        {!pages.rows && !pages.error && <Loading rows={14} height={34} />}
        {pages.error ? <Failed error={pages.error} onRetry={pages.refetch} /> : null}
        {pages.rows?.length === 0 && (
          <Empty title={t(filtered ? 'history.none_found' : 'history.none')}>
            {filtered ? (
              <button type="button" className="plain-button" onClick={() => change({})}>
                {t('filter.clear')}
              </button>
            ) : (
              t('history.none_note')
            )}
          </Empty>
        )}
        {pages.rows && pages.rows.length > 0 && <HistoryTable rows={pages.rows} />}
        <More pages={pages} />
      </div>
    </main>
  );
};

const NOUNS = ['session', 'staff', 'agent', 'call', 'offer', 'recording', 'number', 'case', 'media', 'settings'] as const;

const Filters = ({ filters, onChange }: { filters: HistoryFilters; onChange: (next: HistoryFilters) => void }) => {
  const { t } = useWords();
  const { data: people } = useQuery({ queryKey: ['history-people'], queryFn: api.historyPeople, staleTime: 300_000 });
  const set = (name: keyof HistoryFilters, value: string): void => {
    const { [name]: _, ...others } = filters;
    onChange(value === '' ? others : { ...others, [name]: name === 'who' ? Number(value) : value });
  };
  return (
    <form className="filters" aria-label={t('filter.label')} onSubmit={(event) => event.preventDefault()}>
      <label>
        {t('history.who')}
        <select className="select" value={filters.who ?? ''} onChange={(event) => set('who', event.target.value)}>
          <option value="">{t('filter.everybody')}</option>
          {people?.map((person) => (
            <option key={person.staffId} value={person.staffId}>
              {person.name}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('history.act')}
        <select className="select" value={filters.act ?? ''} onChange={(event) => set('act', event.target.value)}>
          <option value="">{t('filter.everything')}</option>
          {NOUNS.map((noun) => (
            <option key={noun} value={noun}>
              {t(`thing.${noun}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('filter.from')}
        <input
          className="select"
          type="date"
          value={filters.from ?? ''}
          max={filters.to}
          onChange={(event) => set('from', event.target.value)}
        />
      </label>
      <label>
        {t('filter.to')}
        <input
          className="select"
          type="date"
          value={filters.to ?? ''}
          min={filters.from}
          onChange={(event) => set('to', event.target.value)}
        />
      </label>
      {Object.keys(filters).length > 0 && (
        <button type="button" className="plain-button" onClick={() => onChange({})}>
          {t('filter.clear')}
        </button>
      )}
    </form>
  );
};

const ACTORS = { staff: UserRound, system: Bot, switch: RadioTower, machine: ServerCog } as const;

const HistoryTable = ({ rows }: { rows: readonly HistoryItem[] }) => {
  const { t } = useWords();
  return (
    <table className="table">
      <ColumnHeads of={['calls.at', 'history.who', 'history.act', 'history.thing', 'history.details']} />
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td>
              <Moment at={row.at} />
            </td>
            <td>
              <span className="fact">
                <Icon of={ACTORS[row.actorKind]} size={14} />
                {row.actorName ?? t(`actor.${row.actorKind}`)}
              </span>
            </td>
            <td>
              <b>{actWord(t, row.act)}</b>
            </td>
            <td>
              {thingWord(t, row.thingKind)}
              {row.thingId !== null && <span className="meta"> {row.thingId}</span>}
            </td>
            <td className="wraps">{detailWords(t, row.details) || '—'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
