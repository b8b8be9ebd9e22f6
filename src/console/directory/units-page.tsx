import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Button } from 'antd';
import { CircleSlash, Plus } from 'lucide-react';
import { useState } from 'react';
import type { CaseState } from '../../cases/states.ts';
import type { UnitItem } from '../../directory/editing-schemas.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { CaseNumber, ColumnHeads, Empty, Failed, Icon, Loading, PageTop, PanelHead, Tag } from '../ui/parts.tsx';
import { DirectoryTabs, SelectLine, TextLine, useChange, WholeProblem, type Wrong } from './parts.tsx';

/** The handling units: their leagues, who stands above whom, and which are out of use. */
export const UnitsPage = () => {
  const { t } = useWords();
  const navigate = useNavigate();
  const { unit: wanted } = useSearch({ strict: false }) as { unit?: string };
  const { data, error, refetch } = useQuery({ queryKey: ['directory', 'units'], queryFn: api.editUnits });
  const chosen = data?.find(({ code }) => code === String(wanted));
  const show = (unit: string | undefined): void =>
    void navigate({ to: '/directory', search: (unit === undefined ? {} : { unit }) as never });
  return (
    <main className="page">
      <PageTop title={t('directory.title')} note={data && t('directory.units_count', { n: data.filter(({ active }) => active).length })}>
        <Button icon={<Icon of={Plus} />} data-act="new-unit" onClick={() => show('new')}>
          {t('directory.add_unit')}
        </Button>
        <DirectoryTabs />
      </PageTop>
      <div className="page-split">
        <div>
          {error && <Failed error={error} onRetry={() => void refetch()} />}
          {!data && !error && <Loading rows={12} height={36} />}
          {data?.length === 0 && <Empty title={t('directory.no_units')}>{t('directory.no_units_note')}</Empty>}
          {data && data.length > 0 && <UnitTable units={data} chosen={chosen?.code} />}
        </div>
        <aside className="page-side" aria-label={t('directory.unit')}>
          {data && wanted === 'new' && <UnitEditor key="new" unit={null} all={data} onSaved={show} />}
          {data && chosen && <UnitEditor key={`${chosen.code} ${chosen.version}`} unit={chosen} all={data} onSaved={show} />}
          {data && !chosen && wanted !== 'new' && <Empty title={t('directory.choose_unit')}>{t('directory.choose_unit_note')}</Empty>}
        </aside>
      </div>
    </main>
  );
};

const UnitTable = ({ units, chosen }: { units: readonly UnitItem[]; chosen: string | undefined }) => {
  const { t } = useWords();
  return (
    <table className="table">
      <ColumnHeads of={['directory.name', 'directory.code', 'directory.league', 'directory.phone', 'directory.state']} />
      <tbody>
        {units.map((row) => (
          <tr key={row.code} data-chosen={row.code === chosen}>
            <td>
              <Link to="/directory" search={{ unit: row.code } as never} data-row>
                {row.name}
              </Link>
            </td>
            <td>{row.code}</td>
            <td>{row.league ? t(`league.${row.league}`) : '—'}</td>
            <td>{row.phone ?? '—'}</td>
            <td>{row.active ? t('directory.in_use') : <Tag icon={CircleSlash}>{t('directory.out_of_use')}</Tag>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

const FIELDS = ['code', 'name', 'league', 'kind', 'phone', 'parentCode'];

const UnitEditor = ({ unit, all, onSaved }: { unit: UnitItem | null; all: readonly UnitItem[]; onSaved: (code: string) => void }) => {
  const { t } = useWords();
  const [form, setForm] = useState({
    code: unit?.code ?? '',
    name: unit?.name ?? '',
    league: unit?.league ?? '',
    kind: unit?.kind ?? '',
    phone: unit?.phone ?? '',
    parentCode: unit?.parentCode ?? '',
    active: unit?.active ?? true,
  });
  const { busy, wrong, run, touch } = useChange();
  const set = (part: Partial<typeof form>): void => {
    setForm({ ...form, ...part });
    touch();
  };
  const save = (): void => {
    const { code, active, ...rest } = form;
    const league = rest.league === 'town' || rest.league === 'department' ? rest.league : null;
    const fields = { ...rest, league, phone: rest.phone || null, parentCode: rest.parentCode || null } as const;
    const work = () => (unit ? api.saveUnit(unit.code, { ...fields, active, version: unit.version }) : api.addUnit({ ...fields, code }));
    void run(work, (saved) => onSaved(saved.code));
  };
  const parents = all.filter((each) => each.active && each.code !== unit?.code);
  return (
    <form
      className="panel stack"
      aria-label={t('directory.unit')}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <PanelHead title={unit ? unit.name : t('directory.add_unit')} side={unit?.code} />
      {!unit && (
        <TextLine
          name="code"
          word="directory.code"
          hint="directory.code_hint"
          value={form.code}
          wrong={wrong}
          onChange={(code) => set({ code })}
        />
      )}
      <TextLine name="name" word="directory.name" value={form.name} wrong={wrong} onChange={(name) => set({ name })} />
      <SelectLine
        name="league"
        word="directory.league"
        value={form.league}
        wrong={wrong}
        onChange={(league) => set({ league })}
        options={[
          ['', t('league.none')],
          ['town', t('league.town')],
          ['department', t('league.department')],
        ]}
      />
      <TextLine
        name="kind"
        word="directory.kind"
        hint="directory.kind_hint"
        value={form.kind}
        wrong={wrong}
        onChange={(kind) => set({ kind })}
      />
      <TextLine
        name="phone"
        word="directory.phone"
        hint="directory.phone_hint"
        value={form.phone}
        wrong={wrong}
        onChange={(phone) => set({ phone })}
      />
      <SelectLine
        name="parentCode"
        word="directory.parent"
        value={form.parentCode}
        wrong={wrong}
        onChange={(parentCode) => set({ parentCode })}
        options={[['', t('directory.no_parent')], ...parents.map(({ code, name }): [string, string] => [code, name])]}
      />
      {unit && (
        <label className="check-line">
          <input type="checkbox" checked={form.active} onChange={(event) => set({ active: event.target.checked })} />{' '}
          {t('directory.in_use')} <small className="meta">{t('directory.in_use_note')}</small>
        </label>
      )}
      <WholeProblem wrong={wrong} fields={FIELDS} />
      {wrong && <OpenCases wrong={wrong} />}
      <div className="row">
        <Button type="primary" htmlType="submit" loading={busy} data-act="save-unit">
          {t('act.save')}
        </Button>
      </div>
    </form>
  );
};

/** What keeps a unit in use, each a click away. */
const OpenCases = ({ wrong }: { wrong: Wrong }) => {
  const { t } = useWords();
  const { cases, count } = wrong.details as { cases?: { caseId: number; number: string; state: CaseState }[]; count?: number };
  if (!cases?.length) return null;
  return (
    <ul className="open-cases" aria-label={t('directory.open_cases')}>
      {cases.map((each) => (
        <li key={each.caseId}>
          <Link to="/cases/$caseId" params={{ caseId: String(each.caseId) }}>
            <CaseNumber number={each.number} />
          </Link>{' '}
          {t(`case_state.${each.state}`)}
        </li>
      ))}
      {count !== undefined && count > cases.length && <li className="meta">{t('directory.and_more', { n: count - cases.length })}</li>}
    </ul>
  );
};
