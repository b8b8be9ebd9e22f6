import { Button, Input } from 'antd';
import { useState } from 'react';
import { logIn } from '../app/session.ts';
import { changeSettings } from '../app/settings.ts';
import { useWords } from '../i18n/i18n.ts';

export const LoginPage = () => {
  const { t, language } = useWords();
  return (
    <main className="login">
      <div className="login-box">
        <p className="login-number">12345</p>
        <h1>{t('login.title')}</h1>
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

export const LoginForm = ({ onDone }: { onDone: () => void }) => {
  const { t } = useWords();
  const [account, setAccount] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    setProblem('');
    try {
      await logIn(account.trim(), password);
      onDone();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <form
      className="login-form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <label htmlFor="account">{t('login.account')}</label>
      <Input
        id="account"
        name="account"
        size="large"
        autoComplete="username"
        autoFocus
        value={account}
        onChange={(event) => setAccount(event.target.value)}
      />
      <label htmlFor="password">{t('login.password')}</label>
      <Input
        id="password"
        name="password"
        type="password"
        size="large"
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <p className="login-problem" role="alert">
        {problem}
      </p>
      <Button type="primary" htmlType="submit" size="large" loading={busy} disabled={!account || !password} block data-act="log-in">
        {t('login.in')}
      </Button>
      {(!account || !password) && <p className="login-hint">{t('login.hint')}</p>}
    </form>
  );
};
