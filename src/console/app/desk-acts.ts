import type { SetIntent } from '../../agents/schemas.ts';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { translate } from '../i18n/i18n.ts';
import { isArmed, stateChanged } from './guard.ts';
import { desk, phone, push, tell } from './services.ts';

/**
 * What an agent may do to the call, from the bar and from the keys alike. Each looks at the state itself, so a key pressed a moment
 * too late does nothing; each obeys the 400 ms guard.
 */
const armed = (act: () => void) => (): void => {
  if (isArmed()) act();
};

const failed = (error: unknown): void => tell(messageOf(error));

export const answer = armed(() => {
  const { mode, card, session, answerable } = desk.view.get();
  if (mode !== 'ringing' || !card || !answerable) return;
  if (session) phone.command({ do: 'answer', id: session.id });
  else phone.answerChannel(card.channelId);
});

export const hangUp = armed(() => {
  const { mode, session } = desk.view.get();
  if ((mode === 'talking' || mode === 'dialling') && session) phone.command({ do: 'hangUp', id: session.id });
});

export const toggleMute = armed(() => {
  const { mode, session } = desk.view.get();
  if (mode === 'talking' && session) phone.command({ do: 'mute', id: session.id, on: !session.muted });
});

export const toggleHold = armed(() => {
  const { mode, session } = desk.view.get();
  if (mode === 'talking' && session) phone.command({ do: 'hold', id: session.id, on: !session.held });
});

export const pressDigit = (tone: string): void => {
  const { mode, session } = desk.view.get();
  if (mode === 'talking' && session) phone.command({ do: 'dtmf', id: session.id, tone });
};

/** One act at a time: the second click of a double click does nothing. What comes of it is pushed (push/frames.ts, call.desk). */
let acting = false;
export const actOnCall = (act: () => Promise<unknown>): void => {
  if (acting || desk.view.get().mode !== 'talking') return;
  acting = true;
  void act()
    .catch(failed)
    .finally(() => {
      acting = false;
    });
};

export const setIntent = (intent: SetIntent): void => {
  if (isArmed()) void api.setIntent(intent).catch(failed);
};

/** Not armed by the guard: asking twice is asking once, and a call for help must not wait. */
export const toggleHelp = (): void => {
  const agent = push.state.get().snapshot?.agent;
  if (agent) void api.askForHelp(agent.helpSince === null).catch(failed);
};

export const endWrapUp = armed(() => {
  if (push.state.get().link !== 'open') desk.finishAlone();
  else void api.endWrapUp().catch(failed);
});

/** The service first: a tab that inherits the telephone asks it, and must find the sign-out there. */
export const signOutOfDesk = async (): Promise<boolean> => {
  if (['ringing', 'dialling', 'talking'].includes(desk.view.get().mode)) {
    tell(translate('call.not_now'));
    return false;
  }
  await api.signOut().catch(failed);
  phone.release();
  return true;
};

/** Brings the telephone from another tab or another computer to this page. */
export const takePhone = async (staffId: number): Promise<void> => {
  if (!(await phone.takeOver(staffId))) tell(translate('device.other_tab_busy'));
};

/** Starts the guard at every change of state; returns what stops it. */
export const guardDesk = (onChange: () => void): (() => void) => {
  let mode = desk.view.get().mode;
  return desk.view.subscribe(() => {
    const next = desk.view.get().mode;
    if (next === mode) return;
    mode = next;
    stateChanged();
    onChange();
  });
};
