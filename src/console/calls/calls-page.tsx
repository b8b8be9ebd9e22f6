import { Link, useParams } from '@tanstack/react-router';
import {
  AudioLines,
  FileText,
  type LucideIcon,
  Phone,
  PhoneForwarded,
  PhoneIncoming,
  PhoneMissed,
  PhoneOff,
  PhoneOutgoing,
  Voicemail,
  WifiOff,
} from 'lucide-react';
import { useRef } from 'react';
import type { CallRow } from '../../calls/schemas.ts';
import { api } from '../api/endpoints.ts';
import { queueWord, useWords } from '../i18n/i18n.ts';
import { duration } from '../ui/format.ts';
import { useListKeys } from '../ui/list-keys.ts';
import { More, usePages } from '../ui/pages.tsx';
import { ColumnHeads, Empty, Failed, Icon, Loading, Moment, PageTop } from '../ui/parts.tsx';
import { CallSide } from './call-side.tsx';

const RESULTS: Record<NonNullable<CallRow['disposition']> | 'open', LucideIcon> = {
  answered: Phone,
  abandoned: PhoneMissed,
  voicemail: Voicemail,
  fallback: PhoneForwarded,
  lost: WifiOff,
  callback: PhoneOutgoing,
  unreached: PhoneOff,
  busy: PhoneOff,
  no_answer: PhoneOff,
  cancelled: PhoneOff,
  open: PhoneIncoming,
};

export const CallsPage = () => {
  const { t } = useWords();
  const { callId } = useParams({ strict: false }) as { callId?: string };
  const pages = usePages(['calls'], (after) => api.calls(after));
  const list = useRef<HTMLDivElement>(null);
  useListKeys(list);
  return (
    <main className="page">
      <PageTop title={t('calls.title')} note={t('calls.newest')} />
      <div className="page-split">
        <div ref={list}>
          {!pages.rows && !pages.error && <Loading rows={12} height={36} />}
          {pages.error ? <Failed error={pages.error} onRetry={pages.refetch} /> : null}
          {pages.rows?.length === 0 && <Empty title={t('calls.none')}>{t('calls.none_note')}</Empty>}
          {pages.rows && pages.rows.length > 0 && <CallTable rows={pages.rows} chosen={callId} />}
          <More pages={pages} />
        </div>
        <aside className="page-side" aria-label={t('calls.detail')}>
          {callId ? <CallSide key={callId} callId={Number(callId)} /> : <Empty title={t('calls.choose')}>{t('calls.choose_note')}</Empty>}
        </aside>
      </div>
    </main>
  );
};

const COLUMNS = [
  'calls.at',
  'calls.caller',
  'calls.result',
  'calls.queue',
  'calls.wait',
  'calls.talk',
  'calls.agent',
  'calls.case',
] as const;

const CallTable = ({ rows, chosen }: { rows: readonly CallRow[]; chosen: string | undefined }) => {
  const { t } = useWords();
  return (
    <table className="table">
      <ColumnHeads of={COLUMNS} figures={['calls.wait', 'calls.talk']} />
      <tbody>
        {rows.map((row) => (
          <tr key={row.callId} data-chosen={String(row.callId) === chosen}>
            <td>
              <Link to="/calls/$callId" params={{ callId: String(row.callId) }} data-row>
                <Moment at={row.arrivedAt} />
              </Link>
            </td>
            <td>
              <b>{row.callerName ?? row.number?.masked ?? t(`identity.${row.identity}`)}</b>
              {row.callerName && row.number && <span className="meta"> {row.number.masked}</span>}
            </td>
            <td>
              <span className={row.disposition === 'lost' || row.disposition === 'abandoned' ? 'fact-amber' : 'fact'}>
                <Icon of={RESULTS[row.disposition ?? 'open']} size={15} /> {t(`disposition.${row.disposition ?? 'open'}`)}
              </span>
            </td>
            <td>{row.queue ? queueWord(t, row.queue) : '—'}</td>
            <td className="figure">{duration(row.waitSeconds)}</td>
            <td className="figure">{row.answeredBy ? duration(row.talkSeconds) : '—'}</td>
            <td>{row.answeredBy?.name ?? '—'}</td>
            <td className="cut">
              {row.recording === 'whole' && <Icon of={AudioLines} size={14} className="mark-icon" />}
              {row.caseId !== null && (
                <>
                  <Icon of={FileText} size={14} /> {row.subject || t('case.untitled')}
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
