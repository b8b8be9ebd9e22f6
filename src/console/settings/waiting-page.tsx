import { InputNumber } from 'antd';
import { useState } from 'react';
import type { WaitingRulesView } from '../../waiting/schemas.ts';
import { api } from '../api/endpoints.ts';
import { may } from '../app/places.ts';
import { session } from '../app/session.ts';
import { useWords } from '../i18n/i18n.ts';
import { useStore } from '../ui/store.ts';
import { type EditorProps, SettingFoot, SettingPage, SettingPart, useSavingForm } from './versioned-setting.tsx';
import { formOfRules, LIMITS, rulesOf, type WaitingForm } from './waiting-view.ts';

const KEY = ['waiting-rules'];

/** What a citizen hears and may do while waiting, and who goes ahead. Done by the switch alone. */
export const WaitingPage = () => {
  const { t } = useWords();
  return (
    <SettingPage
      title={t('waiting.title')}
      note={(view) => (view?.version === 0 ? t('waiting.never_set') : undefined)}
      queryKey={KEY}
      load={api.waitingRules}
      editor={RulesEditor}
    />
  );
};

const RulesEditor = ({ view, isSaved, onSaved }: EditorProps<WaitingRulesView>) => {
  const { t } = useWords();
  const { me } = useStore(session);
  const [form, setForm] = useState(() => formOfRules(view.rules));
  const [touched, setTouched] = useState(false);
  const { busy, problem, touch, save } = useSavingForm<WaitingRulesView>(KEY, onSaved);
  const mayChange = me !== null && may(me, 'settings.manage');
  const change = (part: Partial<WaitingForm>): void => {
    setForm({ ...form, ...part });
    setTouched(true);
    touch();
  };
  const number = (field: keyof typeof LIMITS, isUsed = true) => (
    <NumberRow
      field={field}
      value={form[field]}
      disabled={!mayChange || !isUsed}
      onChange={(value) => change({ [field]: value } as Partial<WaitingForm>)}
    />
  );
  const choice = (field: 'saysPlace' | 'saysExpectedWait' | 'offersCallback' | 'prefersKnowing' | 'asksRating') => (
    <label className="check-line">
      <input type="checkbox" checked={form[field]} disabled={!mayChange} onChange={(event) => change({ [field]: event.target.checked })} />
      {t(`waiting.${field}`)}
    </label>
  );
  return (
    <form
      className="hours-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save(() => api.saveWaitingRules({ version: view.version, rules: rulesOf(form) }));
      }}
    >
      <SettingPart title="waiting.hears">
        {choice('saysPlace')}
        {number('placeEverySeconds', form.saysPlace)}
        {choice('saysExpectedWait')}
      </SettingPart>
      <SettingPart title="waiting.callback">
        {choice('offersCallback')}
        {number('callbackEverySeconds', form.offersCallback)}
        {number('attempts', form.offersCallback)}
        {number('restMinutes', form.offersCallback)}
        <p className="meta">{t('waiting.callback_note')}</p>
      </SettingPart>
      <SettingPart title="waiting.ahead">
        {choice('prefersKnowing')}
        {number('knowingAgentSeconds', form.prefersKnowing)}
        {number('urgentMinutes')}
        {number('repeatMinutes')}
        {number('repeatCalls')}
        <p className="meta">{t('waiting.ahead_note')}</p>
      </SettingPart>
      <SettingPart title="waiting.after">
        {choice('asksRating')}
        <p className="meta">{t('waiting.rating_note')}</p>
      </SettingPart>
      <SettingFoot
        problem={problem}
        saved={isSaved && !touched}
        mayChange={mayChange}
        busy={busy}
        act="save-waiting"
        onSwitch={view.onSwitch}
      />
    </form>
  );
};

const NumberRow = (props: { field: keyof typeof LIMITS; value: number; disabled: boolean; onChange: (value: number) => void }) => {
  const { t } = useWords();
  const { min, max, unit } = LIMITS[props.field];
  const id = `waiting-${props.field}`;
  return (
    <div className="waiting-row">
      <label htmlFor={id}>{t(`waiting.${props.field}`)}</label>
      <InputNumber
        id={id}
        min={min}
        max={max}
        precision={0}
        value={props.value}
        disabled={props.disabled}
        onChange={(value) => value !== null && props.onChange(value)}
      />
      <span className="meta">
        {t(`waiting.unit.${unit}`)} · {min}–{max}
      </span>
    </div>
  );
};
