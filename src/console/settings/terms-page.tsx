import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { TriangleAlert } from 'lucide-react';
import { useId, useState } from 'react';
import type { PolicyView } from '../../cases/life-schemas.ts';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import type { PhraseKey } from '../i18n/phrases.ts';
import { ColumnHeads, Failed, Loading, PageTop, PanelHead, Tag } from '../ui/parts.tsx';
import { SettingsTabs } from './settings-tabs.tsx';

type Policy = PolicyView['policy'];
const KEY = ['case-policies'];
const TYPES = ['consultation', 'help', 'complaint', 'report', 'suggestion', 'praise', 'other'] as const;
const DAYS = [
  'reworkWorkingDays',
  'returnWorkingDays',
  'yellowWorkingDaysBefore',
  'supervisionWorkingDays',
  'principalContactWorkingDays',
] as const;
const MINUTES = ['dispatchMinutes', 'signAlarmMinutes'] as const;
const URGENT = ['respondMinutes', 'firstResultMinutes', 'finalMinutes', 'yellowMinutesBefore'] as const;

/** The house's terms by the day they take effect. A version is added, none is changed: each case keeps the one it was born under. */
export const TermsPage = () => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({ queryKey: KEY, queryFn: api.policies });
  const newest = data?.toSorted((a, b) => a.effectiveFrom.localeCompare(b.effectiveFrom) || a.version - b.version);
  const last = newest?.at(-1);
  return (
    <main className="page">
      <PageTop title={t('terms.title')}>
        <SettingsTabs />
      </PageTop>
      <div className="page-split">
        <div>
          {error && <Failed error={error} onRetry={() => void refetch()} />}
          {!data && !error && <Loading rows={6} height={36} />}
          {newest && <Versions of={newest.toReversed()} />}
        </div>
        <aside className="page-side" aria-label={t('terms.new')}>
          {last && <TermsForm key={last.version} from={last.policy} />}
        </aside>
      </div>
    </main>
  );
};

const day = (at: string): string => new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');

const Versions = ({ of }: { of: readonly PolicyView[] }) => {
  const { t } = useWords();
  const now = new Date().toISOString();
  const inForce = of.find(({ effectiveFrom }) => effectiveFrom <= now)?.version;
  return (
    <table className="table">
      <ColumnHeads of={['terms.version', 'terms.from', 'terms.complaint', 'terms.urgent', 'terms.state']} />
      <tbody>
        {of.map(({ version, effectiveFrom, policy }) => (
          <tr key={version}>
            <td>{version === 0 ? t('terms.shipped') : version}</td>
            <td>{version === 0 ? '—' : day(effectiveFrom)}</td>
            <td>{t('terms.days', { n: policy.terms.complaint })}</td>
            <td>
              {t('terms.minutes', { n: policy.urgent.finalMinutes })}{' '}
              {policy.urgent.placeholder && (
                <Tag icon={TriangleAlert} tone="amber">
                  {t('terms.placeholder')}
                </Tag>
              )}
            </td>
            <td>{t(version === inForce ? 'terms.in_force' : effectiveFrom > now ? 'terms.to_come' : 'terms.past')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

const Figure = ({ word, value, onChange }: { word: PhraseKey; value: number | null; onChange: (value: number | null) => void }) => {
  const { t } = useWords();
  const id = useId();
  return (
    <div className="terms-figure">
      <label htmlFor={id}>{t(word)}</label>
      <input
        id={id}
        type="number"
        className="select"
        min={1}
        value={value ?? ''}
        onChange={(event) => onChange(event.target.value === '' ? null : Number(event.target.value))}
      />
    </div>
  );
};

const TermsForm = ({ from }: { from: Policy }) => {
  const { t } = useWords();
  const id = useId();
  const queries = useQueryClient();
  const [policy, setPolicy] = useState<Policy>(from);
  const [effective, setEffective] = useState('');
  const [said, setSaid] = useState<{ text: string; isProblem: boolean } | null>(null);
  const [busy, setBusy] = useState(false);
  const set = (part: Partial<Policy>): void => {
    setPolicy({ ...policy, ...part });
    setSaid(null);
  };
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      await api.addPolicy({ policy, effectiveFrom: new Date(`${effective}:00+08:00`).toISOString() });
      setSaid({ text: t('terms.added'), isProblem: false });
      await queries.invalidateQueries({ queryKey: KEY });
    } catch (error) {
      setSaid({ text: messageOf(error), isProblem: true });
    }
    setBusy(false);
  };
  return (
    <form
      className="panel stack"
      aria-label={t('terms.new')}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <PanelHead title={t('terms.new')} />
      <p className="meta">{t('terms.note')}</p>
      <div className="terms-figure">
        <label htmlFor={id}>{t('terms.from')}</label>
        <input
          id={id}
          type="datetime-local"
          className="select"
          required
          value={effective}
          onChange={(event) => setEffective(event.target.value)}
        />
      </div>
      <h3>{t('terms.by_type')}</h3>
      {TYPES.map((type) => (
        <Figure
          key={type}
          word={`type.${type}`}
          value={policy.terms[type]}
          onChange={(n) => set({ terms: { ...policy.terms, [type]: n ?? 0 } })}
        />
      ))}
      <Figure word="terms.keyCaseWorkingDays" value={policy.keyCaseWorkingDays} onChange={(n) => set({ keyCaseWorkingDays: n })} />
      {DAYS.map((field) => (
        <Figure key={field} word={`terms.${field}`} value={policy[field]} onChange={(n) => set({ [field]: n ?? 0 })} />
      ))}
      <Figure
        word="terms.extension"
        value={policy.extension.mostWorkingDays}
        onChange={(n) => set({ extension: { mostWorkingDays: n ?? 0 } })}
      />
      <h3>{t('terms.office_minutes')}</h3>
      {MINUTES.map((field) => (
        <Figure key={field} word={`terms.${field}`} value={policy[field]} onChange={(n) => set({ [field]: n ?? 0 })} />
      ))}
      <h3>{t('terms.urgent_minutes')}</h3>
      {URGENT.map((field) => (
        <Figure
          key={field}
          word={`terms.${field}`}
          value={policy.urgent[field]}
          onChange={(n) => set({ urgent: { ...policy.urgent, [field]: n ?? 0 } })}
        />
      ))}
      <label className="check-line">
        <input
          type="checkbox"
          checked={policy.urgent.placeholder}
          onChange={(event) => set({ urgent: { ...policy.urgent, placeholder: event.target.checked } })}
        />{' '}
        {t('terms.placeholder')}
      </label>
      <h3>{t('terms.repeats')}</h3>
      <div className="terms-figure">
        <label htmlFor={`${id}-mode`}>{t('terms.count')}</label>
        <select
          id={`${id}-mode`}
          className="select"
          value={policy.repeats.mode}
          onChange={(event) => set({ repeats: { ...policy.repeats, mode: event.target.value === 'repeats' ? 'repeats' : 'total' } })}
        >
          <option value="total">{t('terms.total')}</option>
          <option value="repeats">{t('terms.only_repeats')}</option>
        </select>
      </div>
      <Figure word="terms.least" value={policy.repeats.least} onChange={(n) => set({ repeats: { ...policy.repeats, least: n ?? 0 } })} />
      <Figure word="terms.callbackAttempts" value={policy.callbackAttempts} onChange={(n) => set({ callbackAttempts: n ?? 0 })} />
      <p className={said?.isProblem === false ? 'well' : 'problem'} role="status">
        {said?.text}
      </p>
      <div>
        <Button type="primary" htmlType="submit" loading={busy} data-act="add-terms">
          {t('terms.save')}
        </Button>
      </div>
    </form>
  );
};
