import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Me } from '../../access/schemas.ts';
import { reportMediaFaults, ringWhileRinging } from '../desk/attention.ts';
import { translate, useWords } from '../i18n/i18n.ts';
import { LoginForm } from '../login/login.tsx';
import { useStore } from '../ui/store.ts';
import { CallBar } from './call-bar.tsx';
import { DemoStrip } from './demo-strip.tsx';
import { answer, guardDesk, hangUp, toggleHelp, toggleHold, toggleMute } from './desk-acts.ts';
import { KeyMap } from './key-map.tsx';
import { listenToKeys, onKey } from './keys.ts';
import { LeadMessages } from './lead-messages.tsx';
import { useNewCase } from './new-case.ts';
import { may } from './places.ts';
import { Preferences } from './preferences.tsx';
import { Rail } from './rail.tsx';
import { Said } from './said.tsx';
import { desk, phone, push, queries, tell } from './services.ts';
import { session } from './session.ts';

type Open = 'keys' | 'preferences' | null;

/** What stays around every page: rail, call bar for whoever takes calls, and the things that open over them. */
export const Shell = () => {
  const { status, me } = useStore(session);
  const [open, setOpen] = useState<Open>(null);
  const takesCalls = me !== null && may(me, 'desk.use');
  const onDesk = useRouterState({ select: (state) => state.location.pathname === '/' }) && takesCalls;
  useDeskEffects(takesCalls);
  usePush(me?.staffId ?? null);
  usePageKeys(me);
  useEffect(() => onKey('key_map', () => setOpen((now) => (now === 'keys' ? null : 'keys'))), []);
  if (!me) return null;
  return (
    <div className={takesCalls ? 'shell with-bar' : 'shell'}>
      {takesCalls && <CallBar onDevices={() => setOpen('preferences')} />}
      <Outlet />
      <Rail me={me} onKeys={() => setOpen('keys')} onPreferences={() => setOpen('preferences')} />
      {open === 'keys' && <KeyMap onClose={() => setOpen(null)} />}
      {open === 'preferences' && <Preferences me={me} onClose={() => setOpen(null)} />}
      <DemoStrip />
      {takesCalls && <LeadMessages />}
      <Said onDesk={onDesk} />
      {status === 'ended' && <SessionEnded />}
    </div>
  );
};

/** Keys that mean the same on every page and for every role; a page may take one for itself while it is open. */
const usePageKeys = (me: Me | null): void => {
  const navigate = useNavigate();
  const newCase = useNewCase();
  const writes = me !== null && may(me, 'cases.write');
  const reads = me !== null && may(me, 'knowledge.read');
  useEffect(() => {
    const stops = [
      listenToKeys(
        () => desk.view.get().mode === 'talking',
        () => tell(translate('reload.held_back')),
      ),
      ...(writes ? [onKey('new_case', newCase)] : []),
      ...(reads ? [onKey('find', () => void navigate({ to: '/knowledge', hash: 'search' }))] : []),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [writes, reads, newCase, navigate]);
};

const usePush = (staffId: number | null): void => {
  useEffect(() => {
    if (staffId === null) return;
    push.start();
    return () => push.stop();
  }, [staffId]);
};

/** Everything that must happen on any page while this person takes calls: keys, ring, the way to the desk. */
const useDeskEffects = (takesCalls: boolean): void => {
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(() => {
    if (!takesCalls) return;
    const stops = [
      onKey('answer', answer),
      onKey('hang_up', hangUp),
      onKey('mute', toggleMute),
      onKey('hold', toggleHold),
      onKey('help', toggleHelp),
      guardDesk(() => void queries.invalidateQueries()),
      ringWhileRinging(desk, phone),
      reportMediaFaults(desk),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [takesCalls]);
  useEffect(() => {
    if (!takesCalls) return;
    return desk.view.subscribe(() => {
      if (['ringing', 'dialling'].includes(desk.view.get().mode) && path !== '/') void navigate({ to: '/' });
    });
  }, [takesCalls, path, navigate]);
};

const SessionEnded = () => {
  const { t } = useWords();
  return (
    <div className="over-page" role="dialog" aria-modal aria-label={t('login.in')}>
      <div className="login-box">
        <h2>{t('login.ended')}</h2>
        <LoginForm onDone={() => push.signedInAgain()} />
      </div>
    </div>
  );
};
