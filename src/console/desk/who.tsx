import { Link } from '@tanstack/react-router';
import { BadgeCheck, ListOrdered, Phone, PhoneIncoming, Repeat2, Volume2 } from 'lucide-react';
import type { CallRow } from '../../calls/schemas.ts';
import { push } from '../app/services.ts';
import { usePauseReasons } from '../app/use-pause-reasons.ts';
import { queueWord, useWords } from '../i18n/i18n.ts';
import { useNow } from '../ui/clock.ts';
import { dateInProse, duration } from '../ui/format.ts';
import { CitizenNumber } from '../ui/number.tsx';
import { CaseNumber, Icon, Moment, PanelHead, Tag } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { callerName, type DeskCard, type DeskView } from './desk-view.ts';

/** The caller: who they are, what of theirs is open, what happened in this call, when they called before. */
export const Who = ({ card, view }: { card: DeskCard; view: DeskView }) => {
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
        <p className="meta">
          {card.caller.number ? (
            <CitizenNumber
              key={card.callId}
              number={card.caller.number}
              callId={card.callId}
              offer={view.mode !== 'ringing' && view.mode !== 'dialling'}
            />
          ) : (
            t(card.caller.identity === 'malformed' ? 'identity.malformed' : 'identity.withheld')
          )}
        </p>
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
      {view.mode !== 'ringing' && view.mode !== 'dialling' && !card.outbound && <Timeline card={card} />}
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
    <div className="panel" id="timeline" tabIndex={-1}>
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

/** The agent at rest: the day so far and the calls just ended. */
export const Today = () => {
  const { t, language } = useWords();
  const now = useNow();
  const { snapshot } = useStore(push.state);
  const today = snapshot?.today;
  const pauses = usePauseReasons();
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
              ['today.dialled', today?.dialled ?? '—'],
              ['today.paused', today ? duration(today.pausedSeconds) : '—'],
              [
                'today.rated',
                today && today.rated > 0 ? t('today.rated_mean', { n: today.rated, mean: (today.ratedSum / today.rated).toFixed(1) }) : '—',
              ],
            ] as const
          ).map(([word, value]) => (
            <div key={word}>
              <dt>{t(word)}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <p className="meta pauses" title={t('today.paused')}>
          {today?.pauses.map(({ reason, seconds }) => `${pauses.word(reason)} ${duration(seconds)}`).join(' · ')}
        </p>
      </div>
      <div className="panel">
        <PanelHead title={t('today.recent')} />
        <CallLines rows={snapshot?.recent ?? []} />
      </div>
    </>
  );
};
