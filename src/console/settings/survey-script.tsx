import { useQueryClient } from '@tanstack/react-query';
import { Button, Input, InputNumber } from 'antd';
import { PhoneOutgoing, Plus, Trash2, TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { PromptsView } from '../../prompts/schemas.ts';
import type { ScriptView } from '../../surveys/settings-schemas.ts';
import type { Fault, Step, SurveyScript } from '../../surveys/survey.ts';
import { ApiError, messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { may } from '../app/places.ts';
import { session } from '../app/session.ts';
import { useWords } from '../i18n/i18n.ts';
import type { PhraseKey } from '../i18n/phrases.ts';
import { Icon, Moment, Tag } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { LineEditor, StepFields } from './survey-step.tsx';
import { freeName, isSameScript, KINDS, type Kind, newStep, orderOf, sentenceOf, withoutStep, withStep } from './survey-view.ts';

const KEY = ['survey-script'];
const LOOK_MS = 1_000;
type Prompts = PromptsView['prompts'];

export interface ScriptParts {
  script: SurveyScript;
  prompts: Prompts;
  disabled: boolean;
  /** What a step is called where one chooses it: its name and how its sentence begins. */
  labelOf: (name: string) => string;
}

/** What is asked: a draft, heard on one's own telephone, then in force as a new version. */
export const ScriptEditor = ({ view, prompts }: { view: ScriptView; prompts: Prompts }) => {
  const { t, language } = useWords();
  const { me } = useStore(session);
  const queries = useQueryClient();
  const kept = (view.draft ?? view.live.script) as SurveyScript;
  const [script, setScript] = useState<SurveyScript>(kept);
  const [note, setNote] = useState(view.note);
  const [faults, setFaults] = useState<readonly Fault[]>(view.faults);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const disabled = me === null || !may(me, 'settings.manage');
  const words = new Map(prompts.map(({ id, text }) => [id, text[language === 'en' ? 'en' : 'zh']]));
  const labelOf = (name: string): string => {
    const step = script.steps[name];
    const said = step ? words.get(sentenceOf(step)) : undefined;
    return said === undefined ? name : `${name} · ${said.slice(0, 16)}`;
  };
  const edit = (next: SurveyScript): void => {
    setScript(next);
    setProblem('');
  };
  const act = async (work: () => Promise<ScriptView>): Promise<void> => {
    setBusy(true);
    setProblem('');
    try {
      queries.setQueryData(KEY, await work());
    } catch (error) {
      const found = error instanceof ApiError ? (error.details as { faults?: Fault[] }).faults : undefined;
      if (found) setFaults(found);
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  const isChanged = !isSameScript(script, kept);
  const mayAct = view.draft !== null && !isChanged && view.faults.length === 0;
  const parts: ScriptParts = { script, prompts, disabled, labelOf };
  const general = faults.filter(({ step }) => !Object.hasOwn(script.steps, step));
  return (
    <div className="script">
      <div className="row script-bar">
        <Tag tone="green">{t('survey_set.live', { n: view.live.version })}</Tag>
        {view.draft && <Tag tone="amber">{t('survey_set.draft')}</Tag>}
        <VersionChoice view={view} disabled={disabled} onChosen={edit} onProblem={setProblem} />
        <Input
          className="script-note"
          aria-label={t('survey_set.note')}
          placeholder={t('survey_set.note')}
          maxLength={200}
          disabled={disabled}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
        {!disabled && (
          <>
            <Button
              data-act="save-script"
              type={isChanged ? 'primary' : 'default'}
              loading={busy}
              onClick={() => void act(() => api.saveSurveyScript({ version: view.version, script: script as never, note }))}
            >
              {t('survey_set.save_draft')}
            </Button>
            <Button
              data-act="activate-script"
              type={mayAct && view.trial?.state === 'over' ? 'primary' : 'default'}
              disabled={!mayAct}
              loading={busy}
              onClick={() => void act(() => api.activateSurveyScript(view.version))}
            >
              {t('survey_set.activate')}
            </Button>
          </>
        )}
      </div>
      <p className="problem" role="alert">
        {problem}
      </p>
      {general.map((fault) => (
        <FaultLine key={`${fault.code} ${fault.step}`} fault={fault} withStep />
      ))}
      {view.draft && !disabled && <TrialPart view={view} disabled={!mayAct} words={words} />}
      {orderOf(script).map((name) => (
        <StepCard
          key={name}
          name={name}
          step={script.steps[name] as Step}
          parts={parts}
          faults={faults.filter(({ step }) => step === name)}
          onChange={(step) => edit(withStep(script, name, step))}
          onRemove={() => edit(withoutStep(script, name))}
        />
      ))}
      {!disabled && <AddStep script={script} onAdd={edit} />}
      <WholeCall parts={parts} onChange={edit} />
    </div>
  );
};

const FaultLine = ({ fault, withStep: isNamed = false }: { fault: Fault; withStep?: boolean }) => {
  const { t } = useWords();
  return (
    <p className="problem" data-fault={fault.code}>
      <Icon of={TriangleAlert} size={14} /> {isNamed && `${fault.step}: `}
      {t(`survey_set.fault.${fault.code}`)} {fault.detail}
    </p>
  );
};

/** Starts from another version: nothing is in force by it, it becomes a draft when it is saved. */
const VersionChoice = (props: {
  view: ScriptView;
  disabled: boolean;
  onChosen: (script: SurveyScript) => void;
  onProblem: (text: string) => void;
}) => {
  const { t } = useWords();
  const load = async (version: number): Promise<void> => {
    try {
      props.onChosen((await api.surveyScriptVersion(version)).script as SurveyScript);
    } catch (error) {
      props.onProblem(messageOf(error));
    }
  };
  return (
    <select
      className="select script-version"
      aria-label={t('survey_set.begin_from')}
      disabled={props.disabled}
      value=""
      onChange={(event) => void load(Number(event.target.value))}
    >
      <option value="" disabled>
        {t('survey_set.begin_from')}
      </option>
      {props.view.versions.map(({ version, note, name }) => (
        <option key={version} value={version}>
          {`v${version} ${note} ${name ?? ''}`}
        </option>
      ))}
      <option value={0}>{t('surveys.version_first')}</option>
    </select>
  );
};

const ENDED: readonly string[] = ['completed', 'incomplete', 'not_now', 'wrong_person', 'opted_out', 'no_human', 'person', 'hung_up'];

const TrialPart = ({ view, disabled, words }: { view: ScriptView; disabled: boolean; words: ReadonlyMap<string, string> }) => {
  const { t } = useWords();
  const queries = useQueryClient();
  const [number, setNumber] = useState('');
  const [problem, setProblem] = useState('');
  const { trial } = view;
  const isUnderWay = trial !== null && trial.state !== 'over';
  useEffect(() => {
    if (!isUnderWay) return;
    const looking = setInterval(() => void queries.invalidateQueries({ queryKey: KEY }), LOOK_MS);
    return () => clearInterval(looking);
  }, [isUnderWay, queries]);
  const call = async (): Promise<void> => {
    setProblem('');
    try {
      await api.trySurveyScript({ version: view.version, number });
      await queries.invalidateQueries({ queryKey: KEY });
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  const said = trial?.heard.at(-1);
  return (
    <section className="script-trial" aria-label={t('survey_set.try')}>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          void call();
        }}
      >
        <label htmlFor="trial-number">{t('survey_set.own_phone')}</label>
        <Input id="trial-number" inputMode="tel" value={number} onChange={(event) => setNumber(event.target.value)} />
        <Button
          htmlType="submit"
          icon={<Icon of={PhoneOutgoing} />}
          data-act="try-script"
          disabled={disabled || isUnderWay || number === ''}
        >
          {t('survey_set.try')}
        </Button>
        <span className="meta">{t('survey_set.try_note')}</span>
      </form>
      <p className="problem" role="alert">
        {problem}
      </p>
      {trial && (
        <p role="status">
          {trial.number} · {trial.state === 'over' ? t('survey_set.over') : t(`surveys.phase.${trial.state}`)}
          {trial.ending !== null &&
            ` · ${t(ENDED.includes(trial.ending) ? (`survey_set.ending.${trial.ending}` as PhraseKey) : trial.ending === 'lost' ? 'survey_set.ending.lost' : (`surveys.outcome.${trial.ending}` as PhraseKey))}`}
          {said !== undefined && ` · ${words.get(said) ?? said}`}
          {trial.pressed.map(({ measure, value, key }) => ` · ${t(`survey_set.measure.${measure}`)} ${value} (${key ?? '–'})`).join('')}
        </p>
      )}
    </section>
  );
};

const StepCard = (props: {
  name: string;
  step: Step;
  parts: ScriptParts;
  faults: readonly Fault[];
  onChange: (step: Step) => void;
  onRemove: () => void;
}) => {
  const { t } = useWords();
  const { name, step, parts, faults } = props;
  return (
    <section className="script-step" aria-label={name} data-step={name}>
      <div className="row">
        <h2>{name}</h2>
        <Tag>{t(`survey_set.kind.${step.kind}`)}</Tag>
        {parts.script.first === name && <Tag tone="green">{t('survey_set.first')}</Tag>}
        {!parts.disabled && (
          <button
            type="button"
            className="icon-button"
            data-act="remove-step"
            aria-label={`${t('survey_set.remove')} ${name}`}
            title={t('survey_set.remove')}
            onClick={props.onRemove}
          >
            <Icon of={Trash2} size={14} />
          </button>
        )}
      </div>
      {faults.map((fault) => (
        <FaultLine key={`${fault.code} ${fault.detail}`} fault={fault} />
      ))}
      <StepFields name={name} step={step} parts={parts} onChange={props.onChange} />
    </section>
  );
};

const AddStep = ({ script, onAdd }: { script: SurveyScript; onAdd: (script: SurveyScript) => void }) => {
  const { t } = useWords();
  const [kind, setKind] = useState<Kind>('ask');
  const [name, setName] = useState('');
  const wanted = name.trim() === '' ? freeName(script) : name.trim();
  const isFree = /^[a-z][a-z0-9_]{0,39}$/.test(wanted) && !Object.hasOwn(script.steps, wanted);
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isFree) return;
        onAdd(withStep(script, wanted, newStep(kind, script.first)));
        setName('');
      }}
    >
      <select className="select" aria-label={t('survey_set.kind')} value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
        {KINDS.map((each) => (
          <option key={each} value={each}>
            {t(`survey_set.kind.${each}`)}
          </option>
        ))}
      </select>
      <Input
        className="script-name"
        aria-label={t('survey_set.step_name')}
        placeholder={freeName(script)}
        value={name}
        aria-invalid={!isFree}
        onChange={(event) => setName(event.target.value)}
      />
      <Button htmlType="submit" icon={<Icon of={Plus} />} data-act="add-step" disabled={!isFree}>
        {t('survey_set.add_step')}
      </Button>
    </form>
  );
};

/** What holds for every question of the call. */
const WholeCall = ({ parts, onChange }: { parts: ScriptParts; onChange: (script: SurveyScript) => void }) => {
  const { t } = useWords();
  const { script, disabled } = parts;
  const tenths = (field: 'settleMs' | 'deafMs', min: number, max: number) => (
    <div className="waiting-row survey-row">
      <label htmlFor={`script-${field}`}>{t(`survey_set.${field}`)}</label>
      <InputNumber
        id={`script-${field}`}
        min={min}
        max={max}
        step={100}
        precision={0}
        disabled={disabled}
        value={script[field]}
        onChange={(value) => value !== null && onChange({ ...script, [field]: value })}
      />
      <span className="meta">{t('survey_set.ms')}</span>
    </div>
  );
  return (
    <section className="script-step" aria-label={t('survey_set.whole')}>
      <h2>{t('survey_set.whole')}</h2>
      <div className="script-field">
        <label htmlFor="script-first">{t('survey_set.first')}</label>
        <select
          id="script-first"
          className="select"
          disabled={disabled}
          value={script.first}
          onChange={(event) => onChange({ ...script, first: event.target.value })}
        >
          {orderOf(script).map((name) => (
            <option key={name} value={name}>
              {parts.labelOf(name)}
            </option>
          ))}
        </select>
      </div>
      <div className="script-field">
        <span>{t('survey_set.wrongKey')}</span>
        <LineEditor
          id="script-wrong"
          line={script.wrongKey}
          parts={parts}
          label={t('survey_set.wrongKey')}
          onChange={(wrongKey) => onChange({ ...script, wrongKey })}
        />
      </div>
      <div className="script-field">
        <span>{t('survey_set.noKey')}</span>
        <LineEditor
          id="script-none"
          line={script.noKey}
          parts={parts}
          label={t('survey_set.noKey')}
          onChange={(noKey) => onChange({ ...script, noKey })}
        />
      </div>
      {tenths('settleMs', 300, 3_000)}
      {tenths('deafMs', 0, 1_000)}
      {parts.disabled && <p className="meta">{t('hours.read_only')}</p>}
      <VersionsTable />
    </section>
  );
};

const VersionsTable = () => {
  const { t } = useWords();
  const queries = useQueryClient();
  const view = queries.getQueryData<ScriptView>(KEY);
  if (!view?.versions.length) return null;
  return (
    <ul className="script-versions" aria-label={t('survey_set.versions')}>
      {view.versions.map(({ version, note, name, madeAt }) => (
        <li key={version}>
          v{version} · <Moment at={madeAt} /> · {name ?? '–'} · {note}
        </li>
      ))}
    </ul>
  );
};
