import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { MACHINE_RIGHTS, type MachineRight } from '../../access/machine-rights.ts';
import type { MachineItem, MachineToken } from '../../access/schemas.ts';
import type { ProfileView } from '../../city/schemas.ts';
import { PROFILES } from '../../city/states.ts';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { toggled } from '../staff/staff-view.ts';
import { ColumnHeads, Dialog, Empty, Failed, Loading, Moment, PanelHead } from '../ui/parts.tsx';
import { type EditorProps, SettingPage, useSavingForm } from './versioned-setting.tsx';

const PROFILE = ['profile'];
const MACHINES = ['machines'];

/** Whose house this is, and which other systems may come in. */
export const OutsidePage = () => {
  const { t } = useWords();
  return <SettingPage title={t('outside.title')} queryKey={PROFILE} load={api.profile} editor={Outside} />;
};

const Outside = (props: EditorProps<ProfileView>) => (
  <div className="stack">
    <ProfileEditor {...props} />
    <Machines />
  </div>
);

const ProfileEditor = ({ view, isSaved, onSaved }: EditorProps<ProfileView>) => {
  const { t } = useWords();
  const [profile, setProfile] = useState(view.profile);
  const { busy, problem, touch, save } = useSavingForm<ProfileView>(PROFILE, onSaved);
  return (
    <form
      className="hours-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save(() => api.saveProfile({ version: view.version, profile }));
      }}
    >
      <fieldset className="field roles">
        <legend>
          <h2>{t('outside.profile')}</h2>
        </legend>
        <p className="meta">{t('outside.profile_note')}</p>
        {PROFILES.map((each) => (
          <label key={each} className="check-line">
            <input
              type="radio"
              name="profile"
              checked={profile === each}
              onChange={() => {
                setProfile(each);
                touch();
              }}
            />{' '}
            {t(`profile.${each}`)}
          </label>
        ))}
      </fieldset>
      <p className="problem" role="alert">
        {problem}
        {isSaved && profile === view.profile && problem === '' && <span className="well">{t('act.saved')}</span>}
      </p>
      <div>
        <Button type="primary" htmlType="submit" loading={busy} data-act="save-profile">
          {t('act.save')}
        </Button>
      </div>
    </form>
  );
};

const Machines = () => {
  const { t } = useWords();
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({ queryKey: MACHINES, queryFn: api.machines });
  const [told, setTold] = useState<MachineToken | null>(null);
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: MACHINES });
  return (
    <section className="panel stack" aria-label={t('machine.title')}>
      <PanelHead title={t('machine.title')} />
      <p className="meta">{t('machine.note')}</p>
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Loading rows={3} height={36} />}
      {data?.length === 0 && <Empty title={t('machine.none')}>{t('machine.none_note')}</Empty>}
      {data && data.length > 0 && <MachineTable rows={data} onChanged={() => void again()} />}
      {data && (
        <NewMachineForm
          onMade={(made) => {
            setTold(made);
            void again();
          }}
        />
      )}
      {told && (
        <Dialog title={t('machine.token')} onClose={() => setTold(null)}>
          <p>
            <code className="token">{told.token}</code>
          </p>
          <div className="dialog-foot">
            <Button type="primary" onClick={() => void navigator.clipboard?.writeText(told.token).catch(() => {})}>
              {t('factor.copy')}
            </Button>
          </div>
        </Dialog>
      )}
    </section>
  );
};

const MachineTable = ({ rows, onChanged }: { rows: readonly MachineItem[]; onChanged: () => void }) => {
  const { t } = useWords();
  const [asking, setAsking] = useState<MachineItem | null>(null);
  const [problem, setProblem] = useState('');
  const revoke = async (machineId: number): Promise<void> => {
    setAsking(null);
    try {
      await api.revokeMachine(machineId);
      setProblem('');
    } catch (failure) {
      setProblem(messageOf(failure));
    }
    onChanged();
  };
  return (
    <>
      <table className="table">
        <ColumnHeads
          of={['machine.name', 'machine.rights', 'machine.hint', 'machine.created', 'machine.used', 'city.state', 'history.details']}
        />
        <tbody>
          {rows.map((row) => (
            <tr key={row.machineId}>
              <td className="cut">{row.name}</td>
              <td>{row.rights.map((right) => t(`rights.${right}`)).join(t('list.comma'))}</td>
              <td>…{row.hint}</td>
              <td>
                <Moment at={row.createdAt} />
              </td>
              <td>{row.lastUsedAt ? <Moment at={row.lastUsedAt} /> : t('machine.never')}</td>
              <td>{t(row.revokedAt ? 'machine.revoked' : 'machine.in_force')}</td>
              <td>
                {row.revokedAt === null && (
                  <button type="button" className="plain-button" data-act="revoke-machine" onClick={() => setAsking(row)}>
                    {t('machine.revoke')}
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="problem" role="alert">
        {problem}
      </p>
      {asking && (
        <Dialog title={`${t('machine.revoke')} · ${asking.name}`} onClose={() => setAsking(null)}>
          <p>{t('machine.revoke_sure')}</p>
          <div className="dialog-foot">
            <Button onClick={() => setAsking(null)}>{t('act.cancel')}</Button>
            <Button danger data-act="revoke-machine-sure" onClick={() => void revoke(asking.machineId)}>
              {t('machine.revoke')}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
};

const NewMachineForm = ({ onMade }: { onMade: (made: MachineToken) => void }) => {
  const { t } = useWords();
  const [name, setName] = useState('');
  const [rights, setRights] = useState<MachineRight[]>([...MACHINE_RIGHTS]);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const add = async (): Promise<void> => {
    setBusy(true);
    try {
      onMade(await api.addMachine({ name, rights }));
      setName('');
      setProblem('');
    } catch (failure) {
      setProblem(messageOf(failure));
    }
    setBusy(false);
  };
  return (
    <form
      className="row wrap"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <Input
        className="short-box"
        aria-label={t('machine.name')}
        placeholder={t('machine.name')}
        maxLength={60}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      {MACHINE_RIGHTS.map((right) => (
        <label key={right} className="check-line">
          <input type="checkbox" checked={rights.includes(right)} onChange={() => setRights(toggled(rights, right))} />{' '}
          {t(`rights.${right}`)}
        </label>
      ))}
      <Button htmlType="submit" loading={busy} data-act="add-machine">
        {t('machine.add')}
      </Button>
      <span className="problem" role="alert">
        {problem}
      </span>
    </form>
  );
};
