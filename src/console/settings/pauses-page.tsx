import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { PauseReasonsView, SavePauseReasons } from '../../agents/schemas.ts';
import { ApiError } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { ColumnHeads, Failed, Icon, Loading, PageTop } from '../ui/parts.tsx';
import { SettingsTabs } from './settings-tabs.tsx';

/** Why agents may pause: what the menu on their desk offers. */
export const PausesPage = () => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({ queryKey: ['pause-reasons'], queryFn: api.pauseReasons });
  const [savedVersion, setSavedVersion] = useState(0);
  return (
    <main className="page">
      <PageTop title={t('pauses.title')}>
        <SettingsTabs />
      </PageTop>
      <div className="page-body padded">
        {error && <Failed error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Loading rows={6} height={36} />}
        {data && <ReasonsEditor key={data.version} view={data} isSaved={savedVersion === data.version} onSaved={setSavedVersion} />}
      </div>
    </main>
  );
};

/** A row keeps its place in the list by a key of its own: a new one has no code yet. */
type Row = SavePauseReasons['reasons'][number] & { key: number };

interface ReasonsEditorProps {
  view: PauseReasonsView;
  /** What is shown is what was just saved here. */
  isSaved: boolean;
  onSaved: (version: number) => void;
}

const ReasonsEditor = ({ view, isSaved, onSaved }: ReasonsEditorProps) => {
  const { t } = useWords();
  const queries = useQueryClient();
  const [rows, setRows] = useState<Row[]>(() => view.reasons.map((reason, key) => ({ ...reason, key })));
  const [touched, setTouched] = useState(false);
  const [problem, setProblem] = useState<{ text: string; row: number | null } | null>(null);
  const [busy, setBusy] = useState(false);
  const edit = (next: Row[]): void => {
    setRows(next);
    setTouched(true);
    setProblem(null);
  };
  const change = (key: number, part: Partial<Row>): void => edit(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const reasons = rows.map(({ key: _, ...reason }) => reason);
      const saved = await api.savePauseReasons({ version: view.version, reasons });
      onSaved(saved.version);
      queries.setQueryData(['pause-reasons'], saved);
    } catch (error) {
      const row = error instanceof ApiError ? (error.details as { row?: number }).row : undefined;
      setProblem({ text: error instanceof Error ? error.message : String(error), row: row ?? null });
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="hours-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <p className="meta">{t('pauses.note')}</p>
      <table className="table">
        <ColumnHeads of={['pauses.zh', 'pauses.en', 'pauses.active']} />
        <tbody>
          {rows.map((row, index) => (
            <tr key={row.key}>
              {(['zh', 'en'] as const).map((language) => (
                <td key={language}>
                  <Input
                    aria-label={t(`pauses.${language}`)}
                    aria-invalid={problem?.row === index}
                    maxLength={language === 'zh' ? 8 : 16}
                    value={row[language]}
                    onChange={(event) => change(row.key, { [language]: event.target.value })}
                  />
                </td>
              ))}
              <td>
                <label className="check-line">
                  <input
                    type="checkbox"
                    checked={row.active}
                    aria-label={t('pauses.active')}
                    onChange={(event) => change(row.key, { active: event.target.checked })}
                  />
                </label>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="problem" role="status">
        {problem && problem.row !== null && `${t('pauses.row', { n: problem.row + 1 })} `}
        {problem?.text}
        {isSaved && !touched && <span className="well">{t('act.saved')}</span>}
      </p>
      <div className="row">
        <Button type="primary" htmlType="submit" loading={busy} data-act="save-pauses">
          {t('act.save')}
        </Button>
        <Button
          icon={<Icon of={Plus} />}
          data-act="add-pause"
          onClick={() =>
            edit([...rows, { code: null, zh: '', en: '', active: true, key: Math.max(-1, ...rows.map(({ key }) => key)) + 1 }])
          }
        >
          {t('pauses.add')}
        </Button>
      </div>
    </form>
  );
};
