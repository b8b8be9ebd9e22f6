import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { Megaphone, MonitorUp, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Board, Fraction } from '../../board/schemas.ts';
import { api } from '../api/endpoints.ts';
import { may } from '../app/places.ts';
import { session } from '../app/session.ts';
import { type Translate, useWords } from '../i18n/i18n.ts';
import { alarmWord } from '../system/system-view.ts';
import { duration } from '../ui/format.ts';
import { Empty, Failed, Icon, Loading, Moment, PageTop } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { AgentActs, MessageAll } from './agent-acts.tsx';
import { AgentState, WaitBar, WaitTime } from './board-parts.tsx';
import { below, countOf, inOrder, needOf, percent, secondsSince } from './board-view.ts';
import { HelpStrip } from './help-strip.tsx';
import { Figure, LiveMark } from './live-parts.tsx';
import { usePicture } from './use-picture.ts';
import './board.css';

/** The team leader's picture of this moment: who waits, who is where, and the two rates with their fractions. */
export const BoardPage = () => {
  const { t } = useWords();
  const { picture: board, error, again, now, live, downSince } = usePicture('board', api.board);
  const { me } = useStore(session);
  const leads = me !== null && may(me, 'agents.lead');
  const [toAll, setToAll] = useState(false);
  return (
    <main className="page">
      <PageTop title={t('board.title')}>
        <LiveMark live={live} now={now} downSince={downSince} />
        {leads && board && board.agents.length > 0 && (
          <Button data-act="message-all" icon={<Icon of={Megaphone} size={15} />} onClick={() => setToAll(true)}>
            {t('lead.all')}
          </Button>
        )}
        <Link to="/wall" className="plain-button">
          <Icon of={MonitorUp} size={15} /> {t('board.wall')}
        </Link>
      </PageTop>
      {board ? (
        <div className="page-body board">
          <Strip board={board} now={now} />
          <HelpStrip board={board} now={now} leads={leads} />
          <div className="board-columns">
            <Agents board={board} now={now} leads={leads} />
            <aside className="board-side">
              <Waiting board={board} now={now} />
              <Hours board={board} />
              <Alarms board={board} />
            </aside>
          </div>
        </div>
      ) : (
        <div className="page-body padded">{error ? <Failed error={error} onRetry={again} /> : <Loading rows={8} height={44} />}</div>
      )}
      {toAll && board && <MessageAll people={board.agents.length} onClose={() => setToAll(false)} />}
    </main>
  );
};

export const rateNote = (t: Translate, rate: Fraction, target: number): string =>
  rate.whole === 0 ? t('board.no_calls') : t('board.rate_note', { part: rate.part, whole: rate.whole, target });

export const waitNote = (t: Translate, board: Board, now: number): string => {
  const first = board.waiting[0];
  return first ? t('board.longest', { time: duration(secondsSince(first.since, now)) }) : t('board.nobody_waits');
};

const Strip = ({ board, now }: { board: Board; now: number }) => {
  const { t } = useWords();
  const { figures, targets } = board;
  const { today, connected } = figures;
  const first = board.waiting[0];
  const late = first !== undefined && secondsSince(first.since, now) > targets.answerSeconds;
  const talk = today.talk.calls === 0 ? '—' : duration(today.talk.seconds / today.talk.calls);
  const states = t('board.states', {
    talking: countOf(board, 'talking'),
    wrapUp: countOf(board, 'wrap_up'),
    paused: countOf(board, 'paused'),
    lost: countOf(board, 'device_lost'),
  });
  return (
    <dl className="board-strip">
      <Figure word={t('board.waiting')} value={board.waiting.length} unit={t('board.people')} note={waitNote(t, board, now)} amber={late} />
      <Figure word={t('board.ready')} value={countOf(board, 'ready')} unit={`/ ${board.agents.length}`} note={states} />
      <Figure
        word={t('board.in_time', { seconds: targets.answerSeconds })}
        value={percent(today.inTime)}
        unit={today.inTime.whole === 0 ? '' : '%'}
        note={rateNote(t, today.inTime, targets.answerPercent)}
        amber={below(today.inTime, targets.answerPercent)}
      />
      <Figure
        word={t('board.connected')}
        value={percent(connected)}
        unit={connected.whole === 0 ? '' : '%'}
        note={rateNote(t, connected, targets.connectPercent)}
        amber={below(connected, targets.connectPercent)}
      />
      <Figure
        word={t('board.abandoned')}
        value={today.abandoned}
        unit={t('board.calls')}
        note={t('board.short', { seconds: targets.shortSeconds, n: today.short })}
      />
      <Figure word={t('board.talk')} value={talk} note={t('board.answered', { n: today.answered })} />
    </dl>
  );
};

const Agents = ({ board, now, leads }: { board: Board; now: number; leads: boolean }) => {
  const { t } = useWords();
  const [chosenId, setChosenId] = useState<number | null>(null);
  const chosen = board.agents.find(({ staffId }) => staffId === chosenId);
  if (board.agents.length === 0)
    return (
      <section className="board-agents" aria-label={t('board.agents')}>
        <Empty title={t('board.no_agents')}>{t('board.no_agents_note')}</Empty>
      </section>
    );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reached by the keyboard
    <section className="board-agents" aria-label={t('board.agents')} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('board.agent', { n: board.agents.length })}</th>
            <th scope="col">{t('board.state')}</th>
            <th scope="col" className="figure">
              {t('board.since')}
            </th>
            <th scope="col">{t('board.extension')}</th>
            <th scope="col">{t('board.look')}</th>
            <th scope="col" className="figure">
              {t('board.answered_today')}
            </th>
          </tr>
        </thead>
        <tbody>
          {inOrder(board.agents, now).map((agent) => {
            const need = needOf(agent, now);
            return (
              <tr key={agent.staffId}>
                <th scope="row">
                  {leads ? (
                    <button type="button" className="plain-button" data-act="lead" onClick={() => setChosenId(agent.staffId)}>
                      {agent.name}
                    </button>
                  ) : (
                    agent.name
                  )}
                </th>
                <td>
                  <AgentState agent={agent} now={now} size={15} withReason />
                </td>
                <td className={need === 'none' ? 'figure' : 'figure board-amber'}>{duration(secondsSince(agent.since, now))}</td>
                <td>{agent.extension}</td>
                <td>
                  {need === 'none'
                    ? agent.unseenMessages > 0
                      ? t('lead.unseen', { n: agent.unseenMessages })
                      : ''
                    : t(`board.need.${need}`)}
                </td>
                <td className="figure">{agent.answeredToday}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {chosen && <AgentActs agent={chosen} now={now} onClose={() => setChosenId(null)} />}
    </section>
  );
};

const Waiting = ({ board, now }: { board: Board; now: number }) => {
  const { t } = useWords();
  return (
    <section aria-label={t('board.who_waits')}>
      <h2>
        {t('board.who_waits')} {board.waiting.length} <small>{t('board.mark', { seconds: board.targets.answerSeconds })}</small>
      </h2>
      {board.waiting.length === 0 && <p className="meta">{t('board.nobody_waits')}</p>}
      <ul className="board-waiting">
        {board.waiting.slice(0, 8).map((each) => (
          <li key={each.callId}>
            <p>
              <WaitTime waiting={each} now={now} promise={board.targets.answerSeconds} />{' '}
              <span>{each.masked ?? t('identity.withheld')}</span>
              <span className="grow" />
              <span>{each.rings ? t('board.state.ringing') : each.times > 1 ? t('board.times', { n: each.times }) : ''}</span>
            </p>
            <WaitBar waiting={each} now={now} promise={board.targets.answerSeconds} />
          </li>
        ))}
      </ul>
    </section>
  );
};

/** The working day, and any hour outside it that had calls. */
const SHOWN_FROM = 8;
const SHOWN_TO = 18;

const Hours = ({ board }: { board: Board }) => {
  const { t } = useWords();
  const hours = board.figures.hours.filter(({ hour, arrived }) => arrived > 0 || (hour >= SHOWN_FROM && hour < SHOWN_TO));
  const most = Math.max(1, ...hours.map(({ answered, unanswered }) => answered + unanswered));
  return (
    <section aria-label={t('board.hours')}>
      <h2>
        {t('board.hours')} <small>{t('board.hours_key')}</small>
      </h2>
      <ol className="board-hours">
        {hours.map(({ hour, answered, unanswered }) => (
          <li key={hour} title={t('board.hour', { hour, answered, unanswered })}>
            <span className="visually-hidden">{t('board.hour', { hour, answered, unanswered })}</span>
            <small aria-hidden>{answered + unanswered || ''}</small>
            <i className="missed" style={{ height: `${(unanswered * 72) / most}px` }} />
            <i style={{ height: `${(answered * 72) / most}px` }} />
            <small aria-hidden>{hour}</small>
          </li>
        ))}
      </ol>
    </section>
  );
};

const Alarms = ({ board }: { board: Board }) => {
  const { t } = useWords();
  return (
    <section aria-label={t('system.alarms')}>
      <h2>{t('system.alarms')}</h2>
      {board.alarms.length === 0 && <p className="meta">{t('system.no_alarms')}</p>}
      <ul className="board-alarms">
        {board.alarms.map((alarm) => (
          <li key={alarm.id}>
            <Icon of={TriangleAlert} size={15} className="board-amber" /> {alarmWord(t, alarm.kind as Parameters<typeof alarmWord>[1])}{' '}
            {alarm.detail}{' '}
            <span className="meta">
              <Moment at={alarm.at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
};
