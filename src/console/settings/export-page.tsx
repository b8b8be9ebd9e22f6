import { Button } from 'antd';
import { useId, useState } from 'react';
import type { ExportSettings } from '../../cases/export-service.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { type EditorProps, SettingPage, useSavingForm } from './versioned-setting.tsx';

const KEY = ['export-settings'];

/** How much of the cases may leave the house in one file. */
export const ExportPage = () => {
  const { t } = useWords();
  return <SettingPage title={t('export_limit.title')} queryKey={KEY} load={api.exportSettings} editor={LimitEditor} />;
};

const LimitEditor = ({ view, isSaved, onSaved }: EditorProps<ExportSettings>) => {
  const { t } = useWords();
  const id = useId();
  const [mostRows, setMostRows] = useState(String(view.mostRows));
  const { busy, problem, touch, save } = useSavingForm<ExportSettings>(KEY, onSaved);
  return (
    <form
      className="hours-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save(() => api.saveExportSettings({ version: view.version, mostRows: Number(mostRows) }));
      }}
    >
      <div className="field">
        <label htmlFor={id}>{t('export_limit.label')}</label>
        <input
          id={id}
          type="number"
          className="select"
          min={1}
          max={1_000_000}
          required
          value={mostRows}
          onChange={(event) => {
            setMostRows(event.target.value);
            touch();
          }}
        />
        <p className="meta">{t('export_limit.note')}</p>
      </div>
      <p className="problem" role="alert">
        {problem}
        {isSaved && problem === '' && mostRows === String(view.mostRows) && <span className="well">{t('act.saved')}</span>}
      </p>
      <div>
        <Button type="primary" htmlType="submit" loading={busy} data-act="save-export-limit">
          {t('act.save')}
        </Button>
      </div>
    </form>
  );
};
