import { Circle, Coffee, LifeBuoy, type LucideIcon, PenLine, Phone, PhoneIncoming, PhoneOutgoing, WifiOff } from 'lucide-react';
import type { BoardAgent, BoardWaiting } from '../../board/schemas.ts';
import { usePauseReasons } from '../app/use-pause-reasons.ts';
import { type Translate, useWords } from '../i18n/i18n.ts';
import { duration } from '../ui/format.ts';
import { Icon } from '../ui/parts.tsx';
import { type Need, needOf, secondsSince } from './board-view.ts';

const LOOKS: Record<BoardAgent['state'], { icon: LucideIcon; tone: string }> = {
  ready: { icon: Circle, tone: 'green' },
  ringing: { icon: PhoneIncoming, tone: 'blue' },
  calling_out: { icon: PhoneOutgoing, tone: 'green' },
  talking: { icon: Phone, tone: 'green' },
  wrap_up: { icon: PenLine, tone: 'plain' },
  paused: { icon: Coffee, tone: 'plain' },
  device_lost: { icon: WifiOff, tone: 'amber' },
  signed_out: { icon: Circle, tone: 'plain' },
};

const toneOf = (agent: BoardAgent, need: Need): string => {
  if (need === 'help') return 'red';
  return need === 'none' ? LOOKS[agent.state].tone : 'amber';
};

export const stateWord = (t: Translate, agent: BoardAgent): string => t(agent.helpSince ? 'board.help' : `board.state.${agent.state}`);

interface AgentStateProps {
  agent: BoardAgent;
  now: number;
  size: number;
  /** Says why somebody pauses; a tile of the wall has no room for it beside the name. */
  withReason?: boolean;
}

/** Icon and word together, in the tone of what it asks of the reader. */
export const AgentState = ({ agent, now, size, withReason = false }: AgentStateProps) => {
  const { t } = useWords();
  const pauses = usePauseReasons();
  const tone = toneOf(agent, needOf(agent, now));
  return (
    <span className={`board-state board-${tone}`}>
      <Icon of={agent.helpSince ? LifeBuoy : LOOKS[agent.state].icon} size={size} />
      <span>
        {stateWord(t, agent)}
        {withReason && !agent.helpSince && agent.state === 'paused' && agent.reason !== '' && ` · ${pauses.word(agent.reason)}`}
      </span>
    </span>
  );
};

/** The bar is full at four times the promise; the mark on it is the promise. */
const FULL = 4;

export const WaitBar = ({ waiting, now, promise }: { waiting: BoardWaiting; now: number; promise: number }) => {
  const waited = secondsSince(waiting.since, now);
  return (
    <span className={waited > promise ? 'wait-bar late' : 'wait-bar'} aria-hidden>
      <span style={{ width: `${Math.min(100, (waited * 100) / (promise * FULL))}%` }} />
      <i style={{ left: `${100 / FULL}%` }} />
    </span>
  );
};

export const WaitTime = ({ waiting, now, promise }: { waiting: BoardWaiting; now: number; promise: number }) => {
  const waited = secondsSince(waiting.since, now);
  return <b className={waited > promise ? 'board-amber' : undefined}>{duration(waited)}</b>;
};
