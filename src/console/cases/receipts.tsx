import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { Failed, Loading, Moment, PanelHead } from '../ui/parts.tsx';

const SHOWN = 6;

/** Who was told of this case and who has read it: the receipt of an important report first of all. */
export const Receipts = ({ caseId }: { caseId: number }) => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({ queryKey: ['receipts', caseId], queryFn: () => api.receipts(caseId) });
  const [all, setAll] = useState(false);
  const rows = data && (all ? data : data.slice(0, SHOWN));
  return (
    <div className="panel">
      <PanelHead title={t('receipts.title')} />
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Loading rows={2} height={28} />}
      {rows?.length === 0 && <p className="meta">{t('receipts.none')}</p>}
      <ul>
        {rows?.map((row) => (
          <li key={row.noticeId}>
            <b>{row.name}</b> <span className="meta">{row.unitName ?? ''}</span> {t(`notice_rule.${row.rule}`)}{' '}
            <span className="meta">
              <Moment at={row.at} /> · {t(row.readAt ? 'notices.read' : 'notices.not_read')} {row.readAt && <Moment at={row.readAt} />}
            </span>
          </li>
        ))}
      </ul>
      {data && data.length > SHOWN && !all && (
        <button type="button" className="plain-button" onClick={() => setAll(true)}>
          {t('receipts.more', { n: data.length })}
        </button>
      )}
    </div>
  );
};
