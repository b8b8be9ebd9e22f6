import { Button, Input } from 'antd';
import { FlaskConical } from 'lucide-react';
import { useState } from 'react';
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
