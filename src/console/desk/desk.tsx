import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Input } from 'antd';
import { BadgeCheck, Check, CircleSlash, CloudOff, ListOrdered, Phone, PhoneIncoming, Repeat2, Search, Volume2 } from 'lucide-react';
import { useEffect, useLayoutEffect, useState } from 'react';
import type { BriefLine, CallRow } from '../../calls/schemas.ts';
import { api } from '../api/endpoints.ts';
import { endWrapUp } from '../app/desk-acts.ts';
import { onKey } from '../app/keys.ts';
import { desk, drafts, notice, phone, push, tell } from '../app/services.ts';
import { session } from '../app/session.ts';
import { CaseFields, CaseFoot } from '../cases/case-form.tsx';
import { queueWord, useWords } from '../i18n/i18n.ts';
import { markPainted } from '../softphone/measure.ts';
import { soundBlocked, startRing, unlockSound } from '../softphone/sound.ts';
import { useNow } from '../ui/clock.ts';
import { dateInProse, duration } from '../ui/format.ts';
import { CaseNumber, Empty, Icon, Moment, PanelHead, Tag } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { callerName, type DeskCard, type DeskView } from './desk-view.ts';

/** Three columns that never move: what is in them changes with the call, their rectangles do not. */
export const DeskPage = () => {
  const view = useStore(desk.view);
  const { card } = view;
  const offerId = card?.offerId;
  useLayoutEffect(() => {
    if (view.mode === 'ringing' && offerId !== undefined && offerId > 0) markPainted(offerId);
  }, [view.mode, offerId]);
  useEffect(() => {
    const focus = (id: string) => () => document.getElementById(id)?.querySelector<HTMLElement>('input,textarea,a,button')?.focus();
    const stops = [
      onKey('focus_who', focus('who')),
      onKey('focus_form', focus('what')),
      onKey('focus_help', focus('help')),
      onKey('find', focus('help')),
      onKey('search_here', focus('help')),
      onKey('focus_timeline', focus('timeline')),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  const writing = card !== null && (view.mode === 'talking' || view.mode === 'wrap_up');
  return (
    <main className="desk" data-mode={view.mode}>
      {writing && card ? (
        <Writing view={view} card={card} />
      ) : view.mode === 'ringing' && card ? (
        <Ringing card={card} />
      ) : (
        <Waiting view={view} />
      )}
      <Help card={card} />
      <section id="who" aria-label={card ? undefined : 'today'}>
        {card ? <Who card={card} view={view} /> : <Today />}
      </section>
    </main>
  );
};

const Who = ({ card, view }: { card: DeskCard; view: DeskView }) => {
  const { t, language } = useWords();
  const [person] = card.caller.people;
  const name = callerName(card);
  return (
    <>
      <div className="panel">
        <p className="who-name">
          <b>{name ?? t(`identity.${card.caller.identity}`)}</b>
          {name && <Tag icon={BadgeCheck}>{t('identity.known')}</Tag>}
        </p>
        <p className="meta">{card.caller.number?.masked ?? t('identity.withheld')}</p>
        {card.repeats > 0 && (
          <Tag icon={Repeat2} tone="amber">
            {t('who.times', { n: card.repeats + 1 })}
          </Tag>
        )}
        {card.caller.identity === 'maybe' && (
          <ul className="who-maybe">
            {card.caller.people.map((each) => (
              <li key={each.citizenId}>{each.name}</li>
            ))}
          </ul>
        )}
        {name && person?.address && (
          <p className="pair">
            <span>{t('who.address')}</span> {person.address}
          </p>
        )}
        {name && person?.callbackPreference && (
          <p className="pair">
            <span>{t('who.callback')}</span> {person.callbackPreference}
          </p>
        )}
      </div>
      <div className="panel">
        <PanelHead title={`${t('who.open')} ${card.openCases.length}`} />
        {card.openCases.length === 0 && <p className="meta">{t('who.no_open')}</p>}
        {card.openCases.map((each) => (
          <div key={each.caseId} className="open-case">
            <p className="meta">
              {t('state.draft')} <span className="grow" />
              <CaseNumber number={each.number} />
            </p>
            <Link to="/cases/$caseId" params={{ caseId: String(each.caseId) }}>
              {each.title || t('case.untitled')}
            </Link>
            <p className="meta">{[each.unitName, dateInProse(Date.parse(each.createdAt), language)].filter(Boolean).join(' · ')}</p>
          </div>
        ))}
      </div>
      {view.mode !== 'ringing' && <Timeline card={card} />}
      <div className="panel">
        <PanelHead title={t('who.last_calls')} side={t('who.in_year', { n: card.caller.callsInTwelveMonths })} />
        <CallLines rows={card.lastCalls} />
      </div>
    </>
  );
};

const Timeline = ({ card }: { card: DeskCard }) => {
  const { t } = useWords();
  const start = Date.parse(card.arrivedAt);
  const at = (instant: string): string => duration((Date.parse(instant) - start) / 1000);
  const lines = [
    { icon: Volume2, time: '0:00', word: t('timeline.notice') },
    { icon: ListOrdered, time: at(card.queuedAt), word: `${t('timeline.queued')} ${queueWord(t, card.queue)}` },
    { icon: PhoneIncoming, time: at(card.offeredAt), word: t('timeline.offered') },
    ...(card.answeredAt ? [{ icon: Phone, time: at(card.answeredAt), word: t('timeline.answered') }] : []),
  ];
  return (
    <div className="panel" id="timeline">
      <PanelHead title={t('timeline.title')} />
      <ol className="timeline">
        {lines.map((line) => (
          <li key={line.word}>
            <Icon of={line.icon} size={14} />
            <span className="timeline-time">{line.time}</span>
            {line.word}
          </li>
        ))}
      </ol>
    </div>
  );
};

const CallLines = ({ rows }: { rows: readonly CallRow[] }) => {
  const { t } = useWords();
  if (rows.length === 0) return <p className="meta">{t('calls.none')}</p>;
  return (
    <ul className="call-lines">
      {rows.map((row) => (
        <li key={row.callId}>
          <Link to="/calls/$callId" params={{ callId: String(row.callId) }}>
            <span className="meta">
              <Moment at={row.arrivedAt} />
            </span>
            <b>{row.callerName ?? t(`identity.${row.identity}`)}</b>
            <span className="call-line-subject">{row.subject || t(`disposition.${row.disposition ?? 'open'}`)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
};

const Today = () => {
  const { t, language } = useWords();
  const now = useNow();
  const { snapshot } = useStore(push.state);
  const today = snapshot?.today;
  return (
    <>
      <div className="panel">
        <PanelHead title={`${t('today.title')} ${dateInProse(now, language)}`} />
        <dl className="figures">
          {(
            [
              ['today.answered', today?.answered ?? '—'],
              ['today.drafted', today?.drafted ?? '—'],
              ['today.missed', today?.missed ?? '—'],
              ['today.paused', today ? duration(today.pausedSeconds) : '—'],
            ] as const
          ).map(([word, value]) => (
            <div key={word}>
              <dt>{t(word)}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </div>
      <div className="panel">
        <PanelHead title={t('today.recent')} />
        <CallLines rows={snapshot?.recent ?? []} />
      </div>
    </>
  );
};

const Waiting = ({ view }: { view: DeskView }) => {
  const { t } = useWords();
  const { me } = useStore(session);
  const cases = useQuery({ queryKey: ['cases', 'mine'], queryFn: () => api.cases(null, 30) });
  const open = (cases.data?.rows ?? []).filter((row) => row.missing.length > 0 && row.createdBy?.staffId === me?.staffId);
  return (
    <section id="what" aria-label={t('desk.waiting')}>
      <div className="page-top">
        <h1>{t('desk.waiting')}</h1>
        <span className="page-note">{t('desk.waiting_count', { n: open.length })}</span>
      </div>
      <div className="what-body rows">
        {open.length === 0 && (
          <Empty title={t('desk.nothing')}>{t(view.mode === 'signed_out' ? 'desk.nothing_signed_out' : 'desk.nothing_note')}</Empty>
        )}
        {open.map((row) => (
          <div key={row.caseId} className="work-row">
            <div>
              <b>{t('desk.draft_lacks', { n: row.missing.length })}</b>
              <p className="meta">
                {[row.form.contactName || row.contactNumber?.masked, row.form.course.slice(0, 30)].filter(Boolean).join(' · ')}
              </p>
            </div>
            <span className="grow" />
            <CaseNumber number={row.number} short />
            <Link className="plain-button" to="/cases/$caseId" params={{ caseId: String(row.caseId) }}>
              {t('desk.continue')}
            </Link>
          </div>
        ))}
      </div>
      <Checks />
    </section>
  );
};

const Checks = () => {
  const { t } = useWords();
  const now = useNow();
  const line = useStore(phone.state);
  const said = useStore(notice);
  const ok = (good: boolean, word: string) => (
    <span className={good ? 'check' : 'check bad'}>
      <Icon of={good ? Check : CircleSlash} size={15} /> {word}
    </span>
  );
  return (
    <div className="foot">
      {said && now - said.at < 20_000 ? (
        <b className="fact-amber" role="status">
          {said.text}
        </b>
      ) : (
        <>
          {ok(line.microphone === 'ok', t('device.microphone'))}
          {ok(line.line === 'registered', t('device.line'))}
          {ok(!soundBlocked(), t('device.sound'))}
        </>
      )}
      <span className="grow" />
      <button
        type="button"
        className="plain-button"
        onClick={() => {
          void unlockSound().then(() => startRing(1));
          if ('Notification' in window) void Notification.requestPermission();
        }}
      >
        {t('device.try_ring')}
      </button>
    </div>
  );
};

const BriefRow = ({ line }: { line: BriefLine }) => {
  const { t } = useWords();
  const { at, ...values } = line.values;
  return (
    <li className="brief-line">
      <p className="brief-title">
        {t(`brief.${line.kind}`, values)} {typeof at === 'string' && <Moment at={at} />}
      </p>
      <p className="brief-say">{t(`brief.${line.kind}.say`, values)}</p>
    </li>
  );
};

const Ringing = ({ card }: { card: DeskCard }) => {
  const { t } = useWords();
  const filled = Object.entries(card.prefill).filter(([, value]) => typeof value === 'string' && value !== '');
  return (
    <section id="what" aria-label={t('brief.title')} data-offer={card.offerId} data-call={card.callId}>
      <div className="page-top">
        <h1>{t('brief.title')}</h1>
      </div>
      <div className="what-body padded">
        <ul className="brief">
          {card.brief.length === 0 && (
            <BriefRow line={{ kind: card.caller.identity === 'withheld' ? 'withheld' : 'unknown', values: { calls: 0 } }} />
          )}
          {card.brief.map((line) => (
            <BriefRow key={line.kind} line={line} />
          ))}
        </ul>
        {filled.length > 0 && (
          <>
            <PanelHead title={t('brief.prefill')} side={t('brief.prefill_note')} />
            <dl className="prefill">
              {filled.map(([field, value]) => (
                <div key={field}>
                  <dt>{t(`field.${field}` as never)}</dt>
                  <dd className="proposed">{String(value)}</dd>
                </div>
              ))}
            </dl>
          </>
        )}
      </div>
      <div className="foot" />
    </section>
  );
};

const Writing = ({ view, card }: { view: DeskView; card: DeskCard }) => {
  const { t } = useWords();
  const all = useStore(drafts.state);
  const key = `call:${card.channelId}`;
  useEffect(() => void drafts.openForCall(card), [card]);
  const draft = all.get(key);
  const wrapUp = view.mode === 'wrap_up';
  const submit = (): void => {
    void drafts.save(key).then((there) => {
      if (!there) tell(t('case.kept_here'));
      if (wrapUp) endWrapUp();
    });
  };
  return (
    <section id="what" aria-label={t('case.new')}>
      {draft ? <CaseFields draft={draft} focusFirst={view.mode === 'talking'} /> : <div className="what-body" />}
      {draft && <CaseFoot draft={draft} primary={t(wrapUp ? 'case.save_and_ready' : 'case.register')} onPrimary={submit} />}
    </section>
  );
};

const WORKS = ['works.calls', 'works.recording', 'works.form'] as const;
const WAITS = ['waits.history', 'waits.number'] as const;

const Help = ({ card }: { card: DeskCard | null }) => {
  const { t } = useWords();
  const { link } = useStore(push.state);
  const [words, setWords] = useState('');
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(words.trim()), 250);
    return () => clearTimeout(timer);
  }, [words]);
  const subject = String(card?.brief.find((line) => line.kind === 'repeat')?.values.subject ?? '');
  const wanted = asked || subject;
  const articles = useQuery({
    queryKey: ['knowledge', wanted],
    queryFn: () => api.knowledge(wanted),
    enabled: wanted !== '',
    placeholderData: (before) => before,
  });
  return (
    <section id="help" aria-label={t('help.title')}>
      {link === 'down' && <ServiceAway />}
      <div className="panel">
        <Input
          prefix={<Icon of={Search} />}
          aria-label={t('help.search')}
          placeholder={t('help.search')}
          value={words}
          onChange={(event) => setWords(event.target.value)}
          allowClear
        />
      </div>
      <div className="help-body" data-card={card?.offerId ?? ''}>
        {wanted ? <PanelHead title={t('help.found')} /> : <p className="meta">{t('help.hint')}</p>}
        {articles.data?.length === 0 && <p className="meta">{t('help.none')}</p>}
        {articles.data?.slice(0, 8).map((article) => (
          <details key={article.code} className="article">
            <summary>{article.title}</summary>
            <p>{article.answer}</p>
            <p className="meta">
              {article.ownerName} · v{article.version}
              {article.reviewOverdueDays > 0 && <b className="fact-amber"> {t('help.review_late', { n: article.reviewOverdueDays })}</b>}
            </p>
          </details>
        ))}
      </div>
    </section>
  );
};

const ServiceAway = () => {
  const { t } = useWords();
  const now = useNow();
  const { attempt, nextAttemptAt } = useStore(push.state);
  const { me } = useStore(session);
  return (
    <div className="away" role="status">
      <h2>
        <Icon of={CloudOff} size={18} /> {t('service.down')}
      </h2>
      <p>{t('service.down_note')}</p>
      <p className="row">
        <span className="meta">{t('service.retry', { s: Math.max(0, Math.ceil(((nextAttemptAt ?? now) - now) / 1000)), n: attempt })}</span>
        <span className="grow" />
        <button type="button" className="plain-button" onClick={() => push.reconnectNow()}>
          {t('service.retry_now')}
        </button>
      </p>
      <ul className="works">
        {WORKS.map((word) => (
          <li key={word}>
            <Icon of={Check} className="ok" /> {t(word)}
          </li>
        ))}
        {WAITS.map((word) => (
          <li key={word}>
            <Icon of={CircleSlash} /> {t(word)}
          </li>
        ))}
      </ul>
      {me?.hotline.dutyPhone && <p className="meta">{t('service.duty', { number: me.hotline.dutyPhone })}</p>}
    </div>
  );
};
