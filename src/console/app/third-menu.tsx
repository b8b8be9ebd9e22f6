import { useQuery } from '@tanstack/react-query';
import { ArrowRightLeft, Building2, Flame, HeartPulse, LogOut, type LucideIcon, Siren, TrafficCone, UserPlus, UserX } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { DeskView as CallStanding, WantedDestination } from '../../calls/schemas.ts';
import { ApiError } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import type { DeskCard } from '../desk/desk-view.ts';
import { useWords } from '../i18n/i18n.ts';
import type { PhraseKey } from '../i18n/phrases.ts';
import { useNow } from '../ui/clock.ts';
import { Icon, KeyCap } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { actOnCall } from './desk-acts.ts';
import { HandOver, HandOverGoesOn } from './handover.tsx';
import { onKey } from './keys.ts';
import { push } from './services.ts';
import { wantedFrom } from './third-view.ts';

const EMERGENCIES = [
  { number: '110', icon: Siren, word: 'third.police' },
  { number: '119', icon: Flame, word: 'third.fire' },
  { number: '120', icon: HeartPulse, word: 'third.ambulance' },
  { number: '122', icon: TrafficCone, word: 'third.traffic' },
] as const satisfies readonly { number: string; icon: LucideIcon; word: PhraseKey }[];

/** Hand the call on, ask somebody, talk as three. Floats under its control: nothing of the bar moves when it opens. */
export const ThirdControl = ({ card }: { card: DeskCard | null }) => {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const { snapshot, link } = useStore(push.state);
  const standing = snapshot?.desk ?? null;
  useEffect(() => onKey('third', () => setOpen((before) => !before)), []);
  const together = standing?.state === 'asking' || standing?.state === 'three' ? standing.state : null;
  const away = standing === null || link !== 'open';
  return (
    <div className="menu-place">
      <button
        type="button"
        className="control third-control"
        data-act="third"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-pressed={together !== null}
        aria-keyshortcuts="F9"
        disabled={away}
        onClick={() => setOpen(!open)}
      >
        <Icon of={ArrowRightLeft} size={20} />
        <span>
          {t(together ? `third.state.${together}` : 'third.open')} <KeyCap>F9</KeyCap>
        </span>
      </button>
      {open && standing && <ThirdPanel standing={standing} card={card} onClose={() => setOpen(false)} />}
    </div>
  );
};

const ThirdPanel = ({ standing, card, onClose }: { standing: CallStanding; card: DeskCard | null; onClose: () => void }) => {
  const { t } = useWords();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.querySelector<HTMLElement>('button:not(:disabled),input')?.focus(), []);
  const [person] = card?.caller.people ?? [];
  const address = person?.address ?? card?.prefill.placeText;
  return (
    <div
      ref={box}
      className="third-panel"
      role="dialog"
      aria-label={t('third.open')}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <p className="third-address">
        <small>{t('third.read_out')}</small>
        <b>{typeof address === 'string' && address !== '' ? address : t('third.ask_address')}</b>
      </p>
      {standing.state === 'talking' ? <Choose standing={standing} onClose={onClose} /> : <Together standing={standing} />}
    </div>
  );
};

const Choose = ({ standing, onClose }: { standing: CallStanding; onClose: () => void }) => {
  const { t } = useWords();
  const { data: units = [] } = useQuery({ queryKey: ['units'], queryFn: api.units, staleTime: Number.POSITIVE_INFINITY });
  const [typed, setTyped] = useState('');
  const [unit, setUnit] = useState('');
  const to: WantedDestination | null = unit ? { kind: 'unit', unitCode: unit } : wantedFrom(typed);
  const { callId } = standing;
  // A costly number is said to be one (dial.confirm_needed); pressed once more it is meant.
  const [meant, setMeant] = useState('');
  const asking = JSON.stringify(to);
  const sure = meant !== '' && meant === asking;
  const noting = (act: Promise<unknown>): Promise<unknown> =>
    act.catch((error) => {
      if (error instanceof ApiError && error.code === 'dial.confirm_needed') setMeant(asking);
      throw error;
    });
  const third = (wanted: WantedDestination, how: 'consult' | 'conference') =>
    actOnCall(() => noting(api.callThird(callId, wanted, how, sure)));
  return (
    <>
      <div className="third-keys">
        {EMERGENCIES.map(({ number, icon, word }) => (
          <button
            key={number}
            type="button"
            className="third-key"
            data-act={`call-${number}`}
            onClick={() => third({ kind: 'number', number }, 'conference')}
          >
            <Icon of={icon} size={20} />
            <b>{number}</b>
            <small>{t(word)}</small>
          </button>
        ))}
      </div>
      <label className="third-field">
        <span>{t('third.number')}</span>
        <input
          className="select"
          inputMode="tel"
          maxLength={24}
          value={typed}
          disabled={unit !== ''}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      <label className="third-field">
        <span>
          <Icon of={Building2} size={14} /> {t('third.unit')}
        </span>
        <select className="select" value={unit} onChange={(event) => setUnit(event.target.value)}>
          <option value="">{t('third.no_unit')}</option>
          {units.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <div className="third-acts">
        <button type="button" data-act="consult" className="plain-button" disabled={!to} onClick={() => to && third(to, 'consult')}>
          {t('third.consult')}
        </button>
        <button type="button" data-act="conference" className="plain-button" disabled={!to} onClick={() => to && third(to, 'conference')}>
          {t('third.conference')}
        </button>
        <button
          type="button"
          data-act="transfer"
          className="plain-button"
          disabled={!to}
          onClick={() => {
            if (!to) return;
            actOnCall(() => noting(api.transferCall(callId, to, sure).then(onClose)));
          }}
        >
          {t('third.transfer')}
        </button>
      </div>
      <p className={sure ? 'fact-amber' : 'meta'} role="status">
        {t(sure ? 'third.confirm' : 'third.note')}
      </p>
      <HandOver standing={standing} unitCode={unit} />
    </>
  );
};

const Together = ({ standing }: { standing: CallStanding }) => {
  const { t } = useWords();
  const { callId, acts, state, thirdIsThere, party } = standing;
  // Only says that time goes by: an agent who waits for 110 must see that the page is alive.
  useNow();
  const may = (act: CallStanding['acts'][number]): boolean => acts.includes(act);
  return (
    <>
      <HandOverGoesOn standing={standing} />
      <p role="status" className="third-standing">
        <b>{party}</b> {t(thirdIsThere ? (state === 'asking' ? 'third.is_asked' : 'third.is_there') : 'third.rings')}
      </p>
      <div className="third-acts">
        <button
          type="button"
          data-act="join"
          className="plain-button"
          disabled={!may('join')}
          onClick={() => actOnCall(() => api.joinThird(callId))}
        >
          <Icon of={UserPlus} size={15} /> {t('third.join')}
        </button>
        <button
          type="button"
          data-act="dismiss"
          className="plain-button"
          disabled={!may('dismiss')}
          onClick={() => actOnCall(() => api.dismissThird(callId))}
        >
          <Icon of={UserX} size={15} /> {t(thirdIsThere ? 'third.dismiss' : 'third.give_up')}
        </button>
        <button
          type="button"
          data-act="leave"
          className="plain-button"
          disabled={!may('leave')}
          onClick={() => actOnCall(() => api.leaveToThird(callId))}
        >
          <Icon of={LogOut} size={15} /> {t('third.leave')}
        </button>
      </div>
    </>
  );
};
