import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Segmented } from 'antd';
import { CalendarX2, FileText, type LucideIcon, Phone, Send } from 'lucide-react';
import { Fragment, useState } from 'react';
import type { CasePageView } from '../../cases/life-schemas.ts';
import { WITH_UNIT_STATES } from '../../cases/states.ts';
import { api } from '../api/endpoints.ts';
import { DialButton } from '../app/dial-menu.tsx';
import { may } from '../app/places.ts';
import { session } from '../app/session.ts';
import { type Translate, useWords } from '../i18n/i18n.ts';
import type { PhraseKey } from '../i18n/phrases.ts';
import { useNow } from '../ui/clock.ts';
import { dateInProse, moment, timeOfDay } from '../ui/format.ts';
import { CitizenNumber } from '../ui/number.tsx';
import { CaseNumber, Icon, Moment, PanelHead } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { CaseFiles } from './case-files.tsx';
import { CaseStatus, Due, Lasted, Marks } from './case-status.tsx';
import { byDay, type Kind, type LifeEntry, lifeEntries, openOrders, type Part, stages } from './life-view.ts';
import { Moves } from './moves.tsx';
import { Receipts } from './receipts.tsx';

const CLOSED = ['closed', 'direct_closed', 'not_accepted', 'terminated', 'merged', 'archived', 'callback_failed'];

/** A registered case: its card and term, where it stood how long, all that happened, and what may be done now. */
export const LifePage = ({ view }: { view: CasePageView }) => (
  <>
    <Head view={view} />
    <StageStrip view={view} />
    <div className="page-split case-split">
      <Life view={view} />
      <aside className="page-side life-side">
        <div className="life-side-body">
          <CaseFacts view={view} />
        </div>
        <Moves view={view} />
      </aside>
    </div>
  </>
);

/** The unit's clock runs only while the case lies with it. */
const isWithUnit = (view: CasePageView): boolean => {
  const states: readonly string[] = WITH_UNIT_STATES;
  return states.includes(view.state) && view.dueAt !== null;
};

const titleOf = (view: CasePageView, untitled: string): string => view.form.course.split(/[。！？\n]/)[0] || view.form.purpose || untitled;

export const Head = ({ view }: { view: CasePageView }) => {
  const { t } = useWords();
  const { form } = view;
  const lead = view.units.find((unit) => unit.duty === 'lead' && unit.releasedAt === null);
  const clocked = { dueAt: view.dueAt, card: view.card, urgent: form.urgent, startAt: view.dispatchedAt, extendedDays: view.extendedDays };
  return (
    <header className="life-head">
      <div>
        <p className="case-line">
          <CaseStatus state={view.state} side={view.side} round={view.round} />
          <CaseNumber number={view.number} />
          <Marks of={form} times={view.submissions} />
        </p>
        <h1 className="case-title">{titleOf(view, t('case.untitled'))}</h1>
        <p className="meta">
          {[form.contactName, view.contactNumber, form.placeText, lead ? `${t('units.lead')} ${lead.unitName ?? lead.unitCode}` : '']
            .filter(Boolean)
            .join(' · ')}
        </p>
      </div>
      <div className="life-due">
        {isWithUnit(view) && view.dueAt !== null && (
          <>
            <Due of={clocked} large />
            <span className="meta">
              <DueBy at={view.dueAt} /> {view.provisional && <span title={t('mark.provisional_note')}>{t('mark.provisional')}</span>}
            </span>
          </>
        )}
      </div>
    </header>
  );
};

/** A day's end is 24:00 of that day, never a second before it. */
const dayEnd = (at: number, language: Parameters<typeof dateInProse>[1]): string =>
  `${dateInProse(at, language)} ${timeOfDay(at) === '23:59' ? '24:00' : timeOfDay(at)}`;

const DueBy = ({ at }: { at: string }) => {
  const { t, language } = useWords();
  return <>{t('due.at', { at: dayEnd(Date.parse(at), language) })}</>;
};

const StageStrip = ({ view }: { view: CasePageView }) => {
  const { t } = useWords();
  const found = stages(view);
  return (
    <ol className="stages" aria-label={t('stage.label')}>
      {found.slice(-8).map((stage) => (
        <li key={stage.key} data-now={stage.to === null}>
          <span className="meta">
            {t(`case_state.${stage.state}` as PhraseKey)}
            {stage.round > 1 && ` ${stage.round}`}
          </span>
          <b>{stage.to === null && CLOSED.includes(view.state) ? '—' : <Lasted from={stage.from} to={stage.to} />}</b>
          {stage.to === null && !CLOSED.includes(view.state) && <span className="meta">{t('stage.now')}</span>}
        </li>
      ))}
    </ol>
  );
};

const KINDS: readonly Kind[] = ['calls', 'moves', 'papers', 'clocks'];
const ICON: Readonly<Record<Kind, LucideIcon>> = { calls: Phone, moves: Send, papers: FileText, clocks: CalendarX2 };

export const Life = ({ view }: { view: CasePageView }) => {
  const { t, language } = useWords();
  const [kind, setKind] = useState<Kind | 'all'>('all');
  const all = lifeEntries(view.timeline);
  const shown = kind === 'all' ? all : all.filter((entry) => entry.kind === kind);
  const count = (of: Kind): number => all.filter((entry) => entry.kind === of).length;
  return (
    <section className="life" id="timeline" aria-label={t('life.title')}>
      <div className="life-top">
        <h2>{t('life.title')}</h2>
        <span className="meta">{t('life.newest_first')}</span>
        <span className="grow" />
        <Segmented
          aria-label={t('life.title')}
          value={kind}
          onChange={(value) => setKind(value as Kind | 'all')}
          options={[
            { value: 'all', label: t('life.all', { n: all.length }) },
            ...KINDS.map((each) => ({ value: each, label: t(`life.${each}`, { n: count(each) }) })),
          ]}
        />
      </div>
      {shown.length === 0 && <p className="meta">{t('life.none')}</p>}
      {byDay(shown).map(({ day, entries }) => (
        <Fragment key={day}>
          <h3>{dateInProse(Date.parse(entries[0]?.at ?? ''), language)}</h3>
          <ol>
            {entries.map((entry) => (
              <LifeRow key={entry.key} entry={entry} view={view} />
            ))}
          </ol>
        </Fragment>
      ))}
    </section>
  );
};

const LifeRow = ({ entry, view }: { entry: LifeEntry; view: CasePageView }) => {
  const { t, language } = useWords();
  const now = useNow();
  const { me } = useStore(session);
  const unit = entry.unitCode && (view.units.find((each) => each.unitCode === entry.unitCode)?.unitName ?? entry.unitCode);
  const hears = me !== null && (may(me, 'calls.read_own') || may(me, 'calls.read_all'));
  return (
    <li>
      <Icon of={ICON[entry.kind]} className="mark-icon" />
      <time dateTime={entry.at} title={moment(Date.parse(entry.at), now, language)}>
        {timeOfDay(Date.parse(entry.at))}
      </time>
      <div>
        <b>{t(entry.title)}</b> {[unit, entry.who ?? (entry.kind === 'clocks' ? t('life.by_clock') : null)].filter(Boolean).join(' ')}{' '}
        {entry.parts
          .map((part) => partWords(part, t, language))
          .map((words) => (
            <span key={words} className="part">
              {words}
            </span>
          ))}
        {entry.callId !== null && hears && (
          <Link to="/calls/$callId" params={{ callId: String(entry.callId) }}>
            {t('life.hear')}
          </Link>
        )}
        {entry.texts.map((words) => (
          <p key={words} className="said-words">
            {words}
          </p>
        ))}
      </div>
    </li>
  );
};

const partWords = (part: Part, t: Translate, language: Parameters<typeof moment>[2]): string => {
  if ('words' in part) return part.words;
  if ('at' in part) return t(part.key, { at: dayEnd(Date.parse(part.at), language) });
  return t(part.key, part.values);
};

/** What the case is, for whoever must act on it: its clocks, the citizen's words, the matter, the units. */
export const CaseFacts = ({ view }: { view: CasePageView }) => (
  <>
    <Clocks view={view} />
    {view.state !== 'draft' && <CitizenWords view={view} />}
    <Matter view={view} />
    <CaseFiles caseId={view.caseId} />
    <Units view={view} />
    <CaseReceipts view={view} />
  </>
);

/** For the centre: what a unit's people have read is not another unit's matter. */
const CaseReceipts = ({ view }: { view: CasePageView }) => {
  const { me } = useStore(session);
  const reads = me !== null && (may(me, 'cases.read_all') || may(me, 'cases.read_own'));
  return reads && view.state !== 'draft' ? <Receipts caseId={view.caseId} /> : null;
};

const Clocks = ({ view }: { view: CasePageView }) => {
  const { t } = useWords();
  const orders = openOrders(view.timeline);
  const before = view.dispatchDueAt !== null && view.dispatchedAt === null;
  const running = isWithUnit(view);
  const clock = (dueAt: string, urgent = false) => ({ dueAt, card: 'none' as const, urgent, startAt: null });
  return (
    <div className="panel">
      <PanelHead title={t('clocks.title')} />
      {!before && !running && orders.length === 0 && <p className="meta">{t('due.none')}</p>}
      <dl className="facts-list clocks">
        {before && view.dispatchDueAt && (
          <>
            <dt>{t('due.dispatch')}</dt>
            <dd>
              <Due of={clock(view.dispatchDueAt, true)} />
            </dd>
          </>
        )}
        {running && view.dueAt && (
          <>
            <dt>
              {t('due.handle')} {view.round > 1 && t('case_round', { n: view.round })}
            </dt>
            <dd>
              <Due of={{ ...clock(view.dueAt, view.form.urgent), card: view.card }} />
              {view.extendedDays > 0 && <span className="meta"> {t('due.extended', { n: view.extendedDays })}</span>}
            </dd>
            {view.yellowAt && view.card === 'none' && (
              <>
                <dt>{t('due.yellow_at')}</dt>
                <dd>
                  <Moment at={view.yellowAt} />
                </dd>
              </>
            )}
            {view.redAt && view.card !== 'red' && (
              <>
                <dt>{t('due.red_at')}</dt>
                <dd>
                  <Moment at={view.redAt} />
                </dd>
              </>
            )}
          </>
        )}
        {orders.map((order) => (
          <Fragment key={order.orderId}>
            <dt>{t(`order.${order.kind}` as PhraseKey)}</dt>
            <dd>{order.dueAt ? <Due of={clock(order.dueAt)} /> : <span className="meta">{t('order.open')}</span>}</dd>
          </Fragment>
        ))}
      </dl>
    </div>
  );
};

const CitizenWords = ({ view }: { view: CasePageView }) => {
  const { t } = useWords();
  const { form } = view;
  return (
    <div className="panel">
      <PanelHead title={t('words.title')} />
      {form.course && <p className="said-words">{form.course}</p>}
      {form.purpose && <p className="said-words">{form.purpose}</p>}
    </div>
  );
};

const Matter = ({ view }: { view: CasePageView }) => {
  const { t } = useWords();
  const { me } = useStore(session);
  const { form } = view;
  const { data: categories } = useQuery({ queryKey: ['categories'], queryFn: api.categories, staleTime: Number.POSITIVE_INFINITY });
  const asUnit = me !== null && may(me, 'cases.read_unit') && !may(me, 'cases.read_all');
  const isProtected = asUnit && (form.confidential || form.requestType === 'report');
  const readsCalls = me !== null && (may(me, 'calls.read_own') || may(me, 'calls.read_all'));
  const rows: [PhraseKey, React.ReactNode][] = [
    ['field.requestType', form.requestType ? t(`type.${form.requestType}`) : '—'],
    ['field.categoryCode', categories?.find((each) => each.code === form.categoryCode)?.path ?? form.categoryCode ?? '—'],
    ['field.placeText', form.placeText || '—'],
    ['field.happenedText', form.happenedText || '—'],
    ['field.contactName', isProtected ? t('protected.note') : form.contactName || '—'],
    ...(isProtected ? [] : [['case.phone', <Reach key="phone" view={view} />] as [PhraseKey, React.ReactNode]]),
    ['field.wantsReply', t(form.wantsReply ? 'word.yes' : 'word.no')],
    ['case.source', t(`source.${view.source}`)],
    ['cases.by', view.createdBy ?? t('case.by_machine')],
    ['matter.registered', <Moment key="registered" at={view.registeredAt} />],
    // A draft is under no terms yet: they are those of the day it is registered.
    ['matter.policy', view.registeredAt === null ? '—' : t('matter.policy_version', { n: view.policyVersion })],
    ...(view.ledgerUntil === null ? [] : [['matter.promised', view.ledgerUntil] as [PhraseKey, React.ReactNode]]),
  ];
  return (
    <div className="panel">
      <PanelHead title={t('matter.title')} side={view.children > 0 ? t('matter.children', { n: view.children }) : undefined} />
      <dl className="facts-list">
        {rows.map(([key, value]) => (
          <Fragment key={key}>
            <dt>{t(key)}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
        {view.callId !== null && readsCalls && (
          <>
            <dt>{t('place.calls')}</dt>
            <dd>
              <Link to="/calls/$callId" params={{ callId: String(view.callId) }}>
                {t('case.to_call')}
              </Link>
            </dd>
          </>
        )}
        {view.masterId !== null && (
          <>
            <dt>{t('matter.master')}</dt>
            <dd>
              <Link to="/cases/$caseId" params={{ caseId: String(view.masterId) }}>
                {t('work.whole')}
              </Link>
            </dd>
          </>
        )}
      </dl>
    </div>
  );
};

/** The masked number; who may see it whole says why, and that is recorded. */
const Reach = ({ view }: { view: CasePageView }) => {
  const { t } = useWords();
  if (view.contactNumber === null) return <>{t('case.no_phone')}</>;
  return (
    <>
      <CitizenNumber number={{ masked: view.contactNumber, full: null }} callId={view.callId} />{' '}
      <DialButton to={{ kind: 'case', caseId: view.caseId }} />
    </>
  );
};

const Units = ({ view }: { view: CasePageView }) => {
  const { t } = useWords();
  return (
    <div className="panel">
      <PanelHead title={t('units.title')} />
      {view.units.length === 0 && <p className="meta">{t('units.none')}</p>}
      <ul>
        {view.units.map((unit) => (
          <li key={`${unit.unitCode}-${unit.assignedAt}`}>
            <b>{unit.unitName ?? unit.unitCode}</b> <span className="meta">{t(`units.${unit.duty}`)}</span>{' '}
            {unit.releasedAt !== null && <span className="meta">{t('units.released')}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
};
