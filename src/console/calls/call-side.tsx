import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../api/endpoints.ts';
import { DialButton } from '../app/dial-menu.tsx';
import { queueWord, useWords } from '../i18n/i18n.ts';
import { duration } from '../ui/format.ts';
import { CitizenNumber } from '../ui/number.tsx';
import { CaseNumber, Failed, Loading, Moment, PanelHead, Tag } from '../ui/parts.tsx';
import { Player } from './player.tsx';
import { entryDetail, ratingWord } from './timeline-view.ts';

/** One call beside the list: who, its case, its recording, and everything that happened in it. */
export const CallSide = ({ callId }: { callId: number }) => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({ queryKey: ['call', callId], queryFn: () => api.call(callId) });
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading rows={6} height={48} />;
  const { call, caller, recording } = data;
  return (
    <>
      <div className="panel">
        <p className="who-name">
          <b>{call.callerName ?? t(`identity.${caller.identity}`)}</b>
          {call.callerName && <Tag>{t(`identity.${caller.identity}`)}</Tag>}
        </p>
        {call.number && (
          <p>
            <CitizenNumber number={call.number} callId={callId} /> {call.endedAt && <DialButton to={{ kind: 'call', callId }} />}
          </p>
        )}
        {caller.identity === 'maybe' && <p className="meta">{caller.people.map((each) => each.name).join(t('list.comma'))}</p>}
        <dl className="facts-list">
          <dt>{t('calls.at')}</dt>
          <dd>
            <Moment at={call.arrivedAt} />
          </dd>
          <dt>{t('calls.queue')}</dt>
          <dd>
            {call.queue ? queueWord(t, call.queue) : '—'} · {t('call.waited', { time: duration(call.waitSeconds) })}
          </dd>
          <dt>{t('calls.agent')}</dt>
          <dd>{call.answeredBy ? `${call.answeredBy.name} · ${duration(call.talkSeconds)}` : '—'}</dd>
          {data.rating && (
            <>
              <dt>{t('calls.rating')}</dt>
              <dd>
                {t(ratingWord(data.rating.value))} · {data.rating.name ?? '—'} · <Moment at={data.rating.at} />
              </dd>
            </>
          )}
        </dl>
      </div>
      {call.caseId !== null && (
        <div className="panel">
          <PanelHead title={t('calls.case')} side={call.caseNumber && <CaseNumber number={call.caseNumber} />} />
          <Link to="/cases/$caseId" params={{ caseId: String(call.caseId) }}>
            {call.subject || t('case.untitled')}
          </Link>
        </div>
      )}
      <div className="panel">
        <PanelHead title={t('calls.recording')} />
        {recording?.state === 'whole' ? (
          <Player callId={callId} />
        ) : (
          <p className="meta">{t(recording ? `recording.${recording.state}` : 'calls.no_recording')}</p>
        )}
      </div>
      <div className="panel">
        <PanelHead title={t('calls.timeline')} />
        <ol className="events">
          {data.timeline.map((entry, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the record only grows
            <li key={index}>
              <Moment at={entry.at} />
              <span>
                <b>{t(`did.${entry.what}`)}</b> {[entry.who, entryDetail(t, entry)].filter(Boolean).join(' · ')}
              </span>
            </li>
          ))}
        </ol>
      </div>
    </>
  );
};
