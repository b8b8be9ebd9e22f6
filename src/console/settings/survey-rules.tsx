import { Input, InputNumber } from 'antd';
import { useState } from 'react';
import { RETRIED, type Retried } from '../../surveys/attempts.ts';
import type { SurveyRulesView } from '../../surveys/settings-schemas.ts';
import { ApiError, messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { may } from '../app/places.ts';
import { session } from '../app/session.ts';
import { useWords } from '../i18n/i18n.ts';
import { useStore } from '../ui/store.ts';
import { ROWS, type Row } from './hours-view.ts';
import { formOfSurveyRules, PACE, type RulesForm, surveyRulesOf } from './survey-view.ts';
import { type EditorProps, SettingFoot, SettingPart, useSaving } from './versioned-setting.tsx';

const KEY = ['survey-rules'];
const LONGEST_MINUTES = 7 * 24 * 60;

/** When citizens are called, what follows which outcome, how many lines. In force with the next look at what is due. */
export const RulesEditor = ({ view, isSaved, onSaved }: EditorProps<SurveyRulesView>) => {
  const { t } = useWords();
  const { me } = useStore(session);
  const [form, setForm] = useState(() => formOfSurveyRules(view.rules));
  const [touched, setTouched] = useState(false);
  const [problem, setProblem] = useState<{ row: string; text: string } | null>(null);
  const { busy, send } = useSaving<SurveyRulesView>(KEY, onSaved);
  const mayChange = me !== null && may(me, 'settings.manage');
  const change = (part: Partial<RulesForm>): void => {
    setForm({ ...form, ...part });
    setTouched(true);
    setProblem(null);
  };
  const save = async (): Promise<void> => {
    const read = surveyRulesOf(form);
    if ('wrong' in read) return setProblem({ row: read.wrong, text: t('hours.bad_span') });
    const error = await send(() => api.saveSurveyRules({ version: view.version, rules: read.rules }));
    if (error === null) return;
    const field = error instanceof ApiError ? ((error.details as { field?: string }).field ?? '') : '';
    setProblem({ row: field.replace(/^windows\.(weekly\.)?/, ''), text: messageOf(error) });
  };
  const placed = problem !== null && ROWS.includes(problem.row as Row);
  return (
    <form
      className="hours-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <SettingPart title="survey_set.windows">
        {ROWS.map((row) => (
          <div key={row} className="hours-row">
            <label htmlFor={`survey-${row}`}>{t(`day.${row}`)}</label>
            <Input
              id={`survey-${row}`}
              value={form.spans[row]}
              placeholder={t('survey_set.no_calls')}
              disabled={!mayChange}
              aria-invalid={problem?.row === row}
              onChange={(event) => change({ spans: { ...form.spans, [row]: event.target.value } })}
            />
            {problem?.row === row && (
              <p className="problem" role="alert">
                {problem.text}
              </p>
            )}
          </div>
        ))}
        <p className="meta">{t('survey_set.quiet')}</p>
      </SettingPart>
      <SettingPart title="survey_set.retries">
        <NumberRow
          id="survey-budget"
          label={t('survey_set.budget')}
          unit={t('survey_set.least', { n: view.leastBudget })}
          min={1}
          max={9}
          value={form.attempts.budget}
          disabled={!mayChange}
          onChange={(budget) => change({ attempts: { ...form.attempts, budget } })}
        />
        {RETRIED.map((outcome) => (
          <RetryRow key={outcome} outcome={outcome} form={form} disabled={!mayChange} onChange={change} />
        ))}
        <p className="meta">{t('survey_set.never_again')}</p>
        <NumberRow
          id="survey-text-wait"
          label={t('survey_set.text_wait')}
          unit={t('survey_set.hours')}
          min={1}
          max={168}
          value={form.attempts.textWaitHours}
          disabled={!mayChange}
          onChange={(textWaitHours) => change({ attempts: { ...form.attempts, textWaitHours } })}
        />
        <NumberRow
          id="survey-faults"
          label={t('survey_set.faults')}
          unit={t('survey_set.in_a_row')}
          min={2}
          max={50}
          value={form.attempts.faultsUntilPause}
          disabled={!mayChange}
          onChange={(faultsUntilPause) => change({ attempts: { ...form.attempts, faultsUntilPause } })}
        />
      </SettingPart>
      <SettingPart title="survey_set.pacing">
        {(Object.keys(PACE) as (keyof typeof PACE)[]).map((field) => (
          <NumberRow
            key={field}
            id={`survey-${field}`}
            label={t(`survey_set.${field}`)}
            unit={`${PACE[field].min}–${PACE[field].max}`}
            {...PACE[field]}
            value={form.pacing[field]}
            disabled={!mayChange}
            onChange={(value) => change({ pacing: { ...form.pacing, [field]: value } })}
          />
        ))}
        <p className="meta">{t('survey_set.pacing_note')}</p>
      </SettingPart>
      <SettingFoot
        problem={problem && !placed && problem.text}
        saved={isSaved && !touched}
        mayChange={mayChange}
        busy={busy}
        act="save-survey-rules"
      />
    </form>
  );
};

const NumberRow = (props: {
  id: string;
  label: string;
  unit: string;
  min: number;
  max: number;
  value: number;
  disabled: boolean;
  onChange: (value: number) => void;
}) => (
  <div className="waiting-row survey-row">
    <label htmlFor={props.id}>{props.label}</label>
    <InputNumber
      id={props.id}
      min={props.min}
      max={props.max}
      precision={0}
      value={props.value}
      disabled={props.disabled}
      onChange={(value) => value !== null && props.onChange(value)}
    />
    <span className="meta">{props.unit}</span>
  </div>
);

const RetryRow = (props: { outcome: Retried; form: RulesForm; disabled: boolean; onChange: (part: Partial<RulesForm>) => void }) => {
  const { t } = useWords();
  const { outcome, form } = props;
  const retry = form.attempts.retry[outcome];
  const set = (part: Partial<typeof retry>): void =>
    props.onChange({ attempts: { ...form.attempts, retry: { ...form.attempts.retry, [outcome]: { ...retry, ...part } } } });
  const name = t(`surveys.outcome.${outcome}`);
  return (
    <div className="waiting-row survey-row">
      <label htmlFor={`survey-retry-${outcome}`}>{name}</label>
      <InputNumber
        id={`survey-retry-${outcome}`}
        min={5}
        max={LONGEST_MINUTES}
        precision={0}
        value={retry.afterMinutes}
        disabled={props.disabled}
        onChange={(afterMinutes) => afterMinutes !== null && set({ afterMinutes })}
      />
      <span className="row">
        <span className="meta">{t('survey_set.minutes_later')}</span>
        <label className="check-line">
          <input
            type="checkbox"
            checked={retry.otherHalfDay}
            disabled={props.disabled}
            aria-label={`${name} · ${t('survey_set.other_half')}`}
            onChange={(event) => set({ otherHalfDay: event.target.checked })}
          />
          {t('survey_set.other_half')}
        </label>
      </span>
    </div>
  );
};
