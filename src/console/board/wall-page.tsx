import { CloudOff, TriangleAlert } from 'lucide-react';
import type { Board, Fraction } from '../../board/schemas.ts';
import { api } from '../api/endpoints.ts';
import { hotline } from '../app/hotline.ts';
import { useWords } from '../i18n/i18n.ts';
import { alarmWord } from '../system/system-view.ts';
import { dateInProse, duration, timeOfDay } from '../ui/format.ts';
import { Failed, Icon, Loading } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { rateNote, waitNote } from './board-page.tsx';
import { AgentState, WaitBar, WaitTime } from './board-parts.tsx';
import { below, countOf, needOf, percent, secondsSince, tilesAt } from './board-view.ts';
import { usePicture } from './use-picture.ts';
import './board.css';

/** The same board from five metres: dark, nothing to click, no number and no citizen's name. */
export const WallPage = () => {
  const { t, language } = useWords();
  const { picture: board, error, again, now, live, downSince } = usePicture('board', api.board);
  const whose = useStore(hotline);
  return (
    <main className="wall">
      <header>
        <h1>{t('board.title')}</h1>
        <span>{whose?.name ?? ''}</span>
        <span>{dateInProse(now, language)}</span>
        <span className="grow" />
        <b>{timeOfDay(now)}</b>
      </header>
      {board ? (
        <Whole board={board} now={now} />
      ) : (
        <div className="wall-box">{error ? <Failed error={error} onRetry={again} /> : <Loading rows={4} height={120} />}</div>
      )}
      <footer className="wall-box">
        {live ? (
          <Wrong board={board} />
        ) : (
          <span className="board-amber">
            <Icon of={CloudOff} size={32} /> {t('board.stale', { time: duration((Date.now() - (downSince ?? Date.now())) / 1000) })}
          </span>
        )}
      </footer>
    </main>
  );
};

const Wrong = ({ board }: { board: Board | null }) => {
  const { t } = useWords();
  const [first] = board?.alarms ?? [];
  if (!first) return <span>{t('system.no_alarms')}</span>;
  return (
    <span className="board-amber">
      <Icon of={TriangleAlert} size={32} /> {alarmWord(t, first.kind as Parameters<typeof alarmWord>[1])}
    </span>
  );
};

const Rate = ({ word, rate, target }: { word: string; rate: Fraction; target: number }) => {
  const { t } = useWords();
  return (
    <div className="wall-figure">
      <p>{word}</p>
      <p className={below(rate, target) ? 'board-amber' : undefined}>
        <b>{percent(rate)}</b> {rate.whole === 0 ? '' : '%'}
      </p>
      <p>{rateNote(t, rate, target)}</p>
    </div>
  );
};

const Whole = ({ board, now }: { board: Board; now: number }) => {
  const { t } = useWords();
  const { figures, targets } = board;
  const first = board.waiting[0];
  const late = first !== undefined && secondsSince(first.since, now) > targets.answerSeconds;
  return (
    <>
      <section className="wall-box wall-strip" aria-label={t('board.title')}>
        <div className="wall-figure">
          <p>{t('board.waiting')}</p>
          <p className={late ? 'board-amber' : undefined}>
            <b>{board.waiting.length}</b> {t('board.people')}
          </p>
          <p className={late ? 'board-amber' : undefined}>{waitNote(t, board, now)}</p>
        </div>
        <div className="wall-figure">
          <p>{t('board.ready')}</p>
          <p>
            <b>{countOf(board, 'ready')}</b> / {board.agents.length}
          </p>
          <p>
            {t('board.wall_states', {
              talking: countOf(board, 'talking'),
              wrapUp: countOf(board, 'wrap_up'),
              paused: countOf(board, 'paused'),
            })}
          </p>
        </div>
        <Rate word={t('board.in_time', { seconds: targets.answerSeconds })} rate={figures.today.inTime} target={targets.answerPercent} />
        <Rate word={t('board.connected')} rate={figures.connected} target={targets.connectPercent} />
      </section>
      <div className="wall-columns">
        <section className="wall-box wall-waiting" aria-label={t('board.who_waits')}>
          <p>{t('board.who_waits')}</p>
          {board.waiting.slice(0, 4).map((each) => (
            <div key={each.callId}>
              <p>
                <WaitTime waiting={each} now={now} promise={targets.answerSeconds} />{' '}
                {each.times > 1 ? t('board.times', { n: each.times }) : ''}
              </p>
              <WaitBar waiting={each} now={now} promise={targets.answerSeconds} />
            </div>
          ))}
          <span className="grow" />
          <p>{t('board.wall_today', { arrived: figures.today.arrived, short: figures.today.short, abandoned: figures.today.abandoned })}</p>
        </section>
        <ul className="wall-tiles" aria-label={t('board.agents')}>
          {tilesAt(board.agents, now).map((agent) => (
            <li key={agent.staffId} className={needOf(agent, now) === 'help' ? 'help' : undefined}>
              <b>{agent.name}</b>
              <AgentState agent={agent} now={now} size={28} />
              <b>{duration(secondsSince(agent.since, now))}</b>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
};
