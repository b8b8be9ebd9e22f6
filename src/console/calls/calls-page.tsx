import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { duration } from '../ui/format.ts';
import { Empty, Failed, Loading, Moment, PageTop, PanelHead } from '../ui/parts.tsx';
import { Player } from './player.tsx';

export const CallsPage = () => {
  const { t } = useWords();
  const { callId } = useParams({ strict: false }) as { callId?: string };
  const { data, error, isPending, refetch } = useQuery({ queryKey: ['calls'], queryFn: () => api.calls(null, 100) });
  return (
    <main className="page">
      <PageTop title={t('calls.title')} />
      <div className="page-split">
        <div>
          {isPending && <Loading />}
          {error && <Failed error={error} onRetry={() => void refetch()} />}
          {data?.rows.length === 0 && <Empty title={t('calls.none')} />}
          {data && data.rows.length > 0 && (
            <table className="table">
              <thead>
                <tr>
                  {(['calls.at', 'calls.caller', 'calls.result', 'calls.talk', 'calls.agent'] as const).map((key) => (
                    <th key={key} scope="col">
                      {t(key)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {data.rows.map((row) => (
                  <tr key={row.callId} className={String(row.callId) === callId ? 'selected' : undefined}>
                    <td>
                      <Link to="/calls/$callId" params={{ callId: String(row.callId) }}>
                        <Moment at={row.arrivedAt} />
                      </Link>
                    </td>
                    <td>{row.callerName ?? row.number?.masked ?? t(`identity.${row.identity}`)}</td>
                    <td>{t(`disposition.${row.disposition ?? 'open'}`)}</td>
                    <td>{duration(row.talkSeconds)}</td>
                    <td>{row.answeredBy?.name ?? '—'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </div>
        <aside className="page-side">
          {callId ? <CallSide key={callId} callId={Number(callId)} /> : <Empty title={t('calls.choose')} />}
        </aside>
      </div>
    </main>
  );
};

const CallSide = ({ callId }: { callId: number }) => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({ queryKey: ['call', callId], queryFn: () => api.call(callId) });
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading />;
  return (
    <>
      <div className="panel">
        <p className="who-name">
          <b>{data.call.callerName ?? t(`identity.${data.caller.identity}`)}</b>
        </p>
        <p className="meta">{data.call.number?.masked ?? ''}</p>
        {data.call.caseId && (
          <Link to="/cases/$caseId" params={{ caseId: String(data.call.caseId) }}>
            {data.call.subject || data.call.caseNumber}
          </Link>
        )}
      </div>
      <div className="panel">{data.recording ? <Player callId={callId} /> : <p className="meta">{t('calls.no_recording')}</p>}</div>
      <div className="panel">
        <PanelHead title={t('timeline.title')} />
        <ol className="timeline">
          {data.timeline.map((entry, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the record only grows
            <li key={index}>
              <Moment at={entry.at} /> {t(`did.${entry.what}`)} {entry.who} {entry.detail}
            </li>
          ))}
        </ol>
      </div>
    </>
  );
};
