import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Segmented } from 'antd';
import { useEffect, useRef } from 'react';
import type { CaseRow } from '../../cases/life-schemas.ts';
import { OPEN_STATES } from '../../cases/states.ts';
import { api } from '../api/endpoints.ts';
import { may, workPlacesOf } from '../app/places.ts';
import { session } from '../app/session.ts';
import { useWords } from '../i18n/i18n.ts';
import { useNow } from '../ui/clock.ts';
import { useListKeys } from '../ui/list-keys.ts';
import { More, usePages } from '../ui/pages.tsx';
import { CaseNumber, Empty, Failed, Loading, PageTop } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { CaseStatus, Lasted, Marks, RowDue, useCalendar } from './case-status.tsx';
import { grouped, lasted } from './due-view.ts';
import { CaseFacts, Life } from './life-page.tsx';
import { Moves } from './moves.tsx';
import { type Board, PARTS, partOf } from './work-view.ts';

const PAGE = 50;
const REFRESH_MS = 30_000;

export const DispatchPage = () => <WorkPage board="dispatch" />;
export const TodoPage = () => <WorkPage board="todo" />;
export const SupervisePage = () => <WorkPage board="supervise" />;

interface Address {
  part?: string;
  case?: number;
}

/** A list by what breaks first, and beside it the chosen case with what may be done now: nobody leaves the list to act. */
const WorkPage = ({ board }: { board: Board }) => {
  const { t } = useWords();
  const { me } = useStore(session);
  const navigate = useNavigate();
  const { part: partId, case: chosen } = useSearch({ strict: false }) as Address;
  const part = partOf(board, partId);
  const pages = usePages(['cases', board, part.id], (after) => api.findCases({ ...part.search, limit: PAGE, ...(after ? { after } : {}) }));
  const { refetch } = pages;
  useEffect(() => {
    const timer = setInterval(refetch, REFRESH_MS);
    return () => clearInterval(timer);
  }, [refetch]);
  const list = useRef<HTMLDivElement>(null);
  useListKeys(list);
  const go = (next: Address): void => void navigate({ to: `/${board}`, search: next as never, replace: true });
  const rows = pages.rows;
  const open = chosen !== undefined && rows?.some((row) => row.caseId === Number(chosen)) ? Number(chosen) : undefined;
  const acted = useRef(false);
  useEffect(() => {
    // After a move the next case is chosen, and J, K and Enter go on from there.
    if (!acted.current || open === undefined) return;
    acted.current = false;
    list.current?.querySelector<HTMLElement>('[aria-current=true]')?.focus();
  }, [open]);
  const next = (): void => {
    acted.current = true;
    const at = rows?.findIndex((row) => row.caseId === open) ?? -1;
    const following = rows?.[at + 1] ?? rows?.[at - 1];
    go({ part: part.id, ...(following ? { case: following.caseId } : {}) });
  };
  return (
    <main className="page">
      <PageTop title={t(`${board}.title`)} note={t(`${board}.note`)}>
        {me &&
          workPlacesOf(me)
            .filter((place) => place.to !== `/${board}`)
            .map((place) => (
              <Link key={place.to} to={place.to}>
                {t(place.word)}
              </Link>
            ))}
        {board === 'supervise' && me && may(me, 'policies.manage') && <Link to="/settings/terms">{t('terms.title')}</Link>}
        <Segmented
          aria-label={t(`${board}.title`)}
          value={part.id}
          onChange={(id) => go({ part: id })}
          options={PARTS[board].map((each) => ({ value: each.id, label: t(each.word) }))}
        />
      </PageTop>
      {board === 'supervise' && <Nodes />}
      <div className="page-split">
        <div ref={list} className="work-list">
          {!rows && !pages.error && <Loading rows={10} height={52} />}
          {pages.error ? <Failed error={pages.error} onRetry={refetch} /> : null}
          {rows?.length === 0 && <Empty title={t('work.empty')}>{t(`work.empty_${board}`)}</Empty>}
          {rows && rows.length > 0 && <Groups rows={rows} chosen={open} onChoose={(caseId) => go({ part: part.id, case: caseId })} />}
          <More pages={pages} />
        </div>
        <aside className="page-side life-side" aria-label={t('work.choose')}>
          {open === undefined ? (
            <Empty title={t('work.choose')}>{t('work.choose_note')}</Empty>
          ) : (
            <Chosen key={open} caseId={open} onMoved={next} />
          )}
        </aside>
      </div>
    </main>
  );
};

const Groups = ({
  rows,
  chosen,
  onChoose,
}: {
  rows: readonly CaseRow[];
  chosen: number | undefined;
  onChoose: (caseId: number) => void;
}) => {
  const { t } = useWords();
  const now = useNow();
  const calendar = useCalendar();
  return (
    <>
      {grouped(rows, now, calendar).map(({ group, rows: of }) => (
        <section key={group} aria-label={t(`work.group_${group}`)}>
          <h2 className="work-group" data-group={group}>
            {t(`work.group_${group}`)} {of.length}
          </h2>
          <ul>
            {of.map((row) => (
              <WorkRow key={row.caseId} row={row} chosen={row.caseId === chosen} onChoose={onChoose} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
};

const WorkRow = ({ row, chosen, onChoose }: { row: CaseRow; chosen: boolean; onChoose: (caseId: number) => void }) => {
  const { t } = useWords();
  return (
    <li className="queue-row" data-chosen={chosen}>
      <button
        type="button"
        data-row
        aria-current={chosen}
        onFocus={() => chosen || onChoose(row.caseId)}
        onClick={() => {
          if (!chosen) onChoose(row.caseId);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.nativeEvent.isComposing || !chosen) return;
          event.preventDefault();
          document.querySelector<HTMLElement>('.life-side [data-primary]')?.click();
        }}
      >
        <span className="work-due">
          <RowDue row={row} />
        </span>
        <span className="work-what">
          <span className="work-title">
            <b>{row.title || t('case.untitled')}</b> <Marks of={row} />
          </span>
          <span className="meta">
            <CaseNumber number={row.number} short /> · <CaseStatus state={row.state} side={row.side} round={row.round} />
            {row.leadUnitName && ` · ${row.leadUnitName}`}
            {row.placeText && ` · ${row.placeText}`}
            {row.since && (
              <>
                {' · '}
                <Dwell since={row.since} />
              </>
            )}
          </span>
        </span>
      </button>
    </li>
  );
};

const Dwell = ({ since }: { since: string }) => {
  const { t } = useWords();
  const now = useNow();
  const { key, n } = lasted(now - Date.parse(since));
  return <>{t('work.dwell', { time: t(key, { n }) })}</>;
};

/** The case beside the list. Its life is below its facts, so that what happened is read before anything is pressed. */
const Chosen = ({ caseId, onMoved }: { caseId: number; onMoved: () => void }) => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({
    queryKey: ['case', String(caseId), 'life'],
    queryFn: () => api.caseLife(caseId),
    retry: false,
  });
  if (error && !data) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading rows={8} height={40} />;
  return (
    <>
      <div className="life-side-body">
        <div className="panel">
          <p className="case-line">
            <CaseStatus state={data.state} side={data.side} round={data.round} />
            <Link to="/cases/$caseId" params={{ caseId: String(caseId) }}>
              <CaseNumber number={data.number} />
            </Link>
          </p>
        </div>
        <CaseFacts view={data} />
        <Life view={data} />
      </div>
      <Moves view={data} onMoved={onMoved} />
      <span className="visually-hidden">{t('work.choose_note')}</span>
    </>
  );
};

/** Open cases at each node, the cards out there, and how long the oldest has stood (R09). */
const Nodes = () => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({ queryKey: ['cases', 'nodes'], queryFn: api.nodes, refetchInterval: REFRESH_MS });
  if (error && !data) return <Failed error={error} onRetry={() => void refetch()} />;
  return (
    <ul className="stages nodes" aria-label={t('stage.label')}>
      {OPEN_STATES.filter((state) => state !== 'draft').map((state) => {
        const node = data?.find((each) => each.state === state);
        return (
          <li key={state}>
            <span className="meta">{t(`case_state.${state}`)}</span>
            <b>{node ? node.count : data ? 0 : '—'}</b>
            <span className="meta">
              {node?.longestSince ? <Lasted from={node.longestSince} to={null} /> : '—'}
              {node && node.yellow > 0 && (
                <span className="fact-amber">
                  {' '}
                  {t('card.yellow')} {node.yellow}
                </span>
              )}
              {node && node.red > 0 && (
                <b className="fact-red">
                  {' '}
                  {t('card.red')} {node.red}
                </b>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
};
