import { hotline } from '../app/hotline.ts';
import { logOut, refreshSession } from '../app/session.ts';
import { useWords } from '../i18n/i18n.ts';
import { useStore } from '../ui/store.ts';
import { Enrolment } from './second-factor.tsx';

/** Whose role demands a second factor sees nothing else before it is set up. */
export const EnrolPage = () => {
  const { t } = useWords();
  const house = useStore(hotline);
  return (
    <main className="login">
      <div className="login-box enrol">
        <p className="login-number">{house?.number ?? '12345'}</p>
        <h1>{t('factor.title')}</h1>
        <p className="meta">{t('factor.due_note')}</p>
        <Enrolment onDone={() => void refreshSession()} />
        <p className="login-foot no-print">
          <button type="button" className="plain-button" onClick={() => void logOut()}>
            {t('login.out')}
          </button>
        </p>
      </div>
    </main>
  );
};
