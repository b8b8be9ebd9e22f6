import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import { byStaff } from '../history/index.ts';
import { type SavingDeps, saveSetting, staleSetting } from '../settings/saving.ts';
import type { SurveysRepository } from './repository.ts';
import type { ScriptView, TrialView } from './settings-schemas.ts';
import { type Fault, type FaultOfPrompt, faultsOf, STANDARD_SCRIPT, type SurveyScript } from './survey.ts';
import type { Trials } from './trial.ts';

const KEY = 'surveys.draft';
const MOST_VERSIONS = 50;

interface Kept {
  /** Null: what was drafted is in force. */
  script: SurveyScript | null;
  note: string;
}

const NAMES: Readonly<Record<Fault['code'], string>> = {
  no_such_step: '去向不存在 leads to a step that is not there',
  dead_branch: '走不到 nothing leads here',
  loop: '绕回前面 leads back to a step before it',
  no_end: '没有结束语 never ends',
  no_prompt: '没有这条录音 there is no such prompt',
  prompt_damaged: '录音损坏或缺失 the recording is missing or damaged',
  says_nothing: '没有问句 a question without a sentence',
  key_twice: '按键重复 a key is given twice',
  key_reserved: '星号和 0 已有用处 star and zero have their use',
  no_choice: '没有可按的键 no key leads on',
  value_range: '分值不在范围 the value is out of range',
  not_asked: '没有问满意度 satisfaction is not asked about',
};

/** The survey's words and branches: drafted, tried by telephone, then in force as a new version; the old ones stay (R04). */
export const createScripts = (
  deps: SavingDeps & {
    surveys: Pick<SurveysRepository, 'latestScript' | 'script' | 'scripts' | 'addScript'>;
    faultOfPrompt: FaultOfPrompt;
    trials: Trials;
    clock: Clock;
  },
) => {
  const { repository, surveys, trials, clock } = deps;

  const draftOf = async (): Promise<{ version: number; kept: Kept | null }> => {
    const found = await repository.get(KEY);
    return { version: found?.version ?? 0, kept: (found?.value as Kept | undefined) ?? null };
  };

  const check = (script: SurveyScript): void => {
    const faults = faultsOf(script, deps.faultOfPrompt);
    const [first] = faults;
    if (!first) return;
    throw new HotlineError('survey.script_refused', `${first.step}：${NAMES[first.code]}${first.detail && `（${first.detail}）`}`, {
      faults,
    });
  };

  const view = async (): Promise<ScriptView> => {
    const { version, kept } = await draftOf();
    const draft = kept?.script ?? null;
    const live = (await surveys.latestScript()) ?? { version: 0, script: STANDARD_SCRIPT };
    const versions = await surveys.scripts(MOST_VERSIONS);
    return {
      version,
      draft: draft as ScriptView['draft'],
      note: draft === null ? '' : (kept?.note ?? ''),
      live: live as ScriptView['live'],
      versions: versions.map(({ madeAt, ...each }) => ({ ...each, madeAt: madeAt.toISOString() })),
      trial: draft === null ? null : await trials.of(version),
      faults: faultsOf(draft ?? live.script, deps.faultOfPrompt),
    };
  };

  /** @throws settings.version_stale when the draft is another by now, or is in force already */
  const draftAt = async (version: number): Promise<{ script: SurveyScript; note: string }> => {
    const { version: found, kept } = await draftOf();
    if (found !== version || !kept?.script) throw staleSetting(await view());
    check(kept.script);
    return { script: kept.script, note: kept.note };
  };

  return {
    view,

    /** @throws thing.not_found */
    async version(version: number): Promise<SurveyScript> {
      const script = version === 0 ? STANDARD_SCRIPT : await surveys.script(version);
      if (!script) throw new HotlineError('thing.not_found', '没有这个版本 There is no such version');
      return script;
    },

    /** @throws HotlineError survey.script_refused {faults: [{code, step, detail}]}, settings.version_stale with theirs */
    async save(asked: { version: number; script: SurveyScript; note: string }, by: StaffId): Promise<ScriptView> {
      check(asked.script);
      const { version, script, note } = asked;
      await saveSetting(deps, {
        ...{ key: KEY, kind: 'survey_script', version, by, theirs: view },
        value: { script, note } satisfies Kept,
        details: { note, steps: Object.keys(script.steps).length },
      });
      return view();
    },

    /** Calls the administrator's telephone with the draft. @throws what saving throws, and what Trials.begin throws */
    async tryOut(asked: { version: number; number: string }, by: StaffId): Promise<TrialView> {
      const { script } = await draftAt(asked.version);
      return trials.begin(asked.version, script, asked.number, by);
    },

    /**
     * The draft is in force from the next call on; calls under way end with the words they began with.
     * @throws survey.not_tried until this very draft was heard on a telephone, and what saving throws
     */
    async activate(version: number, by: StaffId): Promise<ScriptView> {
      const { script, note } = await draftAt(version);
      if (!(await trials.wasHeard(version)))
        throw new HotlineError('survey.not_tried', '先在自己的电话上试听这份草稿 Hear this draft on your own telephone first');
      const done = await deps.store.write(async (db) => {
        const at = clock.now();
        // Of two who press at once one finds the draft gone.
        if (!(await repository.save(db, KEY, version, { script: null, note } satisfies Kept, at))) return false;
        const live = await surveys.addScript(db, script, note, by, at);
        const thing = { kind: 'survey_script', id: live };
        await deps.history.append(db, { actor: byStaff(by), act: 'survey.script_activated', thing, details: { version: live, note } });
        return true;
      });
      if (!done) throw staleSetting(await view());
      return view();
    },
  };
};
export type Scripts = ReturnType<typeof createScripts>;
