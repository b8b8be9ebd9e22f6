import { Button, Input } from 'antd';
import { useState } from 'react';
import type { ShownNumber } from '../../calls/schemas.ts';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { may } from '../app/places.ts';
import { session } from '../app/session.ts';
import { useWords } from '../i18n/i18n.ts';
import { Dialog } from './parts.tsx';
import { useStore } from './store.ts';

const REASONS = ['unmask.call_back', 'unmask.check', 'unmask.hand_on'] as const;
const LEAST_REASON = 2;

type Show = (reason: string) => Promise<ShownNumber>;

/**
 * A citizen's number, masked. The full number is asked for with a reason, which the service records; it stays in this view alone
 * and is masked again as soon as the view is left.
 * @param callId the call it came with
 * @param show how else the service is asked for it; without either nothing can be shown
 * @param offer false while a ring must not be covered by a dialog
 */
export const CitizenNumber = ({
  number,
  callId = null,
  show,
  offer = true,
}: {
  number: ShownNumber;
  callId?: number | null;
  show?: Show;
  offer?: boolean;
}) => {
  const { t } = useWords();
  const { me } = useStore(session);
  const [full, setFull] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const ask: Show | null = show ?? (callId !== null && callId > 0 ? (reason) => api.showNumber(callId, reason) : null);
  const allowed = offer && ask !== null && me !== null && may(me, 'numbers.unmask');
  return (
    <span className="citizen-number">
      <span data-number={full ? 'full' : 'masked'}>{full ?? number.masked}</span>
      {full !== null && (
        <button type="button" className="text-button" onClick={() => setFull(null)}>
          {t('unmask.hide')}
        </button>
      )}
      {full === null && allowed && (
        <button type="button" className="text-button" data-act="unmask" onClick={() => setAsking(true)}>
          {t('unmask.show')}
        </button>
      )}
      {asking && ask !== null && <AskReason show={ask} onShown={setFull} onClose={() => setAsking(false)} />}
    </span>
  );
};

const AskReason = ({ show: ask, onShown, onClose }: { show: Show; onShown: (full: string) => void; onClose: () => void }) => {
  const { t } = useWords();
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const short = reason.trim().length < LEAST_REASON;
  const show = async (): Promise<void> => {
    if (short) return setProblem(t('unmask.need_reason'));
    setBusy(true);
    try {
      const shown = await ask(reason.trim());
      if (shown.full) onShown(shown.full);
      onClose();
    } catch (error) {
      setProblem(messageOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('unmask.title')} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void show();
        }}
      >
        <p>{t('unmask.note')}</p>
        <p className="row wrap">
          {REASONS.map((word) => (
            <button key={word} type="button" className="plain-button" aria-pressed={reason === t(word)} onClick={() => setReason(t(word))}>
              {t(word)}
            </button>
          ))}
        </p>
        <label htmlFor="unmask-reason">{t('unmask.reason')}</label>
        <Input
          id="unmask-reason"
          autoFocus
          maxLength={200}
          value={reason}
          onChange={(event) => {
            setReason(event.target.value);
            setProblem('');
          }}
        />
        <p className="problem" role="alert">
          {problem}
        </p>
        <p className="dialog-foot">
          <Button onClick={onClose}>{t('act.cancel')}</Button>
          <Button type="primary" htmlType="submit" loading={busy} data-act="unmask-confirm">
            {t('unmask.confirm')}
          </Button>
        </p>
      </form>
    </Dialog>
  );
};
