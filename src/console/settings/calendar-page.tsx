import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { CalendarClock, CircleCheck } from 'lucide-react';
import { useId, useState } from 'react';
import type { CalendarPlanView, YearSaved } from '../../cases/life-schemas.ts';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { ColumnHeads, Failed, Loading, PageTop, PanelHead, Tag } from '../ui/parts.tsx';
import { SettingsTabs } from './settings-tabs.tsx';

const KEY = ['calendar'];

/** The years on which deadlines are counted, and the way to bring in the next notice. */
export const CalendarPage = () => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({ queryKey: KEY, queryFn: api.calendar });
  return (
    <main className="page">
      <PageTop title={t('calendar.title')}>
        <SettingsTabs />
      </PageTop>
      <div className="page-body">
        {error && <Failed error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Loading rows={6} height={36} />}
        {data && (
          <table className="table">
            <ColumnHeads
              of={['calendar.year', 'calendar.state', 'calendar.off', 'calendar.made_up', 'calendar.source']}
              figures={['calendar.off', 'calendar.made_up']}
            />
            <tbody>
              {data.map((year) => (
                <tr key={year.year}>
                  <td>{year.year}</td>
                  <td>
                    <Tag icon={year.provisional ? CalendarClock : CircleCheck} tone={year.provisional ? 'amber' : 'green'}>
                      {t(year.provisional ? 'mark.provisional' : 'calendar.published')}
                    </Tag>
                  </td>
                  <td className="figure">{year.daysOff.length}</td>
                  <td className="figure">{year.makeUpDays.length}</td>
                  <td className="wraps">{year.source || t('mark.provisional_note')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {data && <ImportYear />}
      </div>
    </main>
  );
};

const ImportYear = () => {
  const { t } = useWords();
  const [id, sourceId] = [useId(), useId()];
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<{ file: File; plan: CalendarPlanView } | null>(null);
  const [source, setSource] = useState('');
  const [saved, setSaved] = useState<YearSaved | null>(null);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const run = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setProblem('');
    await work().catch((error: unknown) => setProblem(messageOf(error)));
    setBusy(false);
  };
  const look = (file: File | undefined): void => {
    setChosen(null);
    setSaved(null);
    if (file) void run(async () => setChosen({ file, plan: await api.previewCalendar(file) }));
  };
  const confirm = async (): Promise<void> => {
    if (!chosen) return;
    setSaved(await api.importCalendar(chosen.file, source, chosen.plan.version));
    setChosen(null);
    await queries.invalidateQueries({ queryKey: KEY });
  };
  return (
    <section className="panel stack" aria-label={t('calendar.import')}>
      <PanelHead title={t('calendar.import')} />
      <p className="meta">{t('calendar.import_note')}</p>
      <label htmlFor={id}>{t('calendar.choose')}</label>
      <input
        id={id}
        type="file"
        accept=".xlsx,.csv"
        data-act="choose-calendar"
        disabled={busy}
        onChange={(event) => look(event.target.files?.[0])}
      />
      <p className={saved && !problem ? 'well' : 'problem'} role="status">
        {problem || (saved && t('calendar.imported', { year: saved.year, n: saved.recomputed }))}
      </p>
      {chosen && <Plan plan={chosen.plan} />}
      {chosen && chosen.plan.faults.length === 0 && (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void run(confirm);
          }}
        >
          <div className="field">
            <label htmlFor={sourceId}>{t('calendar.source')}</label>
            <Input id={sourceId} value={source} maxLength={200} required onChange={(event) => setSource(event.target.value)} />
          </div>
          <div>
            <Button type="primary" htmlType="submit" loading={busy} data-act="import-calendar">
              {t(chosen.plan.version === 0 ? 'calendar.confirm' : 'calendar.confirm_again', { year: chosen.plan.year })}
            </Button>
          </div>
        </form>
      )}
    </section>
  );
};

const Plan = ({ plan }: { plan: CalendarPlanView }) => {
  const { t } = useWords();
  const count = (kind: 'off' | 'work'): number => plan.days.filter((each) => each.kind === kind).length;
  return (
    <>
      <p>
        {t('calendar.counts', { year: plan.year, off: count('off'), work: count('work') })}
        {plan.unknownColumns.length > 0 && (
          <small className="meta"> {t('import.other_sheets', { names: plan.unknownColumns.join(t('list.comma')) })}</small>
        )}
      </p>
      {plan.faults.length > 0 && (
        <ul className="problem" aria-label={t('calendar.faults')}>
          {plan.faults.map((each) => (
            <li key={`${each.row} ${each.fault} ${each.what}`}>
              {each.row !== null && `${t('calendar.row', { n: each.row })} `}
              {t(`calendar_fault.${each.fault}`)} {each.what}
            </li>
          ))}
        </ul>
      )}
      <div className="import-rows">
        <table className="table">
          <ColumnHeads of={['calendar.day', 'calendar.kind', 'calendar.name']} />
          <tbody>
            {plan.days.map((each) => (
              <tr key={each.row}>
                <td>{each.day}</td>
                <td>{t(`calendar_kind.${each.kind}`)}</td>
                <td>{each.name || '—'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
};
