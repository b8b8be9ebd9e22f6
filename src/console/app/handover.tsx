import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { PhoneForwarded } from 'lucide-react';
import { useEffect } from 'react';
import type { DeskView as CallStanding } from '../../calls/schemas.ts';
import type { HandoverAct, HandoverView } from '../../handover/schemas.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { Icon } from '../ui/parts.tsx';
import { actOnCall } from './desk-acts.ts';

const keyOf = (callId: number) => ['handover', callId];
/** The switch's news come with the call's standing; this is for a step that changes nothing of that. */
const LOOK_EVERY_MS = 2_000;

const useHandover = (standing: CallStanding): HandoverView | null => {
  const { callId, state, thirdIsThere, party } = standing;
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: keyOf(callId),
    queryFn: () => api.handover(callId),
    refetchInterval: ({ state: { data: now } }) => (now?.state === 'ringing' ? LOOK_EVERY_MS : false),
  });
  const seen = `${state} ${thirdIsThere} ${party}`;
  useEffect(() => {
    if (seen) void queries.invalidateQueries({ queryKey: keyOf(callId) });
  }, [seen, queries, callId]);
  return data ?? null;
};

/** The case that is open; null: that of the call, which the service knows. */
const useOpenCase = (): number | null => {
  const open = useRouterState({ select: (state) => /^\/cases\/(\d+)/.exec(state.location.pathname)?.[1] });
  return open === undefined ? null : Number(open);
};

/** One button: whoever of the unit is on duty is rung into the call, and the next one when nobody answers. */
export const HandOver = ({ standing, unitCode }: { standing: CallStanding; unitCode: string }) => {
  const { t } = useWords();
  const queries = useQueryClient();
  const caseId = useOpenCase();
  const handover = useHandover(standing);
  const { callId } = standing;
  return (
    <>
      <button
        type="button"
        className="plain-button"
        data-act="hand-over"
        disabled={unitCode === ''}
        onClick={() =>
          actOnCall(async () => {
            queries.setQueryData(keyOf(callId), await api.startHandover(callId, { caseId, unitCode }));
          })
        }
      >
        <Icon of={PhoneForwarded} size={15} /> {t('handover.begin')}
      </button>
      <p className="meta">{t(unitCode === '' ? 'handover.choose_unit' : 'handover.note')}</p>
      {handover && <Ended of={handover} />}
    </>
  );
};

const Tries = ({ of: { tries } }: { of: HandoverView }) => {
  const { t } = useWords();
  return (
    <ol className="handover-tries">
      {tries.map((each) => (
        <li key={each.at + each.number}>
          <b>{each.name}</b> <span className="meta">{each.number}</span> {t(`handover.try.${each.outcome}`)}
        </li>
      ))}
    </ol>
  );
};

const Ended = ({ of: handover }: { of: HandoverView }) => {
  const { t } = useWords();
  if (handover.state === 'ringing') return null;
  return (
    <div role="status">
      <p className={handover.state === 'refused' ? 'fact-amber' : undefined}>
        <b>{handover.unitName}</b> {t(`handover.${handover.state}`)}
      </p>
      <Tries of={handover} />
    </div>
  );
};

/** While it rings, and once somebody has answered: only the agent can tell a person from a machine. */
export const HandOverGoesOn = ({ standing }: { standing: CallStanding }) => {
  const { t } = useWords();
  const queries = useQueryClient();
  const handover = useHandover(standing);
  if (handover === null || handover.state === 'stopped') return null;
  if (handover.state !== 'ringing') return <Ended of={handover} />;
  const isThere = handover.tries.at(-1)?.outcome === 'answered';
  const { callId } = standing;
  const act = (what: HandoverAct['act']): void =>
    actOnCall(async () => {
      queries.setQueryData(keyOf(callId), await api.handoverAct(callId, { act: what }));
    });
  return (
    <div className="handover">
      <p role="status">
        <b>{handover.unitName}</b> {t(isThere ? 'handover.ask' : 'handover.rings')}
      </p>
      <Tries of={handover} />
      <div className="third-acts">
        <button type="button" className="plain-button" data-act="handover-taken" disabled={!isThere} onClick={() => act('taken')}>
          {t('handover.confirm')}
        </button>
        <button type="button" className="plain-button" data-act="handover-next" onClick={() => act('next')}>
          {t('handover.next')}
        </button>
        <button type="button" className="plain-button" data-act="handover-stop" onClick={() => act('stop')}>
          {t('handover.stop')}
        </button>
      </div>
    </div>
  );
};
