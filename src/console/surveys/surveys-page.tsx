import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { CirclePause, Diamond, Phone, PhoneOutgoing, ThumbsDown } from 'lucide-react';
import { useState } from 'react';
import type { SurveyRow, SurveysView } from '../../surveys/schemas.ts';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { may } from '../app/places.ts';
import { session } from '../app/session.ts';
import { below, percent } from '../board/board-view.ts';
import { Figure, LiveMark } from '../board/live-parts.tsx';
import { type PictureNow, usePicture } from '../board/use-picture.ts';
import { type Translate, useWords } from '../i18n/i18n.ts';
import { duration, moment, rate } from '../ui/format.ts';
import { CaseNumber, ColumnHeads, Dialog, Failed, Icon, Loading, Moment, PageTop, Tag } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { brakeOf, isUnhappySaid, LEAST_RATED, nextOf, saidWords, TARGET_PERCENT, unitsInOrder, whyOf } from './surveys-view.ts';
import { useUnitName } from './use-unit-name.ts';
import { Voice } from './voice.tsx';
import '../board/board.css';
import './surveys.css';

/** The funnel from due to satisfied, why nothing new is dialled, and the unhappy whom nobody has called yet. */
export const SurveysPage = () => {
  const { t } = useWords();
  const now = usePicture('surveys', api.surveys);
  const { picture: view } = now;
  const hours = view?.windows.map(({ from, to }) => `${from}–${to}`).join(t('list.comma')) ?? '';
  return (
    <main className="page">
      <PageTop title={t('surveys.title')} note={view ? t('surveys.today', { hours }) : undefined}>
        <LiveMark live={now.live} now={now.now} downSince={now.downSince} />
        {view && (
          <>
            <span className="meta">{view.version === 0 ? t('surveys.version_first') : t('surveys.version', { n: view.version })}</span>
            <Link to="/callbacks" className="plain-button">
              {t('surveys.people_list', { n: view.counts.person ?? 0 })}
            </Link>
            <Controls view={view} again={now.again} />
          </>
        )}
      </PageTop>
      {view ? (
        <div className="page-body board">
          <Funnel view={view} />
          <Brake view={view} />
          <div className="board-columns">
            <Calls view={view} now={now} />
            <aside className="board-side">
              <Unhappy view={view} now={now.now} />
              <Units view={view} />
            </aside>
          </div>
        </div>
      ) : (
        <div className="page-body padded">
          {now.error ? <Failed error={now.error} onRetry={now.again} /> : <Loading rows={8} height={44} />}
        </div>
      )}
    </main>
  );
};

/** Stopping is one click; beginning to call citizens is two. */
const Controls = ({ view, again }: { view: SurveysView; again: () => void }) => {
  const { t } = useWords();
  const { me } = useStore(session);
  const [open, setOpen] = useState<'start' | 'units' | null>(null);
  const [problem, setProblem] = useState('');
  if (!me || !may(me, 'surveys.manage')) return null;
  const set = async (asked: { paused: boolean; unitCode?: string }): Promise<void> => {
    setProblem('');
    try {
      await api.pauseSurveys(asked);
      again();
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  const { units } = view.pause;
  return (
    <>
      {problem && (
        <span className="problem" role="alert">
          {problem}
        </span>
      )}
      <button type="button" className="plain-button" data-act="pause-unit" onClick={() => setOpen('units')}>
        {units.length > 0 ? t('surveys.paused_units', { n: units.length }) : t('surveys.pause_unit')}
      </button>
      {view.pause.all ? (
        <Button type="primary" data-act="start-surveys" onClick={() => setOpen('start')}>
          {t('surveys.start')}
        </Button>
      ) : (
        <Button data-act="pause-surveys" onClick={() => void set({ paused: true })}>
          {t('surveys.pause_all')}
        </Button>
      )}
      {open === 'start' && (
        <Dialog title={t('surveys.start')} onClose={() => setOpen(null)}>
          <div className="stack">
            <p>{t('surveys.start_note')}</p>
            <p className="dialog-foot">
              <Button onClick={() => setOpen(null)}>{t('act.cancel')}</Button>
              <Button
                type="primary"
                data-act="confirm-start"
                onClick={() => {
                  setOpen(null);
                  void set({ paused: false });
                }}
              >
                {t('surveys.confirm_start')}
              </Button>
            </p>
          </div>
        </Dialog>
      )}
      {open === 'units' && <UnitPauses view={view} onSet={set} onClose={() => setOpen(null)} />}
    </>
  );
};

const UnitPauses = (props: {
  view: SurveysView;
  onSet: (asked: { paused: boolean; unitCode: string }) => Promise<void>;
  onClose: () => void;
}) => {
  const { t } = useWords();
  const { view, onSet, onClose } = props;
  const name = useUnitName();
  const stopped = view.pause.units;
  const codes = [...new Set([...stopped, ...view.units.flatMap(({ unitCode }) => (unitCode === null ? [] : [unitCode]))])];
  return (
    <Dialog title={t('surveys.pause_unit')} onClose={onClose}>
      <div className="stack">
        <p>{t('surveys.pause_units_note')}</p>
        {codes.length === 0 && <p className="meta">{t('surveys.stop_none')}</p>}
        {codes.map((code) => (
          <label key={code} className="check-line">
            <input
              type="checkbox"
              checked={stopped.includes(code)}
              onChange={(event) => void onSet({ paused: event.target.checked, unitCode: code })}
            />
            {name(code)}
          </label>
        ))}
      </div>
    </Dialog>
  );
};

const SHOWN_OUTCOMES = 4;
const outcomeWords = (t: Translate, view: SurveysView, of: (outcome: string) => boolean): string =>
  Object.entries(view.today.outcomes)
    .filter(([outcome]) => of(outcome) && outcome in OUTCOMES)
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN_OUTCOMES)
    .map(([outcome, n]) => `${t(`surveys.outcome.${outcome as keyof typeof OUTCOMES}`)} ${n}`)
    .join(' · ') || '—';

/** Whether a person was on the line. */
const OUTCOMES = {
  answered: true,
  hung_up_early: true,
  not_now: true,
  wrong_person: true,
  machine: false,
  busy: false,
  declined: false,
  no_answer: false,
  unreachable: false,
  wrong_number: false,
  line_fault: false,
  unknown: false,
} as const;
const wasReached = (outcome: string): boolean => OUTCOMES[outcome as keyof typeof OUTCOMES] === true;

const Funnel = ({ view }: { view: SurveysView }) => {
  const { t, language } = useWords();
  const { today } = view;
  const unit = t('surveys.matters');
  return (
    <dl className="board-strip survey-strip">
      <Figure
        word={t('surveys.due')}
        value={today.due}
        unit={unit}
        note={t('surveys.due_note', { n: Math.max(0, today.due - today.dialled) })}
      />
      <Figure
        word={t('surveys.dialled')}
        value={today.dialled}
        unit={unit}
        note={outcomeWords(t, view, (outcome) => !wasReached(outcome))}
      />
      <Figure
        word={t('surveys.reached')}
        value={today.reached}
        unit={unit}
        note={outcomeWords(t, view, (outcome) => wasReached(outcome) && outcome !== 'answered')}
      />
      <Figure
        word={t('surveys.rated')}
        value={today.rated}
        unit={unit}
        note={`${t('surveys.rated_note')} ${rate(today.rated, today.reached, language)}`}
      />
      <Figure
        word={t('surveys.satisfied')}
        value={today.satisfied}
        note={`${t('surveys.satisfied_note')} ${rate(today.satisfied, today.rated, language)}`}
        unit={
          <>
            {unit}{' '}
            {today.unhappy > 0 && (
              <Tag icon={ThumbsDown} tone="amber">
                {t('surveys.unhappy')} {today.unhappy}
              </Tag>
            )}
          </>
        }
      />
    </dl>
  );
};

/** The strip keeps its place when all is calm. */
const Brake = ({ view }: { view: SurveysView }) => {
  const { t } = useWords();
  const brake = brakeOf(view);
  const calm = brake === 'none' || brake === 'closed';
  return (
    <p className="survey-brake" data-brake={calm ? 'calm' : 'amber'} data-word={brake} role="status">
      <Icon of={brake === 'none' ? PhoneOutgoing : CirclePause} size={16} />
      <b>{t(`surveys.brake.${brake}`)}</b>
      <span>{t(`surveys.brake.${brake}_note`)}</span>
      <span className="grow" />
      <span className="meta">
        {t('surveys.lines', { used: view.rows.filter(({ state }) => state === 'calling').length, all: view.lines })}
      </span>
    </p>
  );
};

const HEADS = [
  'surveys.number',
  'surveys.matter',
  'surveys.state',
  'surveys.contacted',
  'surveys.settled',
  'surveys.satisfied',
  'surveys.for',
] as const;

const Calls = ({ view, now }: { view: SurveysView; now: PictureNow<'surveys'> }) => {
  const { t } = useWords();
  const under = view.rows.filter(({ state }) => state === 'calling' || state === 'settle');
  const waiting = view.rows.filter(({ state }) => state === 'waiting' || state === 'text');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reached by the keyboard
    <section className="board-agents" aria-label={t('surveys.in_progress')} tabIndex={0}>
      <h2 className="survey-group">
        {t('surveys.in_progress')} {under.length}
      </h2>
      {under.length === 0 ? <p className="survey-empty">{t('surveys.nobody_calls')}</p> : <Under rows={under} now={now} />}
      <h2 className="survey-group">
        {t('surveys.ended')} <small>{t('surveys.ended_note')}</small>
      </h2>
      {view.ended.length === 0 ? <p className="survey-empty">{t('surveys.none_ended')}</p> : <Ended view={view} now={now.now} />}
      <h2 className="survey-group">
        {t('surveys.waiting')} <small>{t('surveys.waiting_note', { n: view.counts.waiting ?? 0 })}</small>
      </h2>
      <Waiting rows={waiting} />
    </section>
  );
};

const CaseCell = ({ row }: { row: { caseId: number; caseNumber: string | null; unitCode: string | null } }) => {
  const name = useUnitName();
  return (
    <td className="cut">
      <Link to="/cases/$caseId" params={{ caseId: String(row.caseId) }}>
        <CaseNumber number={row.caseNumber ?? ''} short />
      </Link>{' '}
      {name(row.unitCode)}
    </td>
  );
};

const Under = ({ rows, now }: { rows: readonly SurveyRow[]; now: PictureNow<'surveys'> }) => {
  const { t } = useWords();
  const dot = '·';
  return (
    <table className="table">
      <ColumnHeads of={HEADS} figures={['surveys.for']} />
      <tbody>
        {rows.map((row) => (
          <tr key={row.taskId}>
            <th scope="row">{row.number ?? t('callbacks.no_number')}</th>
            <CaseCell row={row} />
            <td>
              {row.state === 'settle' ? (
                <Tag tone="amber">{t('surveys.phase.unclear')}</Tag>
              ) : (
                <Tag icon={row.phase === 'talking' ? Phone : PhoneOutgoing} tone={row.phase === 'talking' ? 'green' : 'blue'}>
                  {t(`surveys.phase.${row.phase ?? 'dialling'}`)}
                </Tag>
              )}
            </td>
            {row.state === 'settle' ? (
              <td colSpan={3}>
                <Settle taskId={row.taskId} again={now.again} />
              </td>
            ) : (
              (['contacted', 'settled', 'satisfied'] as const).map((measure) => {
                const nothing = { contacted: null, settled: null, satisfied: null };
                const [word] = saidWords({ ...nothing, [measure]: row.said[measure] });
                return <td key={measure}>{word ? t(word) : dot}</td>;
              })
            )}
            <td className="figure">{row.phaseSince ? duration((now.now - Date.parse(row.phaseSince)) / 1000) : dot}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

/** Nobody knows what became of the call: a person says whether it is dialled again. */
const Settle = ({ taskId, again }: { taskId: number; again: () => void }) => {
  const { t } = useWords();
  const { me } = useStore(session);
  const [problem, setProblem] = useState('');
  if (!me || !may(me, 'surveys.manage')) return null;
  const settle = async (callAgain: boolean): Promise<void> => {
    try {
      await api.settleSurvey(taskId, callAgain);
      again();
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <span className="survey-acts">
      <button type="button" className="text-button" onClick={() => void settle(true)}>
        {t('surveys.call_again')}
      </button>
      <button type="button" className="text-button" onClick={() => void settle(false)}>
        {t('surveys.to_person')}
      </button>
      {problem && (
        <span className="problem" role="alert">
          {problem}
        </span>
      )}
    </span>
  );
};

const Ended = ({ view, now }: { view: SurveysView; now: number }) => {
  const { t, language } = useWords();
  return (
    <table className="table">
      <ColumnHeads of={['surveys.ended', 'surveys.matter', 'surveys.state', 'surveys.answers', 'surveys.next']} />
      <tbody>
        {view.ended.map((row) => {
          const next = nextOf(row);
          const unhappy = isUnhappySaid(row.said);
          return (
            <tr key={`${row.taskId}-${row.endedAt}`}>
              <td>
                <Moment at={row.endedAt} />
              </td>
              <CaseCell row={row} />
              <td>{t(`surveys.outcome.${row.outcome}`)}</td>
              <td className={unhappy ? 'board-amber' : undefined}>
                {saidWords(row.said)
                  .map((word) => t(word))
                  .join(' · ') || '·'}
              </td>
              <td>{t(next.key, { time: next.at ? moment(Date.parse(next.at), now, language) : '' })}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
};

const Waiting = ({ rows }: { rows: readonly SurveyRow[] }) => {
  const { t } = useWords();
  if (rows.length === 0) return null;
  return (
    <table className="table">
      <ColumnHeads of={['callbacks.by', 'surveys.matter', 'surveys.number', 'surveys.state']} />
      <tbody>
        {rows.map((row) => (
          <tr key={row.taskId}>
            <td>
              <Moment at={row.dueAt} />
            </td>
            <CaseCell row={row} />
            <td>{row.number ?? t('callbacks.no_number')}</td>
            <td>{row.attempts > 0 ? t('callbacks.attempts', { n: row.attempts }) : t('surveys.phase.waiting')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

const SHOWN_UNHAPPY = 12;

const Unhappy = ({ view, now }: { view: SurveysView; now: number }) => {
  const { t, language } = useWords();
  const name = useUnitName();
  return (
    <section aria-label={t('surveys.unhappy_list')}>
      <h2>
        {t('surveys.unhappy_list')} {view.unhappy.length} <small>{t('surveys.unhappy_note')}</small>
      </h2>
      {view.unhappy.length === 0 && <p className="meta">{t('surveys.none_unhappy')}</p>}
      <ul className="survey-loop">
        {view.unhappy.slice(0, SHOWN_UNHAPPY).map((row) => {
          const late = row.dueAt !== null && Date.parse(row.dueAt) < now;
          return (
            <li key={row.taskId}>
              <span className={late ? 'fact-red' : undefined}>{row.dueAt ? moment(Date.parse(row.dueAt), now, language) : '—'}</span>
              <b>{row.title || t('callbacks.guarded')}</b>
              <span className="row">
                <span className="meta">
                  <CaseNumber number={row.caseNumber ?? ''} short /> {name(row.unitCode)} · {t(whyOf(row.reason))}
                  {row.round > 1 && ` · ${t('callbacks.second', { n: row.round })}`}
                </span>
              </span>
              <span className="row wrap">
                <Link to="/callbacks" search={{ part: row.asks === 'ruling' ? 'ruling' : 'call', task: row.taskId } as never}>
                  {t(row.asks === 'ruling' ? 'callbacks.part_ruling' : 'callbacks.part_call')}
                </Link>
                {row.voices.map((voice) => (
                  <Voice key={voice.voiceId} voice={voice} />
                ))}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
};

const Units = ({ view }: { view: SurveysView }) => {
  const { t } = useWords();
  const name = useUnitName();
  const units = unitsInOrder(view.units);
  return (
    <section aria-label={t('surveys.month')}>
      <h2>
        {t('surveys.month')} <small>{t('surveys.month_note', { target: TARGET_PERCENT })}</small>
      </h2>
      {units.length === 0 && <p className="meta">{t('surveys.none_units')}</p>}
      <table className="survey-units">
        <tbody>
          {units.map((unit) => {
            const fraction = { part: unit.satisfied, whole: unit.rated };
            const low = below(fraction, TARGET_PERCENT);
            return (
              <tr key={unit.unitCode}>
                <th scope="row" title={name(unit.unitCode)}>
                  {name(unit.unitCode)}
                </th>
                {unit.rated < LEAST_RATED ? (
                  <td colSpan={2} className="meta">
                    {t('surveys.too_few', { n: unit.rated, least: LEAST_RATED })}
                  </td>
                ) : (
                  <>
                    <td className={low ? 'board-amber' : undefined}>
                      {low && <Icon of={Diamond} size={12} />} <b>{percent(fraction)}</b>
                    </td>
                    <td className="meta">
                      {unit.satisfied} / {unit.rated}
                    </td>
                  </>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
};
