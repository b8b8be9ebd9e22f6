import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { useId, useState } from 'react';
import type { StaffItem } from '../../access/schemas.ts';
import { ROLES } from '../../core/roles.ts';
import { ApiError, messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { session } from '../app/session.ts';
import { useWords } from '../i18n/i18n.ts';
import { PanelHead } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { FactorReset } from './factor-reset.tsx';
import { PasswordField, PasswordReset } from './password.tsx';
import { emptyStaff, formOf, newStaffOf, type StaffForm, saveStaffOf, toggled } from './staff-view.ts';

interface Problem {
  field: string;
  text: string;
}

const problemOf = (error: unknown): Problem => {
  const details = error instanceof ApiError && typeof error.details === 'object' && error.details !== null ? error.details : {};
  return { field: 'field' in details ? String(details.field) : '', text: messageOf(error) };
};

/** One person: what they are called, may do and ring on. The service refuses with the reason, which stands beside its field. */
export const StaffEditor = ({ person }: { person: StaffItem | null }) => {
  const { t } = useWords();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { me } = useStore(session);
  const [form, setForm] = useState<StaffForm>(person ? formOf(person) : emptyStaff());
  const [version, setVersion] = useState(person?.version ?? 0);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [saved, setSaved] = useState(false);
  const [busy, setBusy] = useState(false);
  const change = (part: Partial<StaffForm>): void => {
    setForm({ ...form, ...part });
    setProblem(null);
    setSaved(false);
  };
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const row = person ? await api.saveStaff(person.staffId, saveStaffOf(form, version)) : await api.addStaff(newStaffOf(form));
      setVersion(row.version);
      setSaved(true);
      await queries.invalidateQueries({ queryKey: ['staff'] });
      if (!person) await navigate({ to: '/staff', search: { who: row.staffId } });
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  const own = person !== null && person.staffId === me?.staffId;
  return (
    <>
      <form
        className="panel stack"
        aria-label={t('staff.one')}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <PanelHead title={person ? person.name : t('staff.new')} side={person?.account} />
        {!person && <TextField name="account" form={form} problem={problem} onChange={change} hint={t('staff.account_hint')} />}
        <TextField name="name" form={form} problem={problem} onChange={change} />
        <Roles form={form} own={own} problem={problem} onChange={change} />
        {form.roles.includes('unit_staff') && <UnitField form={form} problem={problem} onChange={change} />}
        <TextField name="extension" form={form} problem={problem} onChange={change} hint={t('staff.extension_hint')} />
        {!person && (
          <PasswordField
            value={form.password}
            problem={problem?.field === 'password' ? problem.text : ''}
            onChange={(password) => change({ password })}
          />
        )}
        {person && (
          <label className="check-line">
            <input type="checkbox" checked={form.active} disabled={own} onChange={(event) => change({ active: event.target.checked })} />{' '}
            {t('staff.active')}
            <small className="meta"> {t(own ? 'staff.own_note' : 'staff.active_note')}</small>
          </label>
        )}
        <Said problem={problem} saved={saved} />
        <Button type="primary" htmlType="submit" loading={busy} data-act="save-staff">
          {t(person ? 'act.save' : 'staff.create')}
        </Button>
      </form>
      {person && <PasswordReset staffId={person.staffId} />}
      {person && <FactorReset person={person} own={own} />}
    </>
  );
};

const FIELDS_WITH_A_PLACE = ['account', 'name', 'roles', 'extension', 'unitCode', 'password'];

/** A refusal that belongs to no field of the form, or that all is well. */
const Said = ({ problem, saved }: { problem: Problem | null; saved: boolean }) => {
  const { t } = useWords();
  return (
    <p className="problem" role="status">
      {problem && !FIELDS_WITH_A_PLACE.includes(problem.field) ? problem.text : ''}
      {saved && <span className="well">{t('act.saved')}</span>}
    </p>
  );
};

interface FieldProps {
  form: StaffForm;
  problem: Problem | null;
  onChange: (part: Partial<StaffForm>) => void;
}

const TextField = ({
  name,
  form,
  problem,
  onChange,
  hint = '',
}: FieldProps & { name: 'account' | 'name' | 'extension'; hint?: string }) => {
  const { t } = useWords();
  const id = useId();
  const wrong = problem?.field === name ? problem.text : '';
  return (
    <div className="field">
      <label htmlFor={id}>{t(`staff.${name}`)}</label>
      <Input
        id={id}
        value={form[name]}
        autoComplete="off"
        aria-describedby={`${id}-note`}
        aria-invalid={wrong !== ''}
        onChange={(event) => onChange({ [name]: event.target.value })}
      />
      <p id={`${id}-note`} className={wrong ? 'problem' : 'meta'} role={wrong ? 'alert' : undefined}>
        {wrong || hint}
      </p>
    </div>
  );
};

const Roles = ({ form, own, problem, onChange }: FieldProps & { own: boolean }) => {
  const { t } = useWords();
  return (
    <fieldset className="field roles">
      <legend>{t('staff.roles')}</legend>
      {ROLES.map((role) => (
        <label key={role} className="check-line">
          <input
            type="checkbox"
            checked={form.roles.includes(role)}
            disabled={own}
            onChange={() => onChange({ roles: toggled(form.roles, role) })}
          />{' '}
          {t(`role.${role}`)}
        </label>
      ))}
      <p className={problem?.field === 'roles' ? 'problem' : 'meta'}>
        {problem?.field === 'roles' ? problem.text : own ? t('staff.own_note') : ''}
      </p>
    </fieldset>
  );
};

const UnitField = ({ form, problem, onChange }: FieldProps) => {
  const { t } = useWords();
  const id = useId();
  const { data: units } = useQuery({ queryKey: ['units'], queryFn: api.units, staleTime: Number.POSITIVE_INFINITY });
  return (
    <div className="field">
      <label htmlFor={id}>{t('staff.unit')}</label>
      <select id={id} className="select" value={form.unitCode} onChange={(event) => onChange({ unitCode: event.target.value })}>
        <option value="">{t('staff.choose_unit')}</option>
        {units?.map((unit) => (
          <option key={unit.code} value={unit.code}>
            {unit.name}
          </option>
        ))}
      </select>
      <p className="problem">{problem?.field === 'unitCode' ? problem.text : ''}</p>
    </div>
  );
};
