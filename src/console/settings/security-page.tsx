import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import type { SecondFactorSettings } from '../../access/schemas.ts';
import { ROLES } from '../../core/roles.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { toggled } from '../staff/staff-view.ts';
import { Failed, Loading, PageTop } from '../ui/parts.tsx';
import { SettingsTabs } from './settings-tabs.tsx';

/** Who must prove more than a password. */
export const SecurityPage = () => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({ queryKey: ['second-factor'], queryFn: api.secondFactorSettings });
  const [savedVersion, setSavedVersion] = useState(0);
  return (
    <main className="page">
      <PageTop title={t('security.title')} note={data?.version === 0 ? t('security.never_set') : undefined}>
        <SettingsTabs />
      </PageTop>
      <div className="page-body padded">
        {error && <Failed error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Loading rows={6} height={36} />}
        {data && <RolesEditor key={data.version} view={data} isSaved={savedVersion === data.version} onSaved={setSavedVersion} />}
      </div>
    </main>
  );
};

interface RolesEditorProps {
  view: SecondFactorSettings;
  /** What is shown is what was just saved here. */
  isSaved: boolean;
  onSaved: (version: number) => void;
}

const RolesEditor = ({ view, isSaved, onSaved }: RolesEditorProps) => {
  const { t } = useWords();
  const queries = useQueryClient();
  const [roles, setRoles] = useState(view.roles);
  const [problem, setProblem] = useState('');
  const changed = roles.length !== view.roles.length || roles.some((role) => !view.roles.includes(role));
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const saved = await api.saveSecondFactorSettings({ version: view.version, roles });
      onSaved(saved.version);
      queries.setQueryData(['second-factor'], saved);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
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
      <fieldset className="field roles">
        <legend>
          <h2>{t('security.who')}</h2>
        </legend>
        <p className="meta">{t('security.note')}</p>
        {ROLES.map((role) => (
          <label key={role} className="check-line">
            <input
              type="checkbox"
              checked={roles.includes(role)}
              onChange={() => {
                setRoles(toggled(roles, role));
                setProblem('');
              }}
            />{' '}
            {t(`role.${role}`)}
          </label>
        ))}
      </fieldset>
      <p className="problem" role="alert">
        {problem}
        {isSaved && !changed && problem === '' && <span className="well">{t('act.saved')}</span>}
      </p>
      <div>
        <Button type="primary" htmlType="submit" loading={busy} data-act="save-security">
          {t('security.save')}
        </Button>
      </div>
    </form>
  );
};
