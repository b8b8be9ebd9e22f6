import { useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import type { StaffItem } from '../../access/schemas.ts';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { Dialog, PanelHead } from '../ui/parts.tsx';

/** Somebody has lost the telephone and the recovery codes: the factor is taken away, and they set up a new one at the next log-in. */
export const FactorReset = ({ person, own }: { person: StaffItem; own: boolean }) => {
  const { t } = useWords();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [said, setSaid] = useState<{ text: string; well: boolean } | null>(null);
  const reset = async (): Promise<void> => {
    setAsking(false);
    try {
      await api.resetSecondFactor(person.staffId);
      setSaid({ text: t('factor.reset_done'), well: true });
      await queries.invalidateQueries({ queryKey: ['staff'] });
    } catch (error) {
      setSaid({ text: messageOf(error), well: false });
    }
  };
  return (
    <section className="panel stack" aria-label={t('detail.secondFactor')}>
      <PanelHead title={t('detail.secondFactor')} side={t(person.secondFactor ? 'factor.in_force' : 'factor.not_enrolled')} />
      <p className={said?.well ? 'well' : 'problem'} role="status">
        {said?.text ?? ''}
      </p>
      {person.secondFactor && !own && (
        <div>
          <Button data-act="reset-factor" onClick={() => setAsking(true)}>
            {t('factor.reset')}
          </Button>
        </div>
      )}
      {person.secondFactor && own && <p className="meta">{t('staff.own_note')}</p>}
      {asking && (
        <Dialog title={t('factor.reset')} onClose={() => setAsking(false)}>
          <p>{t('factor.reset_note', { name: person.name })}</p>
          <div className="dialog-foot">
            <Button onClick={() => setAsking(false)}>{t('act.cancel')}</Button>
            <Button danger data-act="reset-factor-sure" onClick={() => void reset()}>
              {t('factor.reset')}
            </Button>
          </div>
        </Dialog>
      )}
    </section>
  );
};
