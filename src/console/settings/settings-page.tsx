import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input, Segmented } from 'antd';
import { CircleCheck, CloudOff } from 'lucide-react';
import { useState } from 'react';
import type { HoursView } from '../../hours/schemas.ts';
import { ApiError, messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { may } from '../app/places.ts';
import { session } from '../app/session.ts';
import { useWords } from '../i18n/i18n.ts';
import { Failed, Loading, Moment, PageTop, Tag } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { formOfHours, type HoursForm, ROWS, type Row, saveOf } from './hours-view.ts';
import { SettingsTabs } from './settings-tabs.tsx';

/** When the hotline is open, and where a call goes that finds nobody. In force at once, decided by the switch alone. */
export const SettingsPage = () => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({ queryKey: ['hours'], queryFn: api.hours });
  return (
    <main className="page">
      <PageTop title={t('hours.title')} note={data?.updatedAt ? <Moment at={data.updatedAt} /> : data && t('hours.never_set')}>
        {data && (
          <Tag icon={data.onSwitch ? CircleCheck : CloudOff} tone={data.onSwitch ? 'green' : 'amber'}>
            {t(data.onSwitch ? 'hours.on_switch' : 'hours.not_on_switch')}
          </Tag>
        )}
        <SettingsTabs />
      </PageTop>
      <div className="page-body padded">
        {error && <Failed error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Loading rows={10} height={36} />}
        {data && <HoursEditor key={data.version} view={data} />}
      </div>
    </main>
  );
};

interface Problem {
  field: string;
  text: string;
}

const useSave = (form: HoursForm, view: HoursView, onProblem: (problem: Problem) => void): { save: () => Promise<void>; busy: boolean } => {
  const { t } = useWords();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    const read = saveOf(form, view.version);
    if ('wrong' in read)
      return onProblem({ field: read.wrong, text: t(read.wrong === 'maxWaiting' ? 'hours.bad_count' : 'hours.bad_span') });
    setBusy(true);
    try {
      queries.setQueryData(['hours'], await api.saveHours(read.body));
    } catch (error) {
      const details = error instanceof ApiError ? (error.details as { field?: string; theirs?: HoursView }) : {};
      onProblem({
        field: (details.field ?? '').replace(/^hours\.(weekly\.)?/, ''),
        text: messageOf(error),
      });
    } finally {
      setBusy(false);
    }
  };
  return { save, busy };
};

const HoursEditor = ({ view }: { view: HoursView }) => {
  const { t } = useWords();
  const { me } = useStore(session);
  const [form, setForm] = useState(() => formOfHours(view));
  const [problem, setProblem] = useState<Problem | null>(null);
  const { save, busy } = useSave(form, view, setProblem);
  const mayChange = me !== null && may(me, 'settings.manage');
  const change = (part: Partial<HoursForm>): void => {
    setForm({ ...form, ...part });
    setProblem(null);
  };
  const wrong = (field: string): string => (problem?.field === field ? problem.text : '');
  const placed = [...ROWS, 'maxWaiting', 'dutyNumbers', 'overflow'].includes(problem?.field as Row);
  return (
    <form
      className="hours-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <section aria-label={t('hours.open')}>
        <h2>{t('hours.open')}</h2>
        <Segmented
          aria-label={t('hours.open')}
          disabled={!mayChange}
          value={form.always ? 'always' : 'times'}
          onChange={(value) => change({ always: value === 'always' })}
          options={[
            { value: 'always', label: t('hours.always') },
            { value: 'times', label: t('hours.by_times') },
          ]}
        />
        {!form.always &&
          ROWS.map((row) => (
            <HoursField
              key={row}
              id={row}
              label={t(`day.${row}`)}
              value={form.spans[row]}
              placeholder={t('hours.closed')}
              problem={wrong(row)}
              disabled={!mayChange}
              onChange={(text) => change({ spans: { ...form.spans, [row]: text } })}
            />
          ))}
        {!form.always && <p className="meta">{t('hours.hint')}</p>}
        <p className="meta">{view.calendarUntil ? t('hours.calendar', { day: view.calendarUntil }) : t('hours.no_calendar')}</p>
      </section>
      <section aria-label={t('hours.overflow')}>
        <h2>{t('hours.overflow')}</h2>
        <HoursField
          id="dutyNumbers"
          label={t('hours.duty')}
          value={form.dutyNumbers}
          placeholder={t('hours.duty_hint')}
          problem={wrong('dutyNumbers')}
          disabled={!mayChange}
          onChange={(dutyNumbers) => change({ dutyNumbers })}
        />
        <HoursField
          id="maxWaiting"
          label={t('hours.most')}
          value={form.maxWaiting}
          placeholder={t('hours.no_limit')}
          problem={wrong('maxWaiting')}
          disabled={!mayChange}
          onChange={(maxWaiting) => change({ maxWaiting })}
        />
        <div className="hours-row">
          <span>{t('hours.then')}</span>
          <Segmented<HoursForm['overflow']>
            aria-label={t('hours.then')}
            disabled={!mayChange}
            value={form.overflow}
            onChange={(overflow) => change({ overflow })}
            options={[
              { value: 'message', label: t('hours.message') },
              { value: 'duty_phone', label: t('hours.duty') },
            ]}
          />
          <p className="problem">{wrong('overflow')}</p>
        </div>
      </section>
      <p className="problem" role="alert">
        {problem && !placed ? problem.text : ''}
      </p>
      {mayChange ? (
        <div>
          <Button type="primary" htmlType="submit" loading={busy} data-act="save-hours">
            {t('hours.save')}
          </Button>
        </div>
      ) : (
        <p className="meta">{t('hours.read_only')}</p>
      )}
    </form>
  );
};

const HoursField = (props: {
  id: string;
  label: string;
  value: string;
  placeholder: string;
  problem: string;
  disabled: boolean;
  onChange: (text: string) => void;
}) => (
  <div className="hours-row">
    <label htmlFor={`hours-${props.id}`}>{props.label}</label>
    <Input
      id={`hours-${props.id}`}
      value={props.value}
      placeholder={props.placeholder}
      disabled={props.disabled}
      aria-invalid={props.problem !== ''}
      aria-describedby={props.problem ? `hours-${props.id}-problem` : undefined}
      onChange={(event) => props.onChange(event.target.value)}
    />
    {props.problem && (
      <p id={`hours-${props.id}-problem`} className="problem" role="alert">
        {props.problem}
      </p>
    )}
  </div>
);
