import { Button } from 'antd';
import { useState } from 'react';
import type { SecondFactorSettings } from '../../access/schemas.ts';
import { ROLES } from '../../core/roles.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { toggled } from '../staff/staff-view.ts';
import { type EditorProps, SettingPage, useSavingForm } from './versioned-setting.tsx';

const KEY = ['second-factor'];

/** Who must prove more than a password. */
export const SecurityPage = () => {
  const { t } = useWords();
  return (
    <SettingPage
      title={t('security.title')}
      note={(view) => (view?.version === 0 ? t('security.never_set') : undefined)}
      queryKey={KEY}
      load={api.secondFactorSettings}
      editor={RolesEditor}
    />
  );
};

const RolesEditor = ({ view, isSaved, onSaved }: EditorProps<SecondFactorSettings>) => {
  const { t } = useWords();
  const [roles, setRoles] = useState(view.roles);
  const changed = roles.length !== view.roles.length || roles.some((role) => !view.roles.includes(role));
  const { busy, problem, touch, save } = useSavingForm<SecondFactorSettings>(KEY, onSaved);
  return (
    <form
      className="hours-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save(() => api.saveSecondFactorSettings({ version: view.version, roles }));
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
                touch();
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
