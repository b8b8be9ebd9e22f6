import { Button, InputNumber } from 'antd';
import { Plus, Trash2 } from 'lucide-react';
import { MEASURES } from '../../surveys/states.ts';
import { DIGITS, type Digit, ENDINGS, type Line, type Measure, type Step } from '../../surveys/survey.ts';
import { useWords } from '../i18n/i18n.ts';
import { Icon } from '../ui/parts.tsx';
import { PromptSound } from './prompt-sound.tsx';
import type { ScriptParts } from './survey-script.tsx';
import { choicesFor, removeAt, replaceAt, withPrompt } from './survey-view.ts';

interface Fields<S extends Step> {
  name: string;
  step: S;
  parts: ScriptParts;
  onChange: (step: Step) => void;
}
type Question = Extract<Step, { kind: 'ask' }>;

/** One sentence: which, what it says, how it sounds. */
export const LineEditor = (props: {
  id: string;
  line: Line;
  parts: ScriptParts;
  label: string;
  onChange: (line: Line) => void;
  onRemove?: () => void;
}) => {
  const { t, language } = useWords();
  const { line, parts } = props;
  const found = parts.prompts.find(({ id }) => id === line.prompt);
  const groups = [...new Set(parts.prompts.map(({ group }) => group))];
  return (
    <div className="script-line">
      <select
        id={props.id}
        className="select"
        aria-label={props.label}
        disabled={parts.disabled}
        value={line.prompt}
        onChange={(event) => props.onChange(withPrompt(line, event.target.value))}
      >
        {!found && <option value={line.prompt}>{line.prompt}</option>}
        {groups.map((group) => (
          <optgroup key={group} label={group}>
            {parts.prompts
              .filter((prompt) => prompt.group === group)
              .map(({ id }) => (
                <option key={id} value={id}>
                  {id}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
      <PromptSound id={line.prompt} />
      {props.onRemove && !parts.disabled && (
        <button
          type="button"
          className="icon-button"
          aria-label={`${t('survey_set.remove')} ${line.prompt}`}
          title={t('survey_set.remove')}
          onClick={props.onRemove}
        >
          <Icon of={Trash2} size={14} />
        </button>
      )}
      <span className="script-words">{found?.text[language === 'en' ? 'en' : 'zh']}</span>
    </div>
  );
};

const Lines = ({ name, step, parts, onChange }: Fields<Exclude<Step, { kind: 'next_case' }>>) => {
  const { t } = useWords();
  return (
    <>
      {step.say.map((line, at) => (
        <LineEditor
          // biome-ignore lint/suspicious/noArrayIndexKey: the same sentence may be said twice, and a place in the call is what it is
          key={at}
          id={`${name}-say-${at}`}
          line={line}
          parts={parts}
          label={`${name} ${t('survey_set.says')} ${at + 1}`}
          onChange={(next) => onChange({ ...step, say: replaceAt(step.say, at, next) })}
          onRemove={() => onChange({ ...step, say: removeAt(step.say, at) })}
        />
      ))}
      {!parts.disabled && (
        <button
          type="button"
          className="text-button"
          data-act="add-line"
          onClick={() => onChange({ ...step, say: [...step.say, { prompt: parts.prompts[0]?.id ?? 'survey.repeat' }] })}
        >
          <Icon of={Plus} size={14} /> {t('survey_set.add_line')}
        </button>
      )}
    </>
  );
};

const StepChoice = (props: {
  id: string;
  label: string;
  value: string;
  parts: ScriptParts;
  none?: string;
  onChange: (name: string) => void;
}) => {
  const { script, labelOf, disabled } = props.parts;
  const isThere = props.value === '' || Object.hasOwn(script.steps, props.value);
  return (
    <select
      id={props.id}
      className="select"
      aria-label={props.label}
      disabled={disabled}
      value={props.value}
      onChange={(event) => props.onChange(event.target.value)}
    >
      {props.none !== undefined && <option value="">{props.none}</option>}
      {!isThere && <option value={props.value}>{props.value}</option>}
      {Object.keys(script.steps).map((name) => (
        <option key={name} value={name}>
          {labelOf(name)}
        </option>
      ))}
    </select>
  );
};

const Next = ({
  name,
  field,
  value,
  parts,
  onChange,
}: {
  name: string;
  field: 'next' | 'again' | 'giveUp';
  value: string;
  parts: ScriptParts;
  onChange: (next: string) => void;
}) => {
  const { t } = useWords();
  const id = `${name}-${field}`;
  return (
    <div className="script-field">
      <label htmlFor={id}>{t(`survey_set.${field}`)}</label>
      <StepChoice id={id} label={`${name} ${t(`survey_set.${field}`)}`} value={value} parts={parts} onChange={onChange} />
    </div>
  );
};

const Choices = ({ name, step, parts, onChange }: Fields<Question>) => {
  const { t } = useWords();
  const used = new Set(step.choices.map(({ key }) => key));
  const free = DIGITS.find((digit) => digit !== '0' && digit !== '*' && digit !== '#' && !used.has(digit));
  const set = (at: number, part: Partial<Question['choices'][number]>): void => {
    const choice = step.choices[at];
    if (choice) onChange({ ...step, choices: replaceAt(step.choices, at, { ...choice, ...part }) });
  };
  return (
    <div className="script-choices">
      {step.choices.map((choice, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a key pressed may stand there twice until the fault is mended
        <div key={at} className="script-choice">
          <select
            className="select"
            aria-label={`${name} ${t('survey_set.key')} ${at + 1}`}
            disabled={parts.disabled}
            value={choice.key}
            onChange={(event) => set(at, { key: event.target.value as Digit })}
          >
            {DIGITS.map((digit) => (
              <option key={digit} value={digit}>
                {digit}
              </option>
            ))}
          </select>
          {step.measure && (
            <InputNumber
              aria-label={`${name} ${t('survey_set.value')} ${at + 1}`}
              min={1}
              max={5}
              precision={0}
              disabled={parts.disabled}
              value={choice.value ?? null}
              onChange={(value) => value !== null && set(at, { value })}
            />
          )}
          <StepChoice
            id={`${name}-choice-${at}`}
            label={`${name} ${t('survey_set.next')} ${choice.key}`}
            value={choice.next}
            parts={parts}
            onChange={(next) => set(at, { next })}
          />
          {!parts.disabled && (
            <button
              type="button"
              className="icon-button"
              aria-label={`${t('survey_set.remove')} ${name} ${choice.key}`}
              title={t('survey_set.remove')}
              onClick={() => onChange({ ...step, choices: removeAt(step.choices, at) })}
            >
              <Icon of={Trash2} size={14} />
            </button>
          )}
        </div>
      ))}
      {!parts.disabled && free !== undefined && (
        <Button
          size="small"
          icon={<Icon of={Plus} size={14} />}
          onClick={() => {
            const more = { key: free, next: step.giveUp, ...(step.measure ? { value: 1 } : {}) };
            onChange({ ...step, choices: [...step.choices, more] });
          }}
        >
          {t('survey_set.add_key')}
        </Button>
      )}
    </div>
  );
};

const QuestionFields = ({ name, step, parts, onChange }: Fields<Question>) => {
  const { t } = useWords();
  const { measure, anyKey, again } = step;
  const number = (field: 'tries' | 'waitMs', min: number, max: number, by: number) => (
    <div className="script-field">
      <label htmlFor={`${name}-${field}`}>{t(`survey_set.${field}`)}</label>
      <InputNumber
        id={`${name}-${field}`}
        min={min}
        max={max}
        step={by === 1 ? 1 : 0.5}
        disabled={parts.disabled}
        value={step[field] / by}
        onChange={(value) => value !== null && onChange({ ...step, [field]: Math.round(value * by) })}
      />
    </div>
  );
  const setMeasure = (value: string): void => {
    const { measure: _was, ...rest } = step;
    const choices = choicesFor(step.choices, value !== '');
    onChange(value === '' ? { ...rest, choices } : { ...rest, choices, measure: value as Measure });
  };
  const setAnyKey = (value: string): void => {
    const { anyKey: _was, ...rest } = step;
    onChange(value === '' ? rest : { ...rest, anyKey: value });
  };
  const setAgain = (on: boolean): void => {
    const { again: _was, ...rest } = step;
    onChange(on ? { ...rest, again: { prompt: 'survey.repeat' } } : rest);
  };
  return (
    <>
      <div className="script-field">
        <label htmlFor={`${name}-measure`}>{t('survey_set.measure')}</label>
        <select
          id={`${name}-measure`}
          className="select"
          disabled={parts.disabled}
          value={measure ?? ''}
          onChange={(event) => setMeasure(event.target.value)}
        >
          <option value="">{t('survey_set.measure.none')}</option>
          {MEASURES.map((each) => (
            <option key={each} value={each}>
              {t(`survey_set.measure.${each}`)}
            </option>
          ))}
        </select>
      </div>
      <Choices name={name} step={step} parts={parts} onChange={onChange} />
      <div className="script-field">
        <label htmlFor={`${name}-any`}>{t('survey_set.anyKey')}</label>
        <StepChoice
          id={`${name}-any`}
          label={`${name} ${t('survey_set.anyKey')}`}
          value={anyKey ?? ''}
          none={t('survey_set.not_so')}
          parts={parts}
          onChange={setAnyKey}
        />
      </div>
      {number('tries', 1, 5, 1)}
      {number('waitMs', 0.5, 30, 1_000)}
      <Next name={name} field="giveUp" value={step.giveUp} parts={parts} onChange={(giveUp) => onChange({ ...step, giveUp })} />
      <div className="script-field">
        <label className="check-line">
          <input
            type="checkbox"
            checked={again !== undefined}
            disabled={parts.disabled}
            aria-label={`${name} ${t('survey_set.said_again')}`}
            onChange={(event) => setAgain(event.target.checked)}
          />
          {t('survey_set.said_again')}
        </label>
        {again && (
          <LineEditor
            id={`${name}-again`}
            line={again}
            parts={parts}
            label={`${name} ${t('survey_set.said_again')}`}
            onChange={(line) => onChange({ ...step, again: line })}
          />
        )}
      </div>
    </>
  );
};

/** Everything of one step that may be changed. */
export const StepFields = ({ name, step, parts, onChange }: Fields<Step>) => {
  const { t } = useWords();
  switch (step.kind) {
    case 'next_case':
      return (
        <>
          <Next name={name} field="again" value={step.again} parts={parts} onChange={(again) => onChange({ ...step, again })} />
          <Next name={name} field="next" value={step.next} parts={parts} onChange={(next) => onChange({ ...step, next })} />
        </>
      );
    case 'ask':
      return (
        <>
          <Lines name={name} step={step} parts={parts} onChange={onChange} />
          <QuestionFields name={name} step={step} parts={parts} onChange={onChange} />
        </>
      );
    case 'record':
      return (
        <>
          <Lines name={name} step={step} parts={parts} onChange={onChange} />
          <div className="script-field">
            <label htmlFor={`${name}-longest`}>{t('survey_set.longest')}</label>
            <InputNumber
              id={`${name}-longest`}
              min={5}
              max={300}
              precision={0}
              disabled={parts.disabled}
              value={step.longestSeconds}
              onChange={(longestSeconds) => longestSeconds !== null && onChange({ ...step, longestSeconds })}
            />
          </div>
          <Next name={name} field="next" value={step.next} parts={parts} onChange={(next) => onChange({ ...step, next })} />
        </>
      );
    case 'end':
      return (
        <>
          <Lines name={name} step={step} parts={parts} onChange={onChange} />
          <div className="script-field">
            <label htmlFor={`${name}-ending`}>{t('survey_set.ending')}</label>
            <select
              id={`${name}-ending`}
              className="select"
              disabled={parts.disabled}
              value={step.ending}
              onChange={(event) => onChange({ ...step, ending: event.target.value as (typeof ENDINGS)[number] })}
            >
              {ENDINGS.map((each) => (
                <option key={each} value={each}>
                  {t(`survey_set.ending.${each}`)}
                </option>
              ))}
            </select>
          </div>
        </>
      );
    case 'say':
      return (
        <>
          <Lines name={name} step={step} parts={parts} onChange={onChange} />
          <Next name={name} field="next" value={step.next} parts={parts} onChange={(next) => onChange({ ...step, next })} />
        </>
      );
    case 'person':
      return <Lines name={name} step={step} parts={parts} onChange={onChange} />;
  }
};
