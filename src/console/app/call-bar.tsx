import {
  CloudOff,
  Coffee,
  Grid3x3,
  Headphones,
  type LucideIcon,
  Mic,
  MicOff,
  Pause,
  PenLine,
  Phone,
  PhoneIncoming,
  PhoneOff,
  PhoneOutgoing,
  Play,
  Power,
  ServerOff,
  UserCheck,
  WifiOff,
} from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { callerName, type DeskView } from '../desk/desk-view.ts';
import { queueWord, useWords } from '../i18n/i18n.ts';
import type { PhraseKey } from '../i18n/phrases.ts';
import { useNow } from '../ui/clock.ts';
import { duration } from '../ui/format.ts';
import { Icon, KeyCap } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { answer, endWrapUp, hangUp, pressDigit, setIntent, takePhone, toggleHold, toggleMute } from './desk-acts.ts';
import { DialControl } from './dial-menu.tsx';
import { GUARD_MS } from './guard.ts';
import { Keypad } from './keypad.tsx';
import { PauseMenu } from './pause-menu.tsx';
import { desk, notice, phone, push, signInToDesk } from './services.ts';
import { session } from './session.ts';
import { ThirdControl } from './third-menu.tsx';
import { usePauseReasons } from './use-pause-reasons.ts';

/** The bar of 64 px that never moves: state box at the far left (also the answer button), hang-up at the far right. */
export const CallBar = ({ onDevices }: { onDevices: () => void }) => {
  const view = useStore(desk.view);
  const armed = useArmed(view.mode);
  const { t } = useWords();
  const name = view.card ? callerName(view.card) : null;
  const spoken = view.mode === 'ringing' ? t('ringing.spoken', { name: name ?? t(identityWord(view)) }) : undefined;
  return (
    <header className="call-bar" data-mode={view.mode} data-armed={armed}>
      <div className="call-bar-inside" {...(spoken ? { role: 'alertdialog', 'aria-label': spoken } : {})}>
        <StateBox view={view} onDevices={onDevices} />
        <Facts view={view} />
        <span className="grow" />
        <Controls view={view} />
      </div>
      <p className="visually-hidden" aria-live="assertive">
        {spoken}
      </p>
    </header>
  );
};

const useArmed = (mode: DeskView['mode']): boolean => {
  const [armedMode, setArmedMode] = useState<DeskView['mode'] | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setArmedMode(mode), GUARD_MS);
    return () => clearTimeout(timer);
  }, [mode]);
  return armedMode === mode;
};

const identityWord = (view: DeskView): PhraseKey => `identity.${view.card?.caller.identity ?? 'unknown'}`;

interface BoxLook {
  icon: LucideIcon | 'dot';
  tone: 'green' | 'amber' | 'plain';
  title: PhraseKey;
  sub: string;
  time: string;
  /** Something is wrong with sound: the box leads to the devices. */
  devices?: true;
}

const LOCAL_WRAP_UP_AMBER_SECONDS = 120;
const HOLD_AMBER_SECONDS = 60;

const useBoxLook = (view: DeskView): BoxLook => {
  const { t } = useWords();
  const now = useNow();
  const { snapshot, clockOffsetMs } = useStore(push.state);
  const agent = snapshot?.agent;
  const elapsed = (now - view.since) / 1000;
  const queues = agent?.queues.map((queue) => queueWord(t, queue)).join(t('list.comma')) ?? '';
  const heldSince = useSince(view.session?.held ?? false, now);
  const { microphone, line } = useStore(phone.state);
  const pauses = usePauseReasons();
  switch (view.mode) {
    case 'talking': {
      const time = duration(elapsed);
      const wrong = { tone: 'amber', time, devices: true } as const;
      if (view.session?.media === 'failed') return { ...wrong, icon: MicOff, title: 'media.failed', sub: t('media.failed_act') };
      if (view.session && (microphone === 'denied' || microphone === 'missing'))
        return { ...wrong, icon: MicOff, title: 'media.no_microphone', sub: t('media.no_microphone_act') };
      if (view.session?.media === 'deaf') return { ...wrong, icon: Headphones, title: 'media.deaf', sub: t('media.deaf_act') };
      if (view.session && line === 'lost') return { icon: WifiOff, tone: 'amber', title: 'agent.talking', sub: t('call.line_lost'), time };
      if (view.session?.held) {
        const long = heldSince !== null && now - heldSince > HOLD_AMBER_SECONDS * 1000;
        return { icon: Pause, tone: long ? 'amber' : 'green', title: 'agent.holding', sub: t('agent.holding_note'), time };
      }
      return { icon: Phone, tone: 'green', title: 'agent.talking', sub: t('agent.recorded'), time };
    }
    case 'dialling': {
      const result = view.card?.outbound?.result ?? 'begun';
      const failed = result !== 'begun' && result !== 'calling';
      const sub = t(`dial.result.${result}`);
      return { icon: PhoneOutgoing, tone: failed ? 'amber' : 'green', title: 'agent.calling_out', sub, time: duration(elapsed) };
    }
    case 'wrap_up': {
      const until = agent?.wrapUpUntil ? Date.parse(agent.wrapUpUntil) - clockOffsetMs : null;
      const time = until && until > now ? duration((until - now) / 1000) : duration(elapsed);
      const sub = until && until > now ? t('agent.wrap_up_left') : t('agent.wrap_up_spent');
      return { icon: PenLine, tone: elapsed > LOCAL_WRAP_UP_AMBER_SECONDS ? 'amber' : 'green', title: 'agent.wrap_up', sub, time };
    }
    case 'paused':
      return { icon: Coffee, tone: 'plain', title: 'agent.paused', sub: pauses.word(agent?.reason ?? ''), time: duration(elapsed) };
    case 'device_lost':
      return { icon: WifiOff, tone: 'amber', title: 'agent.device_lost', sub: t('agent.device_lost_note'), time: duration(elapsed) };
    default:
      return { icon: 'dot', tone: 'green', title: 'agent.ready', sub: queues, time: duration(elapsed) };
  }
};

const useSince = (on: boolean, now: number): number | null => {
  const since = useRef<number | null>(null);
  if (on && since.current === null) since.current = now;
  if (!on) since.current = null;
  return since.current;
};

const StateBox = ({ view, onDevices }: { view: DeskView; onDevices: () => void }) => {
  const { t } = useWords();
  if (view.mode === 'ringing') return <AnswerBox view={view} />;
  if (view.mode === 'signed_out') return <SignInBox />;
  return <StateFacts view={view} key="state" label={t('bar.state')} onDevices={onDevices} />;
};

const StateFacts = ({ view, label, onDevices }: { view: DeskView; label: string; onDevices: () => void }) => {
  const { t } = useWords();
  const look = useBoxLook(view);
  const inside = (
    <>
      {look.icon === 'dot' ? <span className="dot" aria-hidden /> : <Icon of={look.icon} size={22} />}
      <span className="state-words">
        <b>{t(look.title)}</b>
        <small>{look.sub}</small>
      </span>
      <span className="state-time">{look.time}</span>
    </>
  );
  const className = `state-box tone-${look.tone}`;
  if (look.devices)
    return (
      <button type="button" className={className} id="state-box" data-act="devices" onClick={onDevices}>
        {inside}
      </button>
    );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for inputs
    <div className={className} id="state-box" role="group" aria-label={label}>
      {inside}
    </div>
  );
};

const AnswerBox = ({ view }: { view: DeskView }) => {
  const { t } = useWords();
  const answering = view.session?.phase === 'answering';
  if (!view.answerable)
    return (
      <div className="state-box answer" id="state-box">
        <Icon of={PhoneIncoming} size={22} />
        <span className="state-words">
          <b>{t('ringing.on_desk_phone')}</b>
        </span>
      </div>
    );
  return (
    <button type="button" className="state-box answer" id="state-box" data-act="answer" onClick={answer} aria-keyshortcuts="F2">
      <Icon of={Phone} size={24} />
      <span className="state-words">
        <b>{t(answering ? 'call.answering' : 'call.answer')}</b>
      </span>
      <KeyCap>F2</KeyCap>
    </button>
  );
};

const SignInBox = () => {
  const { t } = useWords();
  const { me } = useStore(session);
  const { snapshot } = useStore(push.state);
  const waiting = useStore(phone.state).role !== 'none';
  if (!me) return <div className="state-box" id="state-box" />;
  return (
    <button
      type="button"
      className="state-box sign-in"
      id="state-box"
      data-act="sign-in"
      disabled={!snapshot || waiting}
      onClick={() => signInToDesk(me.staffId)}
    >
      <Icon of={Power} size={22} />
      <span className="state-words">
        <b>{t(waiting ? 'agent.signing_in' : 'agent.sign_in')}</b>
        <small>{t(snapshot ? 'agent.sign_in_note' : 'state.connecting')}</small>
      </span>
    </button>
  );
};

const Facts = ({ view }: { view: DeskView }) => (view.card ? <CallFacts view={view} /> : <IdleFacts />);

const IdleFacts = () => {
  const { t } = useWords();
  const { snapshot, link } = useStore(push.state);
  const { microphone, line, role, sessions } = useStore(phone.state);
  if (!snapshot) return <div className="facts">{t('state.connecting')}</div>;
  const waiting = snapshot.queues.reduce((sum, queue) => sum + queue.waiting, 0);
  const ready = Math.max(0, ...snapshot.queues.map((queue) => queue.ready));
  const signedIn = Math.max(0, ...snapshot.queues.map((queue) => queue.signedIn));
  const broken = microphone === 'denied' || microphone === 'missing';
  return (
    <div className="facts">
      <span>
        {t('bar.waiting')} <b>{waiting}</b>
      </span>
      <span>
        {t('bar.group_ready')} <b>{ready}</b> / {signedIn}
      </span>
      {(role === 'leader' || role === 'follower') && (
        <span className={broken || line === 'lost' ? 'fact-amber' : undefined}>
          <Icon of={broken ? MicOff : Headphones} size={15} />
          {t(broken ? `device.microphone_${microphone}` : line === 'registered' ? 'device.headset_ok' : 'device.connecting')}
        </span>
      )}
      {(role === 'follower' || role === 'elsewhere') && <OtherPlace role={role} free={sessions.length === 0} />}
      {link === 'down' && <ServiceChip />}
      {link !== 'down' && !snapshot.switchUp && (
        <span className="chip tone-amber" role="status">
          <Icon of={ServerOff} size={15} /> {t('switch.down')}
        </span>
      )}
    </div>
  );
};

/** Says where the telephone is, and brings it here. */
const OtherPlace = ({ role, free }: { role: 'follower' | 'elsewhere'; free: boolean }) => {
  const { t } = useWords();
  const { me } = useStore(session);
  return (
    <span className="chip">
      {t(role === 'follower' ? 'device.other_tab' : 'device.elsewhere')}
      {free && me && (
        <button type="button" className="plain-button" data-act="take-phone" onClick={() => void takePhone(me.staffId)}>
          {t('device.take')}
        </button>
      )}
    </span>
  );
};

/** Says that the service is away and for how long; the call is not. */
const ServiceChip = () => {
  const { t } = useWords();
  const now = useNow();
  const { downSince } = useStore(push.state);
  return (
    <span className="chip tone-amber" role="status" data-chip="service">
      <Icon of={CloudOff} size={15} /> {t('service.down_chip')} {duration((now - (downSince ?? now)) / 1000)}
    </span>
  );
};

/** What could not be done is said in the bar for this long: during a call there is no other place that every page has. */
const NOTICE_MS = 10_000;

const CallFacts = ({ view }: { view: DeskView }) => {
  const { t } = useWords();
  const now = useNow();
  const { link, clockOffsetMs } = useStore(push.state);
  const said = useStore(notice);
  const { card } = view;
  if (!card) return null;
  const saying = said && now - said.at < NOTICE_MS ? said.text : null;
  const name = callerName(card);
  const waited = (Date.parse(card.answeredAt ?? card.offeredAt) - Date.parse(card.queuedAt)) / 1000;
  const waitedNow = view.mode === 'ringing' ? (now + clockOffsetMs - Date.parse(card.queuedAt)) / 1000 : waited;
  const parts =
    view.mode === 'ringing'
      ? [
          queueWord(t, card.queue),
          t('ringing.waited', { time: duration(waitedNow) }),
          card.calledNumber && t('ringing.line', { number: card.calledNumber }),
        ]
      : card.outbound
        ? [t('dial.outbound')]
        : [queueWord(t, card.queue), t('call.waited', { time: duration(waited) })];
  return (
    <div className="facts">
      <div className="caller">
        <p className="caller-name">
          <b>{name ?? t(identityWord(view))}</b>
          {card.caller.number && <b className="caller-number">{card.caller.number.masked}</b>}
        </p>
        <p className={saying ? 'caller-note fact-amber' : 'caller-note'} role="status">
          {saying ?? (card.fromPhoneAlone ? t('ringing.from_phone_alone') : parts.filter(Boolean).join(' · '))}
        </p>
      </div>
      {link === 'down' && <ServiceChip />}
      {view.mode === 'talking' && <Levels />}
    </div>
  );
};

const CELLS = [0, 1, 2, 3, 4, 5, 6, 7];
const LEVELS_EVERY_MS = 100;

/** Two rows of cells that move by themselves; written straight to the page, because ten renders a second would cost the form. */
const Levels = () => {
  const { t } = useWords();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const rows = box.current?.querySelectorAll<HTMLElement>('.level-cells');
    const timer = setInterval(() => {
      const { citizen, agent } = phone.levels();
      rows?.[0]?.style.setProperty('--level', String(Math.ceil(citizen * CELLS.length)));
      rows?.[1]?.style.setProperty('--level', String(Math.ceil(agent * CELLS.length)));
    }, LEVELS_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className="levels" ref={box} aria-hidden>
      {(['level.citizen', 'level.you'] as const).map((key) => (
        <p key={key}>
          <span className="level-name">{t(key)}</span>
          <span className="level-cells">
            {CELLS.map((cell) => (
              <i key={cell} style={{ '--cell': cell } as React.CSSProperties} />
            ))}
          </span>
        </p>
      ))}
    </div>
  );
};

const Controls = ({ view }: { view: DeskView }) => {
  switch (view.mode) {
    case 'ringing':
      return <Countdown view={view} />;
    case 'talking':
      return <TalkControls view={view} />;
    case 'dialling':
      return <DialledControls view={view} />;
    case 'ready':
    case 'device_lost':
      return (
        <div className="controls">
          {view.mode === 'ready' && <DialControl />}
          <PauseMenu />
          <span className="control-place last" />
        </div>
      );
    case 'paused':
    case 'wrap_up':
      return <ReadyControls mode={view.mode} />;
    default:
      return <div className="controls" />;
  }
};

const ReadyControls = ({ mode }: { mode: 'paused' | 'wrap_up' }) => {
  const { t } = useWords();
  return (
    <div className="controls">
      <DialControl />
      {mode === 'wrap_up' && <PauseMenu />}
      <button
        type="button"
        className="control"
        data-act="ready"
        onClick={() => (mode === 'wrap_up' ? endWrapUp() : setIntent({ intent: 'ready' }))}
      >
        <Icon of={UserCheck} size={20} />
        <span>{t('agent.go_ready')}</span>
      </button>
      <span className="control-place last" />
    </div>
  );
};

/** While the number rings there is one thing to do: give it up. */
const DialledControls = ({ view }: { view: DeskView }) => {
  const { t } = useWords();
  if (!view.session) return <div className="controls note">{t('call.on_desk_phone')}</div>;
  return (
    <div className="controls">
      <HangUp />
    </div>
  );
};

const HangUp = () => {
  const { t } = useWords();
  return (
    <button type="button" className="control hang-up last" data-act="hang-up" aria-keyshortcuts="Shift+F2" onClick={hangUp}>
      <Icon of={PhoneOff} size={20} />
      <span>
        {t('call.hang_up')} <KeyCap>⇧F2</KeyCap>
      </span>
    </button>
  );
};

const TalkControls = ({ view }: { view: DeskView }) => {
  const { t } = useWords();
  const [keypad, setKeypad] = useState(false);
  const { session: line } = view;
  if (!line) return <div className="controls note">{t(view.device === 'desk' ? 'call.on_desk_phone' : 'call.elsewhere')}</div>;
  return (
    <div className="controls">
      <button type="button" className="control" data-act="mute" aria-pressed={line.muted} aria-keyshortcuts="F4" onClick={toggleMute}>
        <Icon of={line.muted ? MicOff : Mic} size={20} />
        <span>
          {t(line.muted ? 'call.unmute' : 'call.mute')} <KeyCap>F4</KeyCap>
        </span>
      </button>
      <button type="button" className="control" data-act="hold" aria-pressed={line.held} aria-keyshortcuts="F8" onClick={toggleHold}>
        <Icon of={line.held ? Play : Pause} size={20} />
        <span>
          {t(line.held ? 'call.resume' : 'call.hold')} <KeyCap>F8</KeyCap>
        </span>
      </button>
      <ThirdControl card={view.card} />
      <button type="button" className="control" data-act="keypad" aria-expanded={keypad} onClick={() => setKeypad(!keypad)}>
        <Icon of={Grid3x3} size={20} />
        <span>{t('call.keypad')}</span>
      </button>
      {keypad && <Keypad onDigit={pressDigit} onClose={() => setKeypad(false)} />}
      <HangUp />
    </div>
  );
};

const CIRCLE = 2 * Math.PI * 14;

const Countdown = ({ view }: { view: DeskView }) => {
  const { t } = useWords();
  const now = useNow();
  const rung = Math.max(0, (now - view.since) / 1000);
  const whole = view.card?.ringSeconds ?? 20;
  const left = Math.max(0, Math.ceil(whole - rung));
  return (
    <div className="countdown">
      <svg width="34" height="34" viewBox="0 0 34 34" aria-hidden>
        <circle cx="17" cy="17" r="14" className="countdown-track" />
        <circle
          cx="17"
          cy="17"
          r="14"
          className="countdown-left"
          strokeDasharray={CIRCLE}
          strokeDashoffset={CIRCLE * Math.min(1, rung / whole)}
        />
      </svg>
      <p>
        {t('ringing.rung', { time: duration(rung) })}
        <br />
        {t('ringing.back_in', { n: left })}
      </p>
    </div>
  );
};
