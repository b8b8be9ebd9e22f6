import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Input, Segmented } from 'antd';
import { Mail, MailOpen } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import type { NoticeView } from '../../notices/schemas.ts';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { push, tell } from '../app/services.ts';
import { type Translate, useWords } from '../i18n/i18n.ts';
import { useNow } from '../ui/clock.ts';
import { moment } from '../ui/format.ts';
import { More, usePages } from '../ui/pages.tsx';
import { CaseNumber, ColumnHeads, Dialog, Empty, Failed, Icon, Loading, Moment, PageTop } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';

const KEY = 'notices';

/** Why this one came, in words: the unit's part in the case, and the person's post in the unit. */
export const whyWords = (t: Translate, notice: Pick<NoticeView, 'because' | 'post'>): string => {
  const why = t(`because.${notice.because}`);
  return notice.post === null ? why : t('notices.post', { why, post: t(`post.${notice.post}`) });
};

const useMark = () => {
  const queries = useQueryClient();
  return async (which: Parameters<typeof api.readNotices>[0]): Promise<void> => {
    await api.readNotices(which).catch((error: unknown) => tell(messageOf(error)));
    await queries.invalidateQueries({ queryKey: [KEY] });
  };
};

/** What this person was told, why, and the way to the case it is about. */
export const NoticesPage = () => {
  const { t } = useWords();
  const queries = useQueryClient();
  const unread = useStore(push.state).snapshot?.unreadNotices ?? 0;
  const [which, setWhich] = useState<'unread' | 'all'>('all');
  const [phone, setPhone] = useState(false);
  const pages = usePages([KEY, which], (after) => api.notices(after, which === 'unread'));
  const mark = useMark();
  // The bell rang: the list is behind.
  useEffect(() => {
    if (unread >= 0) void queries.invalidateQueries({ queryKey: [KEY] });
  }, [unread, queries]);
  const newest = pages.rows?.[0]?.noticeId;
  return (
    <main className="page">
      <PageTop title={t('notices.title')} note={t('notices.note')}>
        <Segmented
          aria-label={t('notices.show')}
          value={which}
          onChange={(value) => setWhich(value as 'unread' | 'all')}
          options={[
            { value: 'all', label: t('notices.all') },
            { value: 'unread', label: t('notices.unread', { n: unread >= 100 ? '99+' : unread }) },
          ]}
        />
        <Button data-act="notice-phone" onClick={() => setPhone(true)}>
          {t('notices.phone')}
        </Button>
        {newest !== undefined && unread > 0 && (
          <Button data-act="read-all" onClick={() => void mark({ upTo: newest })}>
            {t('notices.mark_all')}
          </Button>
        )}
      </PageTop>
      <div className="page-body">
        {!pages.rows && !pages.error && <Loading rows={12} height={38} />}
        {pages.error ? <Failed error={pages.error} onRetry={pages.refetch} /> : null}
        {pages.rows?.length === 0 && (
          <Empty title={t(which === 'unread' ? 'notices.none_unread' : 'notices.none')}>
            {which === 'unread' ? (
              <button type="button" className="plain-button" onClick={() => setWhich('all')}>
                {t('notices.see_all')}
              </button>
            ) : (
              t('notices.none_note')
            )}
          </Empty>
        )}
        {pages.rows && pages.rows.length > 0 && <NoticeTable rows={pages.rows} onRead={(noticeId) => void mark({ ids: [noticeId] })} />}
        <More pages={pages} />
      </div>
      {phone && <PhoneDialog onClose={() => setPhone(false)} />}
    </main>
  );
};

const NoticeTable = ({ rows, onRead }: { rows: readonly NoticeView[]; onRead: (noticeId: number) => void }) => {
  const { t } = useWords();
  return (
    <table className="table">
      <ColumnHeads of={['notices.at', 'notices.what', 'notices.case', 'notices.why', 'notices.read']} />
      <tbody>
        {rows.map((row) => (
          <tr key={row.noticeId} data-unread={row.readAt === null}>
            <td>
              <Moment at={row.at} />
            </td>
            <td className="wraps">
              <span className="fact">
                <Icon of={row.readAt === null ? Mail : MailOpen} size={14} />
                <What of={row} />
              </span>
            </td>
            <td>
              <Link
                to="/cases/$caseId"
                params={{ caseId: String(row.caseId) }}
                onClick={() => {
                  if (row.readAt === null) onRead(row.noticeId);
                }}
              >
                <CaseNumber number={row.caseNumber} />
              </Link>
              {row.categoryName && <span className="meta"> {row.categoryName}</span>}
            </td>
            <td className="wraps">{whyWords(t, row)}</td>
            <td>
              {row.readAt ? (
                <Moment at={row.readAt} />
              ) : (
                <button type="button" className="plain-button" data-act="read" onClick={() => onRead(row.noticeId)}>
                  {t('notices.mark')}
                </button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

const What = ({ of: { rule, facts, readAt } }: { of: NoticeView }) => {
  const { t, language } = useWords();
  const now = useNow();
  const ruled = facts.agreed === undefined ? '' : t(facts.agreed ? 'notices.agreed' : 'notices.refused');
  const due = facts.dueAt === undefined ? '' : t('notices.due', { at: moment(Date.parse(facts.dueAt), now, language) });
  const words = t(`notice_rule.${rule}`);
  return (
    <span>
      {readAt === null ? <b>{words}</b> : words} <span className="meta">{[ruled, due].filter(Boolean).join(' · ')}</span>
    </span>
  );
};

const PhoneDialog = ({ onClose }: { onClose: () => void }) => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({ queryKey: ['notice-phone'], queryFn: api.noticePhone });
  return (
    <Dialog title={t('notices.phone')} onClose={onClose}>
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Loading rows={2} height={36} />}
      {data && <PhoneForm mobile={data.mobile ?? ''} onDone={onClose} />}
    </Dialog>
  );
};

const PhoneForm = ({ mobile, onDone }: { mobile: string; onDone: () => void }) => {
  const { t } = useWords();
  const queries = useQueryClient();
  const id = useId();
  const [typed, setTyped] = useState(mobile);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      queries.setQueryData(['notice-phone'], await api.saveNoticePhone(typed.trim() === '' ? null : typed.trim()));
      onDone();
    } catch (failure) {
      setProblem(messageOf(failure));
    }
    setBusy(false);
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="field">
        <label htmlFor={id}>{t('notices.phone_label')}</label>
        <Input
          id={id}
          inputMode="tel"
          maxLength={20}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setProblem('');
          }}
        />
      </div>
      <p className="meta">{t('notices.phone_note')}</p>
      <p className="problem" role="alert">
        {problem}
      </p>
      <div className="dialog-foot">
        <Button type="primary" htmlType="submit" loading={busy} data-act="save-notice-phone">
          {t('notices.phone_save')}
        </Button>
      </div>
    </form>
  );
};
