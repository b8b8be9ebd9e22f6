import { Button, Input } from 'antd';
import { FlaskConical } from 'lucide-react';
import { useState } from 'react';
import { ApiError, messageOf } from '../api/client.ts';
import { hotline } from '../app/hotline.ts';
import { logIn } from '../app/session.ts';
import { changeSettings } from '../app/settings.ts';
import { useWords } from '../i18n/i18n.ts';
import { Icon } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';

export const LoginPage = () => {
  const { t, language } = useWords();
  const house = useStore(hotline);
  return (
    <main className="login">
      <div className="login-box">
        <p className="login-number">{house?.number ?? '12345'}</p>
        <h1>{house?.name ?? t('login.title')}</h1>
        {house?.mode === 'demonstration' && (
          <aside className="demo-note">
            <p>
              <Icon of={FlaskConical} size={16} /> <b>{t('demo.banner')}</b>
            </p>
            <p>
              {t('demo.accounts')} · <a href="/demo/citizen">{t('demo.phone')}</a>
            </p>
          </aside>
        )}
        <LoginForm onDone={() => {}} />
        <p className="login-foot">
          <button
            type="button"
            className="plain-button"
            lang={language === 'en' ? 'zh-CN' : 'en'}
            onClick={() => changeSettings({ language: language === 'en' ? 'zh-CN' : 'en' })}
          >
            {t('pref.other_language')}
          </button>
        </p>
      </div>
    </main>
  );
};

/** First account and password; the code only when the service asks for one, in the same place. */
export const LoginForm = ({ onDone }: { onDone: () => void }) => {
  const { t } = useWords();
  const [given, setGiven] = useState({ account: '', password: '', code: '' });
  const [step, setStep] = useState<'password' | 'code'>('password');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const ready = step === 'password' ? given.account !== '' && given.password !== '' : given.code.trim() !== '';
  const submit = async (): Promise<void> => {
    setBusy(true);
    setProblem('');
    try {
      await logIn(given.account.trim(), given.password, step === 'code' ? given.code.trim() : undefined);
      onDone();
    } catch (error) {
      const asksCode = error instanceof ApiError && error.code === 'session.second_factor_required';
      if (asksCode) setStep('code');
      else setProblem(messageOf(error));
      setGiven((now) => ({ ...now, code: '' }));
      setBusy(false);
    }
  };
  const back = (): void => {
    setGiven({ account: '', password: '', code: '' });
    setProblem('');
    setStep('password');
  };
  return (
    <form
      className="login-form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {step === 'password' ? (
        <PasswordFields given={given} onChange={(part) => setGiven({ ...given, ...part })} />
      ) : (
        <CodeField account={given.account} code={given.code} onChange={(code) => setGiven({ ...given, code })} />
      )}
      <p className="login-problem" role="alert">
        {problem}
      </p>
      <Button type="primary" htmlType="submit" size="large" loading={busy} disabled={!ready} block data-act="log-in">
        {t('login.in')}
      </Button>
      {!ready && <p className="login-hint">{t(step === 'password' ? 'login.hint' : 'factor.log_in_hint')}</p>}
      {step === 'code' && (
        <p>
          <button type="button" className="plain-button" onClick={back}>
            {t('factor.other_account')}
          </button>
        </p>
      )}
    </form>
  );
};

interface PasswordFieldsProps {
  given: { account: string; password: string };
  onChange: (part: { account?: string; password?: string }) => void;
}

const PasswordFields = ({ given, onChange }: PasswordFieldsProps) => {
  const { t } = useWords();
  return (
    <>
      <label htmlFor="account">{t('login.account')}</label>
      <Input
        id="account"
        name="account"
        size="large"
        autoComplete="username"
        autoFocus
        value={given.account}
        onChange={(event) => onChange({ account: event.target.value })}
      />
      <label htmlFor="password">{t('login.password')}</label>
      <Input
        id="password"
        name="password"
        type="password"
        size="large"
        autoComplete="current-password"
        value={given.password}
        onChange={(event) => onChange({ password: event.target.value })}
      />
    </>
  );
};

/** As long as the longest recovery code is written with blanks. */
const LONGEST_CODE = 32;

const CodeField = ({ account, code, onChange }: { account: string; code: string; onChange: (code: string) => void }) => {
  const { t } = useWords();
  return (
    <>
      <label htmlFor="code">{t('factor.code_of', { account })}</label>
      <Input
        id="code"
        name="code"
        size="large"
        autoComplete="one-time-code"
        autoFocus
        spellCheck={false}
        maxLength={LONGEST_CODE}
        value={code}
        aria-describedby="code-note"
        onChange={(event) => onChange(event.target.value)}
      />
      <p id="code-note" className="meta">
        {t('factor.recovery_hint')}
      </p>
    </>
  );
};
