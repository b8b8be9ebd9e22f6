import { Link, useNavigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { FilePlus2 } from 'lucide-react';
import { useRef } from 'react';
import type { CaseView } from '../../cases/schemas.ts';
import { api } from '../api/endpoints.ts';
import { useNewCase } from '../app/new-case.ts';
import { may } from '../app/places.ts';
import { session } from '../app/session.ts';
import { useWords } from '../i18n/i18n.ts';
import { useListKeys } from '../ui/list-keys.ts';
import { More, usePages } from '../ui/pages.tsx';
import { CaseNumber, Empty, Failed, Icon, KeyCap, Loading, Moment, PageTop } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';

export const CasesPage = () => {
  const { t } = useWords();
  const { me } = useStore(session);
  const newCase = useNewCase();
  const pages = usePages(['cases', 'all'], (after) => api.cases(after));
  const list = useRef<HTMLDivElement>(null);
  useListKeys(list);
  return (
    <main className="page">
      <PageTop title={t('cases.title')} note={t(me && may(me, 'cases.read_all') ? 'cases.newest_all' : 'cases.newest_own')}>
        {me && may(me, 'cases.write') && (
          <Button data-act="new-case" onClick={newCase} icon={<Icon of={FilePlus2} />}>
            {t('case.new_here')} <KeyCap>Alt N</KeyCap>
          </Button>
        )}
      </PageTop>
      <div className="page-body" ref={list}>
        {!pages.rows && !pages.error && <Loading rows={14} height={36} />}
        {pages.error ? <Failed error={pages.error} onRetry={pages.refetch} /> : null}
        {pages.rows?.length === 0 && <Empty title={t('cases.empty')}>{t('cases.empty_note')}</Empty>}
        {pages.rows && pages.rows.length > 0 && <CaseTable rows={pages.rows} />}
        <More pages={pages} />
      </div>
    </main>
  );
};

const COLUMNS = [
  'cases.number',
  'cases.state',
  'case.request_type',
  'calls.caller',
  'cases.text',
  'field.placeText',
  'cases.by',
  'cases.updated',
] as const;

const CaseTable = ({ rows }: { rows: readonly CaseView[] }) => {
  const { t } = useWords();
  const navigate = useNavigate();
  return (
    <table className="table">
      <thead>
        <tr>
          {COLUMNS.map((key) => (
            <th key={key} scope="col">
              {t(key)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr
            key={row.caseId}
            className="opens"
            onClick={() => void navigate({ to: '/cases/$caseId', params: { caseId: String(row.caseId) } })}
          >
            <td>
              <Link to="/cases/$caseId" params={{ caseId: String(row.caseId) }} data-row>
                <CaseNumber number={row.number} />
              </Link>
            </td>
            <td>
              {t('state.draft')}{' '}
              {row.missing.length > 0 && <span className="fact-amber">{t('cases.lacks', { n: row.missing.length })}</span>}
            </td>
            <td>{row.form.requestType ? t(`type.${row.form.requestType}`) : '—'}</td>
            <td>{row.form.contactName || row.contactNumber?.masked || '—'}</td>
            <td className="cut">
              {row.form.course || row.form.purpose || t(row.source === 'voicemail' ? 'case.from_voicemail' : 'case.untitled')}
            </td>
            <td className="cut narrow">{row.form.placeText || '—'}</td>
            <td>{row.createdBy?.name ?? '—'}</td>
            <td>
              <Moment at={row.updatedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
