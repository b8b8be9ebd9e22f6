import { Button, Input } from 'antd';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { PauseReasonsView, SavePauseReasons } from '../../agents/schemas.ts';
import { ApiError, messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { ColumnHeads, Icon } from '../ui/parts.tsx';
import { type EditorProps, SettingPage, useSaving } from './versioned-setting.tsx';

const KEY = ['pause-reasons'];

/** Why agents may pause: what the menu on their desk offers. */
export const PausesPage = () => {
  const { t } = useWords();
  return <SettingPage title={t('pauses.title')} queryKey={KEY} load={api.pauseReasons} editor={ReasonsEditor} />;
};

/** A row keeps its place in the list by a key of its own: a new one has no code yet. */
type Row = SavePauseReasons['reasons'][number] & { key: number };

const ReasonsEditor = ({ view, isSaved, onSaved }: EditorProps<PauseReasonsView>) => {
  const { t } = useWords();
  const [rows, setRows] = useState<Row[]>(() => view.reasons.map((reason, key) => ({ ...reason, key })));
  const [touched, setTouched] = useState(false);
  const [problem, setProblem] = useState<{ text: string; row: number | null } | null>(null);
  const { busy, send } = useSaving<PauseReasonsView>(KEY, onSaved);
  const edit = (next: Row[]): void => {
    setRows(next);
    setTouched(true);
    setProblem(null);
  };
  const change = (key: number, part: Partial<Row>): void => edit(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  const save = async (): Promise<void> => {
    const reasons = rows.map(({ key: _, ...reason }) => reason);
    const error = await send(() => api.savePauseReasons({ version: view.version, reasons }));
    if (error === null) return;
    const row = error instanceof ApiError ? (error.details as { row?: number }).row : undefined;
    setProblem({ text: messageOf(error), row: row ?? null });
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
