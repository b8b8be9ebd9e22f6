import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Button } from 'antd';
import { Plus, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { RoutingView, RuleItem, UnitItem } from '../../directory/editing-schemas.ts';
import { TOWN } from '../../directory/routing.ts';
import type { Category, Place } from '../../directory/schemas.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { ColumnHeads, Empty, Failed, Icon, Loading, PageTop, PanelHead, Tag } from '../ui/parts.tsx';
import { DirectoryTabs, SelectLine, TextLine, useChange, WholeProblem } from './parts.tsx';

interface Lists {
  units: readonly UnitItem[];
  categories: readonly Category[];
  places: readonly Place[];
}

/** Subject × place → unit, and a line to try what would come of a matter. */
export const RoutingPage = () => {
  const { t } = useWords();
  const navigate = useNavigate();
  const { rule: wanted } = useSearch({ strict: false }) as { rule?: number | 'new' };
  const routing = useQuery({ queryKey: ['directory', 'routing'], queryFn: api.routing });
  const units = useQuery({ queryKey: ['directory', 'units'], queryFn: api.editUnits });
  const categories = useQuery({ queryKey: ['categories'], queryFn: api.categories });
  const places = useQuery({ queryKey: ['places'], queryFn: api.places });
  const all = [routing, units, categories, places];
  const failed = all.find(({ error, data }) => error && !data);
  const lists =
    units.data && categories.data && places.data ? { units: units.data, categories: categories.data, places: places.data } : null;
  const chosen = routing.data?.rules.find(({ ruleId }) => ruleId === Number(wanted));
  const show = (rule: number | 'new' | undefined): void =>
    void navigate({ to: '/directory/routing', search: (rule === undefined ? {} : { rule }) as never });
  const retry = (): void => {
    for (const each of all) void each.refetch();
  };
  return (
    <main className="page">
      <PageTop title={t('directory.routing')} note={routing.data && t('directory.rules_count', { n: routing.data.rules.length })}>
        <Button icon={<Icon of={Plus} />} data-act="new-rule" onClick={() => show('new')}>
          {t('directory.add_rule')}
        </Button>
        <DirectoryTabs />
      </PageTop>
      <div className="page-split">
        <div>
          {failed && <Failed error={failed.error} onRetry={retry} />}
          {!failed && (!routing.data || !lists) && <Loading rows={12} height={36} />}
          {lists && <TryIt lists={lists} onShow={show} />}
          {lists && routing.data?.rules.length === 0 && <Empty title={t('directory.no_rules')}>{t('directory.no_rules_note')}</Empty>}
          {lists && routing.data && routing.data.rules.length > 0 && (
            <RuleTable view={routing.data} lists={lists} chosen={chosen?.ruleId} />
          )}
        </div>
        <aside className="page-side" aria-label={t('directory.rule')}>
          {lists && wanted === 'new' && <RuleEditor key="new" rule={null} lists={lists} onShow={show} />}
          {lists && chosen && <RuleEditor key={`${chosen.ruleId} ${chosen.version}`} rule={chosen} lists={lists} onShow={show} />}
          {lists && !chosen && wanted !== 'new' && <Empty title={t('directory.choose_rule')}>{t('directory.choose_rule_note')}</Empty>}
        </aside>
      </div>
    </main>
  );
};

const useNames = ({ units, categories, places }: Lists) => {
  const { t } = useWords();
  return {
    unit: (code: string): string => (code === TOWN ? t('directory.town_itself') : (units.find((each) => each.code === code)?.name ?? code)),
    category: (code: string): string =>
      code === '' ? t('directory.every_subject') : (categories.find((each) => each.code === code)?.path ?? code),
    place: (code: string): string =>
      code === ''
        ? t('directory.everywhere')
        : (places.find((each) => each.code === code)?.name ?? places.find((each) => each.townCode === code)?.townName ?? code),
  };
};

const categoryOptions = (categories: readonly Category[], first: string): [string, string][] => [
  ['', first],
  ...categories.filter(({ active }) => active).map(({ code, path }): [string, string] => [code, `${code} ${path}`]),
];
const placeOptions = (places: readonly Place[], first: string): [string, string][] => [
  ['', first],
  ...new Map(places.map(({ townCode, townName }) => [townCode, townName])),
  ...places.map(({ code, name, townName }): [string, string] => [code, `${townName} ${name}`]),
];

const TryIt = ({ lists, onShow }: { lists: Lists; onShow: (rule: number) => void }) => {
  const { t } = useWords();
  const names = useNames(lists);
  const [category, setCategory] = useState('');
  const [place, setPlace] = useState('');
  const asked = category !== '' || place !== '';
  const { data, error } = useQuery({
    queryKey: ['directory', 'route', category, place],
    queryFn: () => api.route(category || null, place || null),
    enabled: asked,
  });
  return (
    <section className="panel stack" aria-label={t('directory.try')}>
      <PanelHead title={t('directory.try')} />
      <div className="row wrap">
        <select
          className="select try-box"
          aria-label={t('directory.subject')}
          value={category}
          onChange={(event) => setCategory(event.target.value)}
        >
          {categoryOptions(lists.categories, t('directory.pick_subject')).map(([code, text]) => (
            <option key={code} value={code}>
              {text}
            </option>
          ))}
        </select>
        <select
          className="select try-box"
          aria-label={t('directory.place')}
          value={place}
          onChange={(event) => setPlace(event.target.value)}
        >
          {placeOptions(lists.places, t('directory.no_place')).map(([code, text]) => (
            <option key={code} value={code}>
              {text}
            </option>
          ))}
        </select>
      </div>
      <p role="status" className="try-answer">
        {!asked && <span className="meta">{t('directory.try_note')}</span>}
        {error && <span className="problem">{error.message}</span>}
        {asked && data && (
          <>
            <b>{data.lead === null ? t(`route.${data.why ?? 'no_rule'}`) : (data.leadName ?? data.lead)}</b>
            {data.assist.length > 0 && ` · ${t('directory.with', { names: data.assist.map(names.unit).join(t('list.comma')) })}`}
            {data.rule && (
              <>
                {' · '}
                <button type="button" className="text-button" onClick={() => data.rule && onShow(data.rule.ruleId)}>
                  {t('directory.by_rule', { subject: names.category(data.rule.categoryCode), place: names.place(data.rule.placeCode) })}
                </button>{' '}
                <span className="meta">{data.rule.reason}</span>
              </>
            )}
            {data.passed.length > 0 && <span className="meta"> · {t('directory.passed', { n: data.passed.length })}</span>}
          </>
        )}
      </p>
    </section>
  );
};

const RuleTable = ({ view, lists, chosen }: { view: RoutingView; lists: Lists; chosen: number | undefined }) => {
  const { t } = useWords();
  const names = useNames(lists);
  return (
    <table className="table">
      <ColumnHeads of={['directory.subject', 'directory.place', 'directory.lead', 'directory.reason']} />
      <tbody>
        {view.rules.map((row) => {
          const kinds = [...new Set(view.conflicts.filter(({ ruleId }) => ruleId === row.ruleId).map(({ kind }) => kind))];
          return (
            <tr key={row.ruleId} data-chosen={row.ruleId === chosen}>
              <td className="wraps">
                <Link to="/directory/routing" search={{ rule: row.ruleId } as never} data-row>
                  {names.category(row.categoryCode)}
                </Link>{' '}
                <span className="meta">{row.categoryCode}</span>
              </td>
              <td>{names.place(row.placeCode)}</td>
              <td>
                {names.unit(row.lead)}
                {row.assist.length > 0 && (
                  <div className="meta">{t('directory.with', { names: row.assist.map(names.unit).join(t('list.comma')) })}</div>
                )}
              </td>
              <td className="wraps">
                {row.reason}
                {kinds.map((kind) => (
                  <div key={kind}>
                    <Tag icon={TriangleAlert} tone="amber">
                      {t(`conflict.${kind}`)}
                    </Tag>
                  </div>
                ))}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
};

const RuleEditor = ({ rule, lists, onShow }: { rule: RuleItem | null; lists: Lists; onShow: (rule: number | undefined) => void }) => {
  const { t } = useWords();
  const [form, setForm] = useState({
    categoryCode: rule?.categoryCode ?? '',
    placeCode: rule?.placeCode ?? '',
    lead: rule?.lead ?? TOWN,
    assist: rule?.assist ?? [],
    reason: rule?.reason ?? '',
  });
  const { busy, wrong, run, touch } = useChange();
  const set = (part: Partial<typeof form>): void => {
    setForm({ ...form, ...part });
    touch();
  };
  const active = lists.units.filter((unit) => unit.active);
  const save = (): void => {
    const work = () => (rule ? api.saveRule(rule.ruleId, { ...form, version: rule.version }) : api.addRule(form));
    void run(work, (view) => {
      const saved = view.rules.find(({ categoryCode, placeCode }) => categoryCode === form.categoryCode && placeCode === form.placeCode);
      onShow(saved?.ruleId);
    });
  };
  return (
    <form
      className="panel stack"
      aria-label={t('directory.rule')}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <PanelHead title={t(rule ? 'directory.rule' : 'directory.add_rule')} />
      <SelectLine
        name="categoryCode"
        word="directory.subject"
        value={form.categoryCode}
        wrong={wrong}
        onChange={(categoryCode) => set({ categoryCode })}
        options={categoryOptions(lists.categories, t('directory.every_subject'))}
      />
      <SelectLine
        name="placeCode"
        word="directory.place"
        value={form.placeCode}
        wrong={wrong}
        onChange={(placeCode) => set({ placeCode })}
        options={placeOptions(lists.places, t('directory.everywhere'))}
      />
      <SelectLine
        name="lead"
        word="directory.lead"
        value={form.lead}
        wrong={wrong}
        onChange={(lead) => set({ lead })}
        options={[[TOWN, t('directory.town_itself')], ...active.map(({ code, name }): [string, string] => [code, name])]}
      />
      <fieldset className="field roles units-chosen">
        <legend>{t('directory.assist')}</legend>
        {active.map(({ code, name }) => (
          <label key={code} className="check-line">
            <input
              type="checkbox"
              checked={form.assist.includes(code)}
              onChange={(event) =>
                set({ assist: event.target.checked ? [...form.assist, code] : form.assist.filter((each) => each !== code) })
              }
            />{' '}
            {name}
          </label>
        ))}
      </fieldset>
      <TextLine
        name="reason"
        word="directory.reason"
        hint="directory.reason_hint"
        value={form.reason}
        wrong={wrong}
        onChange={(reason) => set({ reason })}
      />
      <WholeProblem wrong={wrong} fields={['categoryCode', 'placeCode', 'lead', 'reason']} />
      <div className="row">
        <Button type="primary" htmlType="submit" loading={busy} data-act="save-rule">
          {t('act.save')}
        </Button>
        {rule && (
          <Button
            disabled={busy}
            data-act="delete-rule"
            onClick={() =>
              void run(
                () => api.removeRule(rule.ruleId, rule.version),
                () => onShow(undefined),
              )
            }
          >
            {t('directory.delete_rule')}
          </Button>
        )}
      </div>
    </form>
  );
};
