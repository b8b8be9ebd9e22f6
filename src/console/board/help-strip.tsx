import { Button } from 'antd';
import { LifeBuoy } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Board, BoardAgent } from '../../board/schemas.ts';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { playHelpTone } from '../softphone/sound.ts';
import { duration } from '../ui/format.ts';
import { Icon } from '../ui/parts.tsx';
import { helpFirst, secondsSince } from './board-view.ts';

const TONE_EVERY_MS = 10_000;

/** Always in its place: who asks for help, the longest first, and the way to say that one comes. Calm when nobody does. */
export const HelpStrip = ({ board, now, leads }: { board: Board; now: number; leads: boolean }) => {
  const { t } = useWords();
  const asking = helpFirst(board.agents);
  const [first] = asking;
  const rings = leads && first !== undefined;
  useEffect(() => {
    if (!rings) return;
    playHelpTone();
    const timer = setInterval(playHelpTone, TONE_EVERY_MS);
    return () => clearInterval(timer);
  }, [rings]);
  return (
    <section className={first ? 'help-strip asked' : 'help-strip'} role="status" aria-label={t('board.help')}>
      <Icon of={LifeBuoy} size={18} />
      {first ? (
        <Asks key={first.staffId} agent={first} now={now} leads={leads} others={asking.length - 1} />
      ) : (
        <span>{t('board.nobody_asks')}</span>
      )}
    </section>
  );
};

const Asks = ({ agent, now, leads, others }: { agent: BoardAgent; now: number; leads: boolean; others: number }) => {
  const { t } = useWords();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const come = async (): Promise<void> => {
    setBusy(true);
    await api.comeToHelp(agent.staffId).catch((error: unknown) => setProblem(messageOf(error)));
    setBusy(false);
  };
  return (
    <>
      <span>
        <b>{agent.name}</b> {agent.extension} {t('board.help')} <b>{duration(secondsSince(agent.helpSince ?? '', now))}</b>
      </span>
      <span>{problem || (others > 0 ? t('board.others_ask', { n: others }) : '')}</span>
      <span className="grow" />
      {leads && (
        <Button loading={busy} data-act="come" onClick={() => void come()}>
          {t('board.come')}
        </Button>
      )}
    </>
  );
};
