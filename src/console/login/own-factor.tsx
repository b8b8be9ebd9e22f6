import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { api } from '../api/endpoints.ts';
import { queries } from '../app/services.ts';
import { useWords } from '../i18n/i18n.ts';
import { Dialog, Loading } from '../ui/parts.tsx';

// Drawing the code is no part of what every agent loads first.
const Enrolment = lazy(async () => ({ default: (await import('./second-factor.tsx')).Enrolment }));
const RenewCodes = lazy(async () => ({ default: (await import('./second-factor.tsx')).RenewCodes }));

/** One's own second factor: set it up without being asked to, or get new recovery codes. */
export const OwnFactor = () => {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const { data } = useQuery({ queryKey: ['own-factor'], queryFn: api.mySecondFactor });
  const close = (): void => {
    setOpen(false);
    void queries.invalidateQueries({ queryKey: ['own-factor'] });
  };
  return (
    <>
      <span className="label">{t('detail.secondFactor')}</span>
      <span className="row">
        <span className="meta">
          {data ? (data.enrolled ? t('factor.left', { n: data.recoveryCodesLeft }) : t('factor.not_enrolled')) : '—'}
        </span>
        {data && (
          <Button size="small" data-act="own-factor" onClick={() => setOpen(true)}>
            {t(data.enrolled ? 'factor.renew' : 'factor.set_up')}
          </Button>
        )}
      </span>
      {open && data && (
        <Dialog title={t(data.enrolled ? 'factor.renew' : 'factor.title')} onClose={close}>
          <Suspense fallback={<Loading rows={6} />}>
            {data.enrolled ? <RenewCodes onDone={close} /> : <Enrolment onDone={close} />}
          </Suspense>
        </Dialog>
      )}
    </>
  );
};
