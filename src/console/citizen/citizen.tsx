import { useEffect, useRef, useState } from 'react';
import type { CitizenPhone } from '../../demonstration/schemas.ts';
import { request } from '../api/client.ts';
import { Keypad } from '../app/keypad.tsx';
import { useWords } from '../i18n/i18n.ts';
import { initialPhoneState, type PhoneEvent, type PhoneState, reducePhone } from '../softphone/phone-state.ts';
import type { SipPhone } from '../softphone/sip-phone.ts';
import { openMicrophone, playRemote, silence, unlockSound } from '../softphone/sound.ts';
import { useNow } from '../ui/clock.ts';
import { duration } from '../ui/format.ts';
import { createStore, useStore } from '../ui/store.ts';
import { builtInVoice } from './voice.ts';

const state = createStore<PhoneState>(initialPhoneState);
const emit = (event: PhoneEvent): void => state.set((before) => reducePhone(before, event));

/** The demonstration's citizen: a telephone in a browser tab that dials the hotline and nothing else. */
export const CitizenPage = () => {
  const { t } = useWords();
  const now = useNow();
  const { line, sessions } = useStore(state);
  const [call] = sessions;
  const sip = useRef<SipPhone | null>(null);
  const voice = useRef<MediaStream | null>(null);
  const target = useRef('12345');
  const [number, setNumber] = useState('');
  const [problem, setProblem] = useState('');
  const [keypad, setKeypad] = useState(false);
  useEffect(() => {
    let gone = false;
    void (async () => {
      const [phone, { createSipPhone }] = await Promise.all([
        request<CitizenPhone>('GET', '/demo/phone.json'),
        import('../softphone/sip-phone.ts'),
      ]);
      if (gone) return;
      let { ticket } = phone;
      setInterval(
        () =>
          void request<CitizenPhone>('GET', '/demo/phone.json')
            .then((fresh) => {
              ticket = fresh.ticket;
            })
            .catch(() => {}),
        600_000,
      );
      setNumber(phone.dials);
      target.current = `sip:${phone.dials}@${phone.sipUri.split('@')[1] ?? '127.0.0.1'}`;
      sip.current = createSipPhone({
        phone,
        latestTicket: () => ticket,
        microphone: () => voice.current ?? silence(),
        emit,
        onRemoteStream: (_id, stream) => playRemote(stream),
        onRefused: () => {},
      });
      sip.current.start();
    })().catch((error: unknown) => setProblem(String(error)));
    return () => {
      gone = true;
      sip.current?.stop();
      sip.current = null;
    };
  }, []);
  const dial = async (builtIn: boolean): Promise<void> => {
    await unlockSound();
    const opened = builtIn ? null : await openMicrophone();
    voice.current = opened && 'stream' in opened ? opened.stream : builtInVoice();
    sip.current?.call(target.current);
  };
  const status = call
    ? call.phase === 'talking'
      ? 'citizen.talking'
      : 'citizen.calling'
    : line === 'registered'
      ? 'citizen.idle'
      : 'citizen.off';
  return (
    <main className="login">
      <div className="login-box player" data-citizen={call?.phase ?? line}>
        <p className="login-number">{number || '\u00a0'}</p>
        <h1>{t('citizen.title')}</h1>
        <p className="meta">{t('citizen.note')}</p>
        <p role="status">
          <b>{problem ? t('citizen.failed') : t(status)}</b> {call?.answeredAt && duration((now - call.answeredAt) / 1000)}
        </p>
        {problem && <p className="meta">{problem}</p>}
        {!call && (
          <p className="row">
            <button
              type="button"
              className="plain-button"
              data-act="dial"
              disabled={line !== 'registered'}
              onClick={() => void dial(false)}
            >
              {t('citizen.dial')} · {t('citizen.own')}
            </button>
            <button
              type="button"
              className="plain-button"
              data-act="dial-voice"
              disabled={line !== 'registered'}
              onClick={() => void dial(true)}
            >
              {t('citizen.built_in')}
            </button>
          </p>
        )}
        {call && (
          <p className="row">
            <button type="button" className="plain-button" onClick={() => sip.current?.mute(call.id, !call.muted)}>
              {t(call.muted ? 'call.unmute' : 'call.mute')}
            </button>
            <button type="button" className="plain-button" onClick={() => setKeypad(!keypad)}>
              {t('call.keypad')}
            </button>
            <button type="button" className="plain-button hang-up" data-act="hang-up" onClick={() => sip.current?.hangUp(call.id)}>
              {t('call.hang_up')}
            </button>
          </p>
        )}
        {call && keypad && <Keypad onDigit={(digit) => sip.current?.dtmf(call.id, digit)} onClose={() => setKeypad(false)} />}
      </div>
    </main>
  );
};
