import { Button, Input } from 'antd';
import { useId, useState } from 'react';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { PanelHead } from '../ui/parts.tsx';
import { readablePassword } from './staff-view.ts';

/** Without the bias of a remainder: values above the last whole multiple are thrown away. */
const secureBelow = (below: number): number => {
  const box = new Uint32Array(1);
  const limit = Math.floor(2 ** 32 / below) * below;
  do crypto.getRandomValues(box);
  while ((box[0] ?? 0) >= limit);
  return (box[0] ?? 0) % below;
};

/** A password for somebody else: shown as it is typed, because it is read out to them and hidden dots are mistyped. */
export const PasswordField = ({ value, problem, onChange }: { value: string; problem: string; onChange: (text: string) => void }) => {
  const { t } = useWords();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{t('login.password')}</label>
      <div className="row">
        <Input
          id={id}
          value={value}
          autoComplete="off"
          spellCheck={false}
          aria-describedby={`${id}-note`}
          aria-invalid={problem !== ''}
          onChange={(event) => onChange(event.target.value)}
        />
        <Button data-act="make-password" onClick={() => onChange(readablePassword(secureBelow))}>
          {t('staff.make_password')}
        </Button>
      </div>
      <p id={`${id}-note`} className={problem ? 'problem' : 'meta'} role={problem ? 'alert' : undefined}>
        {problem || t('staff.password_hint')}
      </p>
    </div>
  );
};

export const PasswordReset = ({ staffId }: { staffId: number }) => {
  const { t } = useWords();
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState('');
  const [done, setDone] = useState(false);
  const reset = async (): Promise<void> => {
    try {
      await api.resetPassword(staffId, password);
      setDone(true);
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <form
      className="panel stack"
      aria-label={t('staff.reset')}
      onSubmit={(event) => {
        event.preventDefault();
        void reset();
      }}
    >
      <PanelHead title={t('staff.reset')} side={t('staff.reset_note')} />
      <PasswordField
        value={password}
        problem={problem}
        onChange={(text) => {
          setPassword(text);
          setProblem('');
          setDone(false);
        }}
      />
      <p className="well" role="status">
        {done ? t('staff.reset_done') : ''}
      </p>
      <Button htmlType="submit" data-act="reset-password">
        {t('staff.reset')}
      </Button>
    </form>
  );
};
