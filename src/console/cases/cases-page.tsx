import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { FilePlus2, Search } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { CaseRow } from '../../cases/life-schemas.ts';
import { CASE_STATES } from '../../cases/states.ts';
import type { ListColumn, ViewsList } from '../../cases/views.ts';
import { api } from '../api/endpoints.ts';
import { onKey } from '../app/keys.ts';
import { useNewCase } from '../app/new-case.ts';
import { may } from '../app/places.ts';
import { session } from '../app/session.ts';
import { type Translate, useWords } from '../i18n/i18n.ts';
import { useListKeys } from '../ui/list-keys.ts';
import { More, usePages } from '../ui/pages.tsx';
import { CaseNumber, ColumnHeads, Empty, Failed, Icon, KeyCap, Loading, Moment, PageTop } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { CaseStatus, Marks, RowDue } from './case-status.tsx';
import { ExportButton } from './export-list.tsx';
import { COLUMN_WORDS, Columns, VIEWS, Views } from './list-views.tsx';
import { addressOfList, type Filters, isFiltered, type Listed, listedOf, NO_FILTERS, requestOf } from './search-view.ts';

const TYPING_MS = 300;
const PAGE = 50;

/** Everything this person may see, found by filters that stand in the address, or as somebody has saved the list. */
export const CasesPage = () => {
  const { t } = useWords();
  const { me } = useStore(session);
  const newCase = useNewCase();
  const known = useQuery({ queryKey: VIEWS, queryFn: api.caseViews });
  // With which view the list opens must be known first; without an answer it opens with all cases.
  const isKnown = known.data !== undefined || known.isError;
  const { listed, asked, isGone, name, askedName, key, setName, changeFilters, changeColumns, show } = useList(known.data);
  const { columns } = listed;
  const request = requestOf(asked, askedName);
  const fetchPage = (after: string | null) => api.findCases({ ...request, limit: PAGE, ...(after ? { after } : {}) });
  const pages = usePages(['cases', 'search', request], fetchPage, isKnown);
  const list = useRef<HTMLDivElement>(null);
  useListKeys(list);
  return (
    <main className="page">
      <PageTop title={t('cases.title')} note={isKnown && <Found request={request} />}>
        <Views known={known.data} listed={listed} onShow={show} />
        <Columns columns={columns} onChange={changeColumns} />
        {me && may(me, 'cases.export') && <ExportButton request={request} columns={columns} />}
        {me && may(me, 'cases.dispatch') && <CityDoor />}
        {me && may(me, 'cases.write') && (
          <Button data-act="new-case" onClick={newCase} icon={<Icon of={FilePlus2} />}>
            {t('case.new_here')} <KeyCap>Alt N</KeyCap>
          </Button>
        )}
      </PageTop>
      <FilterBar key={key} filters={listed.filters} name={name} onName={setName} onChange={changeFilters} />
      {isGone && (
        <p className="page-said" role="status">
          {t('views.gone')}
        </p>
      )}
      <div className="page-body" ref={list}>
        {!pages.rows && !pages.error && <Loading rows={14} height={36} />}
        {pages.error ? <Failed error={pages.error} onRetry={pages.refetch} /> : null}
        {pages.rows?.length === 0 &&
          (isFiltered(asked, askedName) ? (
            <Empty title={t('search.none')}>{t('search.none_note')}</Empty>
          ) : (
            <Empty title={t('cases.empty')}>{t('cases.empty_note')}</Empty>
          ))}
        {pages.rows && pages.rows.length > 0 && <CaseTable rows={pages.rows} columns={columns} />}
        <More pages={pages} />
      </div>
    </main>
  );
};

/** Only in a district's house: the city's own is handed nothing. */
const CityDoor = () => {
  const { t } = useWords();
  const { data } = useQuery({ queryKey: ['profile'], queryFn: api.profile });
  return data?.profile === 'district' ? <Link to="/city">{t('city.title')}</Link> : null;
};

/** What is typed is shown at once and asked a moment later; the address follows what was asked. */
const useList = (known: ViewsList | undefined) => {
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const wanted = JSON.stringify(search);
  const { isGone, ...inAddress } = listedOf(search, known);
  /** What was changed here and may not stand in the address yet, or never will: a telephone number. */
  const [edited, setEdited] = useState<Listed | null>(null);
  const [askedWords, setAskedWords] = useState<string | null>(null);
  const [name, setName] = useState('');
  const [askedName, setAskedName] = useState('');
  const [opened, setOpened] = useState(0);
  const own = useRef(wanted);
  useEffect(() => {
    // Somebody went back, or followed a link to another list.
    if (wanted === own.current) return;
    own.current = wanted;
    setEdited(null);
    setAskedWords(null);
    setOpened((before) => before + 1);
  }, [wanted]);
  useEffect(() => {
    const timer = setTimeout(() => {
      setAskedName(name);
      if (!edited) return;
      setAskedWords(edited.filters.q);
      const next = addressOfList(edited, known);
      if (JSON.stringify(next) === own.current) return;
      own.current = JSON.stringify(next);
      void navigate({ to: '/cases', search: next as never, replace: true });
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [edited, name, known, navigate]);
  const now = edited ?? inAddress;
  return {
    listed: now,
    asked: { ...now.filters, q: edited ? (askedWords ?? inAddress.filters.q) : now.filters.q },
    isGone,
    name,
    askedName,
    /** Fields that hold what they were given start anew with it. */
    key: `${opened} ${now.viewId}`,
    setName,
    changeFilters: (part: Partial<Filters>): void =>
      setEdited((before) => ({ ...(before ?? inAddress), filters: { ...(before ?? inAddress).filters, ...part } })),
    changeColumns: (columns: readonly ListColumn[]): void => setEdited((before) => ({ ...(before ?? inAddress), columns })),
    show(view: number | 'all'): void {
      setName('');
      void navigate({ to: '/cases', search: { view } as never });
    },
  };
};

const Found = ({ request }: { request: ReturnType<typeof requestOf> }) => {
  const { t } = useWords();
  const { data } = useQuery({ queryKey: ['cases', 'count', request], queryFn: () => api.countCases(request) });
  return <>{data ? t(data.more ? 'search.count_more' : 'search.count', { n: data.count }) : ''}</>;
};

const FilterBar = (props: {
  filters: Filters;
  name: string;
  onName: (name: string) => void;
  onChange: (part: Partial<Filters>) => void;
}) => {
  const { t } = useWords();
  const { filters, onChange } = props;
  const [words, setWords] = useState(filters.q);
  const [name, setName] = useState(props.name);
  const { data: units } = useQuery({ queryKey: ['units'], queryFn: api.units, staleTime: Number.POSITIVE_INFINITY });
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => onKey('search_here', () => box.current?.querySelector('input')?.focus()), []);
  const clear = (): void => {
    setWords('');
    setName('');
    props.onName('');
    onChange(NO_FILTERS);
  };
  return (
    <search className="filters" aria-label={t('filter.label')} ref={box}>
      <Input
        className="search-box"
        prefix={<Icon of={Search} />}
        suffix={words ? undefined : <KeyCap>/</KeyCap>}
        aria-label={t('search.words')}
        placeholder={t('search.hint')}
        value={words}
        maxLength={100}
        allowClear
        onChange={(event) => {
          setWords(event.target.value);
          onChange({ q: event.target.value });
        }}
      />
      <label>
        {t('search.name')}
        <input
          className="select short-box"
          value={name}
          maxLength={60}
          onChange={(event) => {
            setName(event.target.value);
            props.onName(event.target.value);
          }}
        />
      </label>
      <label>
        {t('search.state')}
        <select className="select" value={filters.state} onChange={(event) => onChange({ state: event.target.value as Filters['state'] })}>
          <option value="">{t('search.any')}</option>
          <option value="open">{t('search.open')}</option>
          <option value="ended">{t('search.ended')}</option>
          {CASE_STATES.map((state) => (
            <option key={state} value={state}>
              {t(`case_state.${state}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('search.unit')}
        <select className="select unit-select" value={filters.unit} onChange={(event) => onChange({ unit: event.target.value })}>
          <option value="">{t('search.any')}</option>
          {units?.map((unit) => (
            <option key={unit.code} value={unit.code}>
              {unit.name}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('search.card')}
        <select className="select" value={filters.card} onChange={(event) => onChange({ card: event.target.value as Filters['card'] })}>
          <option value="">{t('search.any')}</option>
          <option value="yellow">{t('card.yellow')}</option>
          <option value="red">{t('card.red')}</option>
        </select>
      </label>
      <label>
        {t('search.type')}
        <select className="select" value={filters.order} onChange={(event) => onChange({ order: event.target.value as Filters['order'] })}>
          <option value="newest">{t('search.newest')}</option>
          <option value="breaking">{t('search.breaking')}</option>
        </select>
      </label>
      <label>
        {t('search.from')}
        <input type="date" className="select date-box" value={filters.from} onChange={(event) => onChange({ from: event.target.value })} />
      </label>
      <label>
        {t('search.to')}
        <input type="date" className="select date-box" value={filters.to} onChange={(event) => onChange({ to: event.target.value })} />
      </label>
      <label className="check-line">
        <input type="checkbox" checked={filters.urgent} onChange={(event) => onChange({ urgent: event.target.checked })} />{' '}
        {t('search.urgent')}
      </label>
      <button type="button" className="text-button" onClick={clear}>
        {t('search.clear')}
      </button>
    </search>
  );
};

const CELLS: Readonly<Record<ListColumn, (row: CaseRow, t: Translate) => ReactNode>> = {
  number: (row) => (
    <Link to="/cases/$caseId" params={{ caseId: String(row.caseId) }} data-row>
      <CaseNumber number={row.number} short />
    </Link>
  ),
  state: (row) => <CaseStatus state={row.state} side={row.side} round={row.round} />,
  due: (row) => <RowDue row={row} />,
  requestType: (row, t) => (row.requestType ? t(`type.${row.requestType}`) : '—'),
  contact: (row) => row.contactName || row.contactNumber || '—',
  title: (row, t) => (
    <>
      <Marks of={row} /> {row.title || t('case.untitled')} <span className="meta">{row.placeText}</span>
    </>
  ),
  unit: (row) => row.leadUnitName ?? '—',
  created: (row) => <Moment at={row.createdAt} />,
  category: (row) => row.categoryName ?? '—',
  place: (row) => row.placeText || '—',
  dispatched: (row) => <Moment at={row.dispatchedAt} />,
  round: (row) => row.round,
};
const CUT: Readonly<Partial<Record<ListColumn, string>>> = {
  title: 'cut',
  unit: 'cut narrow',
  category: 'cut narrow',
  place: 'cut narrow',
};

const CaseTable = ({ rows, columns }: { rows: readonly CaseRow[]; columns: readonly ListColumn[] }) => {
  const { t } = useWords();
  const navigate = useNavigate();
  return (
    <table className="table case-table">
      <ColumnHeads of={columns.map((column) => COLUMN_WORDS[column])} />
      <tbody>
        {rows.map((row) => (
          <tr
            key={row.caseId}
            className="opens"
            onClick={() => void navigate({ to: '/cases/$caseId', params: { caseId: String(row.caseId) } })}
          >
            {columns.map((column) => (
              <td key={column} className={CUT[column]}>
                {CELLS[column](row, t)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
};
