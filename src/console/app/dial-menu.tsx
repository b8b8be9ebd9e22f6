import { PhoneOutgoing } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { NUMBER_CLASSES } from '../../calls/dialling.ts';
import type { DialTarget } from '../../calls/schemas.ts';
import { useWords } from '../i18n/i18n.ts';
import { Icon, KeyCap } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { confirmDial, dial, dialState, openDial } from './dial.ts';
import { onKey } from './keys.ts';
import { may } from './places.ts';
import { desk } from './services.ts';
import { session } from './session.ts';
import { wantedFrom } from './third-view.ts';

const PAD = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'];

/** Dial a number. Floats under its control: nothing of the bar moves when it opens, and what the service says stands in it. */
export const DialControl = () => {
  const { t } = useWords();
  const { open } = useStore(dialState);
  useEffect(() => onKey('third', () => openDial(!dialState.get().open)), []);
  // Whoever is rung for, or talks, has the panel of that call in this place.
  useEffect(() => () => openDial(false), []);
  return (
    <div className="menu-place">
      <button
        type="button"
        className="control"
        data-act="dial"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-keyshortcuts="F9"
        onClick={() => openDial(!open)}
      >
        <Icon of={PhoneOutgoing} size={20} />
        <span>
          {t('dial.open')} <KeyCap>F9</KeyCap>
        </span>
      </button>
      {open && <DialPanel />}
    </div>
  );
};

const DialPanel = () => {
  const { t } = useWords();
  const { asked, busy, problem } = useStore(dialState);
  const [typed, setTyped] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const sure = useRef<HTMLButtonElement>(null);
  useEffect(() => (asked ? sure.current : field.current)?.focus(), [asked]);
  const wanted = wantedFrom(typed);
  const number = wanted?.kind === 'number' ? wanted.number : null;
  const word = NUMBER_CLASSES.find((each) => each === asked?.numberClass);
  return (
    <div
      className="third-panel dial-panel"
      role="dialog"
      aria-label={t('dial.open')}
      onKeyDown={(event) => {
        if (event.key === 'Escape') openDial(false);
      }}
    >
      {asked ? (
        <>
          <p role="alert">
            <b>{t('dial.confirm', { what: word ? t(`number_class.${word}`) : '' })}</b>
          </p>
          <p className="meta">{t('dial.confirm_note')}</p>
          <div className="third-acts">
            <button type="button" className="plain-button" data-act="dial-cancel" onClick={() => openDial(false)}>
              {t('act.cancel')}
            </button>
            <button
              ref={sure}
              type="button"
              className="plain-button"
              data-act="dial-confirm"
              disabled={busy}
              onClick={() => void confirmDial()}
            >
              {t('dial.confirm_act')}
            </button>
          </div>
        </>
      ) : (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (number !== null) void dial({ kind: 'number', number });
          }}
        >
          <label className="third-field">
            <span>{t('dial.number')}</span>
            <input
              ref={field}
              className="select"
              inputMode="tel"
              autoComplete="off"
              maxLength={24}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </label>
          <div className="dial-pad">
            {PAD.map((digit) => (
              <button
                key={digit}
                type="button"
                className="plain-button"
                onClick={() => setTyped((before) => `${before}${digit}`.slice(0, 24))}
              >
                {digit}
              </button>
            ))}
          </div>
          <div className="third-acts">
            <button type="submit" data-act="dial-number" className="plain-button" disabled={number === null || busy}>
              <Icon of={PhoneOutgoing} size={15} /> {t('dial.act')}
            </button>
          </div>
          <p className="meta">{t('dial.note')}</p>
        </form>
      )}
      {problem !== '' && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
};

/** Dials whom this row or page is about; the number itself stays where it is. Nothing for who has no desk. */
export const DialButton = ({ to, label }: { to: DialTarget; label?: string }) => {
  const { t } = useWords();
  const { me } = useStore(session);
  const { mode } = useStore(desk.view);
  const { busy } = useStore(dialState);
  if (me === null || !may(me, 'desk.use')) return null;
  const away = mode === 'signed_out' || mode === 'device_lost';
  const free = !away && mode !== 'ringing' && mode !== 'talking' && mode !== 'dialling';
  return (
    <button
      type="button"
      className="text-button dial-button"
      data-act="dial-this"
      disabled={!free || busy}
      title={free ? undefined : t(away ? 'dial.sign_in_first' : 'dial.in_call')}
      onClick={() => void dial(to)}
    >
      <Icon of={PhoneOutgoing} size={14} /> {label ?? t('dial.act')}
    </button>
  );
};
