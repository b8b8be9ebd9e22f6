import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { ConfigProvider } from 'antd';
import { lazy, StrictMode, Suspense, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { openHotline } from './app/hotline.ts';
import { router } from './app/router.tsx';
import { queries } from './app/services.ts';
import { openSession, session } from './app/session.ts';
import { useTheme } from './app/use-theme.ts';
import { startI18n, useWords } from './i18n/i18n.ts';
import { LoginPage } from './login/login.tsx';
import { measurements } from './softphone/measure.ts';
import { useStore } from './ui/store.ts';
import './ui/base.css';
import './app/app.css';
import './desk/desk.css';
import './ui/pages.css';
import './cases/cases.css';

const EnrolPage = lazy(async () => ({ default: (await import('./login/enrol-page.tsx')).EnrolPage }));

const Root = () => {
  const theme = useTheme();
  const { status, me } = useStore(session);
  const enrolling = me?.secondFactor === 'due';
  return (
    <ConfigProvider theme={theme} button={{ autoInsertSpace: false }} wave={{ disabled: true }}>
      <QueryClientProvider client={queries}>
        {status === 'away' && <Away />}
        {(status === 'out' || (status === 'ended' && enrolling)) && <LoginPage />}
        {status === 'in' && enrolling && (
          <Suspense fallback={null}>
            <EnrolPage />
          </Suspense>
        )}
        {me && !enrolling && <RouterProvider router={router} />}
      </QueryClientProvider>
    </ConfigProvider>
  );
};

const TRY_AGAIN_MS = 3_000;

const Away = () => {
  const { t } = useWords();
  useEffect(() => {
    const timer = setInterval(() => void openSession(), TRY_AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <main className="login">
      <div className="login-box">
        <h1>{t('service.away_title')}</h1>
        <p>{t('service.away_note')}</p>
      </div>
    </main>
  );
};

/** The service answers every address without a file with this page, so the citizen's phone is found by its address as well. */
if (location.pathname.startsWith('/demo/citizen')) void import('./citizen/main.tsx');
else {
  measurements();
  startI18n();
  void openHotline();
  void openSession();
  const root = document.getElementById('root');
  if (root)
    createRoot(root).render(
      <StrictMode>
        <Root />
      </StrictMode>,
    );
}
