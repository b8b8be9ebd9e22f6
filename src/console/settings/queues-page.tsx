import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { CircleCheck, CircleSlash, CloudOff, Plus } from 'lucide-react';
import { useId, useState } from 'react';
import type { QueuesView } from '../../queues/schemas.ts';
import { QUEUE_STRATEGIES } from '../../telephony/port.ts';
import { ApiError, messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { openHotline } from '../app/hotline.ts';
import { useWords } from '../i18n/i18n.ts';
import type { PhraseKey } from '../i18n/phrases.ts';
import { ColumnHeads, Empty, Failed, Icon, Loading, PageTop, PanelHead, Tag } from '../ui/parts.tsx';
import { PeopleInQueues } from './places.tsx';
import { emptyQueue, formOfQueue, isEverybodys, type QueueForm, queueOf } from './queues-view.ts';
import { SettingsTabs } from './settings-tabs.tsx';
import { SkillsEditor } from './skills-editor.tsx';

const KEY = ['queues'];

/** The queues, who stands in them and what people can. Saved, it is in force on the switch. */
export const QueuesPage = () => {
  const { t } = useWords();
  const { queue: wanted } = useSearch({ strict: false }) as { queue?: string };
  const { data, error, refetch } = useQuery({ queryKey: KEY, queryFn: api.queues });
  const chosen = data?.queues.find(({ queue }) => queue === wanted);
  return (
    <main className="page">
      <PageTop title={t('queues.title')}>
        {data && (
          <Tag icon={data.onSwitch ? CircleCheck : CloudOff} tone={data.onSwitch ? 'green' : 'amber'}>
            {t(data.onSwitch ? 'hours.on_switch' : 'hours.not_on_switch')}
          </Tag>
        )}
        <SettingsTabs />
      </PageTop>
      <div className="page-split">
        <div>
          {error && <Failed error={error} onRetry={() => void refetch()} />}
          {!data && !error && <Loading rows={10} height={36} />}
          {data && <QueueTable view={data} chosen={wanted} />}
          {data && <PeopleInQueues />}
        </div>
        <aside className="page-side" aria-label={t('queues.one')}>
          {data && wanted === 'new' && <QueueEditor key="new" view={data} form={emptyQueue()} isNew />}
          {data && chosen && <QueueEditor key={`${chosen.queue} ${data.version}`} view={data} form={formOfQueue(chosen)} isNew={false} />}
          {data && !chosen && wanted !== 'new' && (
            <>
              <Empty title={t('queues.choose')}>{t('queues.choose_note')}</Empty>
              <SkillsEditor key={data.version} view={data} />
            </>
          )}
        </aside>
      </div>
    </main>
  );
};

const QueueTable = ({ view, chosen }: { view: QueuesView; chosen: string | undefined }) => {
  const { t, language } = useWords();
  const navigate = useNavigate();
  return (
    <>
      <table className="table">
        <ColumnHeads of={['queues.name', 'queues.code', 'queues.strategy', 'queues.members', 'queues.state']} />
        <tbody>
          {view.queues.map((row) => (
            <tr key={row.queue} data-chosen={row.queue === chosen}>
              <td>
                <Link to="/settings/queues" search={{ queue: row.queue }} data-row>
                  {language === 'en' ? row.en : row.zh}
                </Link>
              </td>
              <td>{row.queue}</td>
              <td>{t(`queues.strategy.${row.strategy}`)}</td>
              <td>
                {row.members} ({row.signedIn})
              </td>
              <td>{row.open ? t('queues.open') : <Tag icon={CircleSlash}>{t('queues.closed')}</Tag>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="padded">
        <Button
          icon={<Icon of={Plus} />}
          data-act="new-queue"
          onClick={() => void navigate({ to: '/settings/queues', search: { queue: 'new' } })}
        >
          {t('queues.add')}
        </Button>
      </p>
    </>
  );
};

interface Problem {
  field: string;
  text: string;
}
const problemOf = (error: unknown): Problem => {
  const field = error instanceof ApiError ? (error.details as { field?: unknown }).field : undefined;
  return { field: typeof field === 'string' ? field : '', text: messageOf(error) };
};

const QueueEditor = ({ view, form: first, isNew }: { view: QueuesView; form: QueueForm; isNew: boolean }) => {
  const { t, language } = useWords();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [form, setForm] = useState(first);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);
  const change = (part: Partial<QueueForm>): void => {
    setForm({ ...form, ...part });
    setProblem(null);
    setSure(false);
  };
  const run = async (ask: () => Promise<QueuesView>, then: string | undefined): Promise<void> => {
    setBusy(true);
    try {
      queries.setQueryData(KEY, await ask());
      // The words of queues stand on every page.
      void openHotline();
      await queries.invalidateQueries({ queryKey: ['standings'] });
      await navigate({ to: '/settings/queues', search: then === undefined ? {} : { queue: then } });
    } catch (error) {
      setProblem(problemOf(error));
      setSure(false);
    } finally {
      setBusy(false);
    }
  };
  const save = (): Promise<void> => {
    const { queue, ...fields } = queueOf(form);
    return run(
      () =>
        isNew
          ? api.addQueue({ version: view.version, queue: { queue, ...fields } })
          : api.changeQueue(queue, { version: view.version, queue: fields }),
      queue,
    );
  };
  const everybodys = isEverybodys(view, form.queue);
  const props = { form, problem, onChange: change };
  return (
    <form
      className="panel stack"
      aria-label={t('queues.one')}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <PanelHead title={isNew ? t('queues.add') : language === 'en' ? form.en : form.zh} side={isNew ? undefined : form.queue} />
      {everybodys && <p className="meta">{t('queues.everybodys')}</p>}
      {isNew && <TextField name="queue" word="queues.code" hint={t('queues.code_hint')} {...props} />}
      <TextField name="zh" word="queues.zh" {...props} />
      <TextField name="en" word="queues.en" {...props} />
      <Choice
        name="strategy"
        word="queues.strategy"
        options={QUEUE_STRATEGIES.map((each) => [each, t(`queues.strategy.${each}`)])}
        {...props}
      />
      <TextField name="ringSeconds" word="queues.ring" {...props} />
      <TextField name="wrapUpSeconds" word="queues.wrap" {...props} />
      {!everybodys && <OwnFields view={view} {...props} />}
      <p className="problem" role="status">
        {problem?.field === '' || problem?.field === 'numbers' ? problem.text : ''}
      </p>
      <div className="row">
        <Button type="primary" htmlType="submit" loading={busy} data-act="save-queue">
          {t('act.save')}
        </Button>
        {!isNew && !everybodys && (
          <Button
            danger={sure}
            disabled={busy}
            data-act="delete-queue"
            onClick={() => (sure ? void run(() => api.removeQueue(form.queue, view.version), undefined) : setSure(true))}
          >
            {t(sure ? 'queues.delete_sure' : 'queues.delete')}
          </Button>
        )}
      </div>
    </form>
  );
};

interface FieldProps {
  form: QueueForm;
  problem: Problem | null;
  onChange: (part: Partial<QueueForm>) => void;
}

/** What everybody's queue does not have. */
const OwnFields = ({ view, ...props }: FieldProps & { view: QueuesView }) => {
  const { t, language } = useWords();
  const { form, onChange } = props;
  return (
    <>
      <Choice
        name="announcement"
        word="queues.announcement"
        options={[
          ['', t('queues.no_prompt')],
          ...view.announcements.map((id): [string, string] => [id, t(`queues.prompt.${id}` as PhraseKey)]),
        ]}
        {...props}
      />
      {form.announcement !== '' && <TextField name="announceEverySeconds" word="queues.announce_every" {...props} />}
      <TextField name="patienceSeconds" word="queues.patience" {...props} />
      <Choice
        name="skill"
        word="queues.skill"
        options={[
          ['', t('queues.no_skill')],
          ...view.skills.map(({ code, zh, en }): [string, string] => [code, language === 'en' ? en : zh]),
        ]}
        {...props}
      />
      <fieldset className="field roles">
        <legend>{t('queues.numbers')}</legend>
        {view.numbers.map((number) => (
          <label key={number} className="check-line">
            <input
              type="checkbox"
              checked={form.numbers.includes(number)}
              onChange={(event) =>
                onChange({ numbers: event.target.checked ? [...form.numbers, number] : form.numbers.filter((each) => each !== number) })
              }
            />{' '}
            {number}
          </label>
        ))}
      </fieldset>
      <label className="check-line">
        <input type="checkbox" checked={form.open} onChange={(event) => onChange({ open: event.target.checked })} /> {t('queues.open')}
        <small className="meta"> {t('queues.open_note')}</small>
      </label>
    </>
  );
};

type TextName = 'queue' | 'zh' | 'en' | 'ringSeconds' | 'wrapUpSeconds' | 'patienceSeconds' | 'announceEverySeconds';

const TextField = ({ name, word, form, problem, onChange, hint = '' }: FieldProps & { name: TextName; word: PhraseKey; hint?: string }) => {
  const { t } = useWords();
  const id = useId();
  const wrong = problem?.field === name ? problem.text : '';
  return (
    <div className="field">
      <label htmlFor={id}>{t(word)}</label>
      <Input
        id={id}
        value={form[name]}
        autoComplete="off"
        inputMode={/Seconds$/.test(name) ? 'numeric' : 'text'}
        aria-invalid={wrong !== ''}
        onChange={(event) => onChange({ [name]: event.target.value })}
      />
      {(wrong || hint) && (
        <p className={wrong ? 'problem' : 'meta'} role={wrong ? 'alert' : undefined}>
          {wrong || hint}
        </p>
      )}
    </div>
  );
};

interface ChoiceProps extends FieldProps {
  name: 'strategy' | 'announcement' | 'skill';
  word: PhraseKey;
  options: readonly (readonly [value: string, text: string])[];
}

const Choice = ({ name, word, options, form, problem, onChange }: ChoiceProps) => {
  const { t } = useWords();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{t(word)}</label>
      <select id={id} className="select" value={form[name]} onChange={(event) => onChange({ [name]: event.target.value })}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      {problem?.field === name && <p className="problem">{problem.text}</p>}
    </div>
  );
};
