import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import { maskNumber } from '../core/phone-number.ts';
import { byStaff, type History } from '../history/index.ts';
import type { Store } from '../storage/store.ts';
import type { Calling } from './calling.ts';
import type { SurveyTask } from './repository.ts';
import type { TrialView } from './settings-schemas.ts';
import type { SurveyScript } from './survey.ts';

const KEY = 'surveys.trial';
/** A trial that has not said anything for so long belongs to a process that is gone. */
const FORGOTTEN_MS = 10 * 60_000;
const MOST_HEARD = 200;
const refused = (sentence: string): HotlineError => new HotlineError('survey.trial_refused', sentence);

/** A matter that is nobody's: what the call names of it is today and a subject that is never spoken. */
const matterOf = (number: string, at: Date): SurveyTask => ({
  taskId: 0,
  caseId: 0,
  round: 1,
  unitCode: null,
  number,
  state: 'calling',
  dueAt: null,
  reason: null,
  needsPerson: false,
  subjectCode: null,
  reportedAt: at,
  attemptId: null,
  updatedAt: at,
});

/**
 * A draft heard on the administrator's own telephone, the way a citizen will hear it: the same line, the same interpreter, the
 * same keys. Nothing of it is a result: no task, no answer, no case knows of it.
 */
export const createTrials = (deps: {
  store: Pick<Store, 'write'>;
  kept: { get<T>(key: string): Promise<T | null>; set(key: string, value: unknown): Promise<void> };
  calling: Pick<Calling, 'tryOut'>;
  /** Whether somebody is in a call with this number already. */
  isOnTheLine(number: string): Promise<boolean>;
  normalNumber(typed: string): string | null;
  ownNumbers: readonly string[];
  isPlain(number: string): boolean;
  history: Pick<History, 'append'>;
  clock: Clock;
}) => {
  const { kept, clock } = deps;
  const latest = async (): Promise<TrialView | null> => kept.get<TrialView>(KEY);
  const underWay = (trial: TrialView | null): boolean =>
    trial !== null && trial.state !== 'over' && clock.now().getTime() - new Date(trial.at).getTime() < FORGOTTEN_MS;

  return {
    /** Whether this draft was answered on a telephone and one of its sentences was said. */
    wasHeard: async (draft: number): Promise<boolean> => {
      const trial = await latest();
      return trial?.draft === draft && trial.heard.length > 0;
    },

    /** The latest trial, when it was one of this draft. */
    of: async (draft: number): Promise<TrialView | null> => {
      const trial = await latest();
      if (trial?.draft !== draft) return null;
      return trial.state === 'over' || underWay(trial) ? trial : { ...trial, state: 'over', ending: 'lost' };
    },

    /**
     * @throws HotlineError request.invalid for what is no number, survey.trial_refused while another is under way or the number is
     * in a call or the hotline's own, telephony.* when the switch does not take the call
     */
    async begin(draft: number, script: SurveyScript, typed: string, staffId: StaffId): Promise<TrialView> {
      const number = deps.normalNumber(typed);
      if (number === null) throw new HotlineError('request.invalid', '请填一个电话号码 Not a telephone number', { field: 'number' });
      if (deps.ownNumbers.includes(number)) throw refused('热线不能打给自己 The hotline cannot call itself');
      if (!deps.isPlain(number)) throw refused('这类号码费用高，热线不自动拨打 The hotline does not call costly numbers by itself');
      if (underWay(await latest())) throw refused('正在试打另一通 Another trial call is under way');
      if (await deps.isOnTheLine(number)) throw refused('这个号码正在与热线通话 This number is in a call with the hotline');
      const at = clock.now();
      const trialId = randomBytes(9).toString('hex');
      let trial: TrialView = {
        trialId,
        draft,
        number: maskNumber(number),
        state: 'dialling',
        ending: null,
        heard: [],
        pressed: [],
        at: at.toISOString(),
      };
      const put = async (change: Partial<TrialView>): Promise<void> => {
        trial = { ...trial, ...change, at: clock.now().toISOString() };
        await kept.set(KEY, trial);
      };
      await deps.store.write(async (db) => {
        await kept.set(KEY, trial);
        const thing = { kind: 'survey_script', id: null };
        await deps.history.append(db, {
          actor: byStaff(staffId),
          act: 'survey.tried',
          thing,
          details: { draft, number: maskNumber(number) },
        });
      });
      await deps.calling.tryOut({
        channelId: `survey-trial-${trialId}`,
        number,
        script,
        matter: matterOf(number, at),
        rang: () => put({ state: 'ringing' }),
        answered: () => put({ state: 'talking' }),
        said: (lines) => put({ heard: [...trial.heard, ...lines.map(({ prompt }) => prompt)].slice(-MOST_HEARD) }),
        pressed: ({ measure, value, key }) => put({ pressed: [...trial.pressed, { measure, value, key }] }),
        over: (ending) => put({ state: 'over', ending }),
      });
      return trial;
    },
  };
};
export type Trials = ReturnType<typeof createTrials>;
