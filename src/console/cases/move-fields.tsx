import { useQuery } from '@tanstack/react-query';
import { Input, Segmented } from 'antd';
import { X } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import type { CasePageView, MoveForm } from '../../cases/life-schemas.ts';
import type { Unit } from '../../directory/schemas.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import type { PhraseKey } from '../i18n/phrases.ts';
import { Combo } from '../ui/combo.tsx';
import { Icon } from '../ui/parts.tsx';
import { VisitPhotos } from './case-files.tsx';
import { openOrders } from './life-view.ts';
import { reasonsFor, type Values } from './move-values.ts';

type Set = <K extends keyof Values>(field: K, value: Values[K]) => void;
export interface FieldsProps {
  form: MoveForm;
  view: CasePageView;
  values: Values;
  set: Set;
}

const Field = ({ word, children }: { word: PhraseKey; children: (id: string) => ReactNode }) => {
  const { t } = useWords();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{t(word)}</label>
      {children(id)}
    </div>
  );
};

const Line = ({
  word,
  value,
  onChange,
  type = 'text',
}: {
  word: PhraseKey;
  value: string;
  onChange: (value: string) => void;
  type?: string;
}) => (
  <Field word={word}>
    {(id) => <Input id={id} type={type} value={value} maxLength={300} onChange={(event) => onChange(event.target.value)} />}
  </Field>
);

const Words = ({
  word,
  value,
  onChange,
  rows = 3,
}: {
  word: PhraseKey;
  value: string;
  onChange: (value: string) => void;
  rows?: number;
}) => (
  <Field word={word}>
    {(id) => <Input.TextArea id={id} rows={rows} value={value} maxLength={2000} onChange={(event) => onChange(event.target.value)} />}
  </Field>
);

const Choice = <V extends string>(props: {
  word: PhraseKey;
  prefix: string;
  of: readonly V[];
  value: V | '';
  onChange: (value: V) => void;
}) => {
  const { t } = useWords();
  const { word, prefix, of, value, onChange } = props;
  return (
    <div className="field">
      <span>{t(word)}</span>
      <Segmented
        aria-label={t(word)}
        value={value}
        onChange={(chosen) => onChange(chosen as V)}
        options={of.map((each) => ({ value: each, label: t(`${prefix}.${each}` as PhraseKey) }))}
      />
    </div>
  );
};

const Check = ({ word, value, onChange }: { word: PhraseKey; value: boolean; onChange: (value: boolean) => void }) => {
  const { t } = useWords();
  return (
    <label className="check-line">
      <input type="checkbox" checked={value} onChange={(event) => onChange(event.target.checked)} /> {t(word)}
    </label>
  );
};

const useUnits = (): Unit[] => useQuery({ queryKey: ['units'], queryFn: api.units, staleTime: Number.POSITIVE_INFINITY }).data ?? [];

const UNITS_SHOWN = 8;
export const findUnits = (units: readonly Unit[], typed: string): Unit[] => {
  const words = typed.trim().toLowerCase();
  return words === ''
    ? []
    : units.filter((unit) => unit.active && (unit.name.includes(words) || unit.pinyin.includes(words))).slice(0, UNITS_SHOWN);
};

const UnitPicker = ({ word, value, onChoose }: { word: PhraseKey; value: string; onChoose: (code: string) => void }) => {
  const { t } = useWords();
  const units = useUnits();
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <Field word={word}>
      {(id) => (
        <Combo
          id={id}
          label={t(word)}
          placeholder={t('carry.unit_hint')}
          value={typed ?? units.find((unit) => unit.code === value)?.name ?? ''}
          options={findUnits(units, typed ?? '').map((unit) => ({ key: unit.code, label: unit.name }))}
          onType={setTyped}
          onChoose={(code) => {
            onChoose(code);
            setTyped(null);
          }}
          onLeave={() => setTyped(null)}
        />
      )}
    </Field>
  );
};

const DispatchFields = ({ view, values, set }: FieldsProps) => {
  const { t } = useWords();
  const units = useUnits();
  const usual = view.usualLead;
  const ruled = view.ruledLead;
  return (
    <>
      {ruled && values.lead !== ruled.unitCode && (
        <p className="proposed-field proposal">
          <b>{ruled.unitName ?? ruled.unitCode}</b> <span className="meta">{t('carry.ruled', { reason: ruled.reason })}</span>{' '}
          <button
            type="button"
            className="plain-button"
            data-act="take-ruled"
            onClick={() => {
              set('lead', ruled.unitCode);
              set('assist', [...new Set([...values.assist, ...ruled.assist])]);
            }}
          >
            {t('carry.take')}
          </button>
        </p>
      )}
      {usual && usual.unitCode !== ruled?.unitCode && values.lead !== usual.unitCode && (
        <p className="proposed-field proposal">
          <b>{usual.unitName ?? usual.unitCode}</b>{' '}
          <span className="meta">
            {t(usual.by === 'place' ? 'carry.usual_place' : 'carry.usual_category', { count: usual.count, of: usual.of })}
          </span>{' '}
          <button type="button" className="plain-button" data-act="take-usual" onClick={() => set('lead', usual.unitCode)}>
            {t('carry.take')}
          </button>
        </p>
      )}
      <UnitPicker word="carry.lead" value={values.lead} onChoose={(code) => set('lead', code)} />
      <UnitPicker
        word="carry.assist"
        value=""
        onChoose={(code) => code !== values.lead && set('assist', [...new Set([...values.assist, code])])}
      />
      <p className="wrap">
        {values.assist.map((code) => {
          const name = units.find((unit) => unit.code === code)?.name ?? code;
          return (
            <button
              key={code}
              type="button"
              className="plain-button"
              aria-label={t('carry.remove', { name })}
              onClick={() =>
                set(
                  'assist',
                  values.assist.filter((each) => each !== code),
                )
              }
            >
              {name} <Icon of={X} size={14} />
            </button>
          );
        })}
      </p>
    </>
  );
};

const ReplyFields = ({ values, set }: FieldsProps) => {
  const { t } = useWords();
  return (
    <>
      <Words word="carry.public_text" value={values.publicText} onChange={(value) => set('publicText', value)} />
      <p className="meta">{t('carry.public_note')}</p>
      <Words word="carry.private_text" rows={2} value={values.privateText} onChange={(value) => set('privateText', value)} />
    </>
  );
};

const WorkFields = ({ view, values, set }: FieldsProps) => (
  <>
    <Choice
      word="carry.work_kind"
      prefix="work"
      of={['contact', 'site_visit', 'explanation', 'coordination']}
      value={values.workKind}
      onChange={(value) => set('workKind', value)}
    />
    <Line word="carry.happened_at" type="datetime-local" value={values.happenedAt} onChange={(value) => set('happenedAt', value)} />
    <Line word="carry.place" value={values.place} onChange={(value) => set('place', value)} />
    <Line word="carry.people" value={values.people} onChange={(value) => set('people', value)} />
    <Words word="carry.what_done" value={values.done} onChange={(value) => set('done', value)} />
    {values.workKind === 'site_visit' && (
      <VisitPhotos caseId={view.caseId} chosen={values.fileIds} onChange={(chosen) => set('fileIds', chosen)} />
    )}
  </>
);

const FeedbackFields = (props: FieldsProps) => {
  const { values, set } = props;
  return (
    <>
      <Choice
        word="carry.truth"
        prefix="truth"
        of={['true', 'partly', 'untrue', 'not_applicable']}
        value={values.truth}
        onChange={(value) => set('truth', value)}
      />
      <Choice
        word="carry.solved"
        prefix="solved"
        of={['yes', 'partly', 'no']}
        value={values.solved}
        onChange={(value) => set('solved', value)}
      />
      <Check word="carry.contacted" value={values.contacted} onChange={(value) => set('contacted', value)} />
      <Select
        word="carry.closing"
        prefix="closing"
        of={['solved', 'partly_solved', 'explained_by_law', 'unfounded', 'other']}
        value={values.closing}
        onChange={(value) => set('closing', value as Values['closing'])}
      />
      <Words word="carry.course" value={values.course} onChange={(value) => set('course', value)} />
      <ReplyFields {...props} />
      <Line word="carry.root_cause" value={values.rootCause} onChange={(value) => set('rootCause', value)} />
    </>
  );
};

const Select = (props: { word: PhraseKey; prefix: string; of: readonly string[]; value: string; onChange: (value: string) => void }) => {
  const { t } = useWords();
  return (
    <Field word={props.word}>
      {(id) => (
        <select id={id} className="select" value={props.value} onChange={(event) => props.onChange(event.target.value)}>
          <option value="">{t('carry.choose')}</option>
          {props.of.map((each) => (
            <option key={each} value={each}>
              {t(`${props.prefix}.${each}` as PhraseKey)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
};

const ResultFields = ({ values, set }: FieldsProps) => (
  <>
    <Select
      word="carry.outcome"
      prefix="outcome"
      of={['reached', 'no_answer', 'unreachable', 'refused', 'not_asked']}
      value={values.outcome}
      onChange={(value) => set('outcome', value as Values['outcome'])}
    />
    {values.outcome === 'reached' && (
      <>
        <Choice
          word="carry.was_contacted"
          prefix="word"
          of={['yes', 'no']}
          value={values.wasContacted}
          onChange={(value) => set('wasContacted', value)}
        />
        <Choice
          word="carry.solved"
          prefix="solved"
          of={['yes', 'partly', 'no']}
          value={values.solved}
          onChange={(value) => set('solved', value)}
        />
        <Select
          word="carry.score"
          prefix="score"
          of={['5', '4', '3', '2', '1']}
          value={values.score}
          onChange={(value) => set('score', value)}
        />
      </>
    )}
    {values.outcome !== '' && values.outcome !== 'not_asked' && (
      <Choice
        word="carry.mode"
        prefix="mode"
        of={['human', 'ivr', 'sms', 'web']}
        value={values.mode === 'none' ? '' : values.mode}
        onChange={(value) => set('mode', value)}
      />
    )}
  </>
);

const PlanFields = ({ values, set }: FieldsProps) => {
  const { t } = useWords();
  const change = (index: number, step: Partial<Values['plan'][number]>): void =>
    set(
      'plan',
      values.plan.map((each, at) => (at === index ? { ...each, ...step } : each)),
    );
  return (
    <fieldset className="plan">
      <legend>{t('carry.plan')}</legend>
      {values.plan.map((step, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: steps have no identity but their place
        <p key={index} className="row">
          <Input
            type="date"
            aria-label={t('carry.happened_at')}
            value={step.by}
            onChange={(event) => change(index, { by: event.target.value })}
          />
          <Input
            aria-label={t('carry.plan_step')}
            placeholder={t('carry.plan_step')}
            value={step.step}
            onChange={(event) => change(index, { step: event.target.value })}
          />
        </p>
      ))}
      <button type="button" className="text-button" onClick={() => set('plan', [...values.plan, { by: '', step: '' }])}>
        {t('carry.plan_add')}
      </button>
    </fieldset>
  );
};

const DIGITS = /^\d{1,6}$|^\d{18}$/;

/** The master is named as people say it, by its tail, and looked up while it is typed. */
const MasterField = ({ set }: FieldsProps) => {
  const { t } = useWords();
  const [typed, setTyped] = useState('');
  const number = typed.replace(/\s/g, '');
  const { data } = useQuery({
    queryKey: ['cases', 'number', number],
    queryFn: () => api.findCases({ number, limit: 5 }),
    enabled: DIGITS.test(number),
  });
  const rows = DIGITS.test(number) ? (data?.rows ?? []) : [];
  return (
    <>
      <Field word="carry.master">
        {(id) => (
          <Combo
            id={id}
            label={t('carry.master')}
            placeholder={t('carry.master_hint')}
            value={typed}
            options={rows.map((row) => ({ key: String(row.caseId), label: row.number, note: row.title }))}
            onType={(words) => {
              setTyped(words);
              set('masterId', null);
            }}
            onChoose={(key) => {
              set('masterId', Number(key));
              setTyped(rows.find((row) => String(row.caseId) === key)?.number ?? key);
            }}
          />
        )}
      </Field>
      {data && rows.length === 0 && number !== '' && <p className="meta">{t('carry.master_none')}</p>}
    </>
  );
};

const OrderField = ({ form, view, values, set }: FieldsProps) => {
  const { t } = useWords();
  const reports = form.command === 'confirm_report';
  const orders = openOrders(view.timeline).filter((order) => (order.kind === 'important_report') === reports);
  return (
    <Field word="carry.order">
      {(id) => (
        <select
          id={id}
          className="select"
          value={values.orderId ?? ''}
          onChange={(event) => set('orderId', Number(event.target.value) || null)}
        >
          <option value="">{t('carry.choose')}</option>
          {orders.map((order) => (
            <option key={order.orderId} value={order.orderId}>
              {t(`order.${order.kind}` as PhraseKey)} {order.text.slice(0, 24)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
};

/** A leader with an account is told at once; of anybody else the name stands on the record and every leader is told. */
const RecipientField = ({ values, set }: FieldsProps) => {
  const { t } = useWords();
  const { data } = useQuery({ queryKey: ['leaders'], queryFn: api.leaders });
  const typed = values.recipient.trim();
  const names = (data ?? []).map(({ name }) => name).filter((name) => name.includes(typed) && name !== typed);
  return (
    <Field word="carry.recipient">
      {(id) => (
        <Combo
          id={id}
          label={t('carry.recipient')}
          value={values.recipient}
          options={names.map((name) => ({ key: name, label: name, note: '' }))}
          onType={(words) => set('recipient', words)}
          onChoose={(name) => set('recipient', name)}
        />
      )}
    </Field>
  );
};

const AgreeField = ({ values, set }: FieldsProps) => (
  <Choice word="carry.agree" prefix="agree" of={['yes', 'no']} value={values.agree} onChange={(value) => set('agree', value)} />
);

const FIELDS: Readonly<Record<string, (props: FieldsProps) => ReactNode>> = {
  lead: DispatchFields,
  reply: (props) => (props.form.fields.includes('agree') && props.values.agree !== 'yes' ? null : <ReplyFields {...props} />),
  work: WorkFields,
  feedback: FeedbackFields,
  result: ResultFields,
  agree: AgreeField,
  plan: PlanFields,
  masterId: MasterField,
  orderId: OrderField,
  unitCode: ({ values, set }) => <UnitPicker word="carry.unit" value={values.unitCode} onChoose={(code) => set('unitCode', code)} />,
  person: ({ values, set }) => <Line word="carry.person" value={values.person} onChange={(value) => set('person', value)} />,
  answered: ({ values, set }) => <Check word="carry.answered" value={values.answered} onChange={(value) => set('answered', value)} />,
  recipient: RecipientField,
  workingDays: ({ values, set }) => (
    <Line word="carry.working_days" type="number" value={values.workingDays} onChange={(value) => set('workingDays', value)} />
  ),
  promisedOn: ({ values, set }) => (
    <Line word="carry.promised_on" type="date" value={values.promisedOn} onChange={(value) => set('promisedOn', value)} />
  ),
  toldHow: ({ values, set }) => <Line word="carry.told_how" value={values.toldHow} onChange={(value) => set('toldHow', value)} />,
  urgent: ({ values, set }) => <Check word="field.urgent" value={values.urgent} onChange={(value) => set('urgent', value)} />,
  keyCase: ({ values, set }) => <Check word="field.keyCase" value={values.keyCase} onChange={(value) => set('keyCase', value)} />,
  important: ({ values, set }) => <Check word="field.important" value={values.important} onChange={(value) => set('important', value)} />,
  confidential: ({ values, set }) => (
    <Check word="field.confidential" value={values.confidential} onChange={(value) => set('confidential', value)} />
  ),
};

/** Every field that the service says the move carries, then its reason and its words. */
export const MoveFields = (props: FieldsProps) => {
  const { form, values, set } = props;
  const reasons = reasonsFor(form, values);
  return (
    <>
      {form.fields.map((field) => {
        const Of = FIELDS[field];
        return Of ? <Of key={field} {...props} /> : null;
      })}
      {reasons.length > 0 && (
        <Select word="carry.reason" prefix="reason" of={reasons} value={values.reasonCode} onChange={(value) => set('reasonCode', value)} />
      )}
      {form.command !== 'record_work' && form.command !== 'give_feedback' && (
        <Words
          word={form.text === 'required' ? 'carry.text_needed' : 'carry.text'}
          rows={2}
          value={values.text}
          onChange={(value) => set('text', value)}
        />
      )}
    </>
  );
};
