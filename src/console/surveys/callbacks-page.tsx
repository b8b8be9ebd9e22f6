import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Input, Segmented } from 'antd';
import { useEffect, useId, useRef, useState } from 'react';
import { REASONS } from '../../cases/states.ts';
import type { LinkView, WorkRow } from '../../surveys/schemas.ts';
import { PERSON_OUTCOMES } from '../../surveys/states.ts';
import { ApiError, messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { DialButton } from '../app/dial-menu.tsx';
import { may } from '../app/places.ts';
import { tell } from '../app/services.ts';
import { session } from '../app/session.ts';
import { CaseFacts, Life } from '../cases/life-page.tsx';
import { fromLocalInput } from '../cases/move-values.ts';
import { Moves } from '../cases/moves.tsx';
import { useWords } from '../i18n/i18n.ts';
import type { PhraseKey } from '../i18n/phrases.ts';
import { useNow } from '../ui/clock.ts';
import { moment } from '../ui/format.ts';
import { useListKeys } from '../ui/list-keys.ts';
import { CitizenNumber } from '../ui/number.tsx';
import { CaseNumber, Empty, Failed, Loading, PageTop } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { type CallDraft, EMPTY_CALL, needsReason, openOf, type Part, partOfRow, recordOf, saidWords, whyOf } from './surveys-view.ts';
import { useUnitName } from './use-unit-name.ts';
import { Voice } from './voice.tsx';
import '../cases/cases.css';
import './surveys.css';

const REFRESH_MS = 15_000;
const PARTS: readonly Part[] = ['call', 'ruling'];

interface Address {
  part?: Part;
  task?: number;
}

/** What the machine could not do, by what breaks first, with the machine's own questions; and what waits for a ruling. */
export const CallbacksPage = () => {
  const { t } = useWords();
  const { me } = useStore(session);
  const navigate = useNavigate();
  const address = useSearch({ strict: false }) as Address;
  const part = PARTS.find((each) => each === address.part) ?? 'call';
  const { data, error, refetch } = useQuery({ queryKey: ['callbacks'], queryFn: api.callbacks, refetchInterval: REFRESH_MS });
  const list = useRef<HTMLDivElement>(null);
  useListKeys(list);
  const rows = data?.filter((row) => partOfRow(row) === part);
  const chosen = rows?.find((row) => row.taskId === Number(address.task));
  const go = (next: Address): void => void navigate({ to: '/callbacks', search: next as never, replace: true });
  return (
    <main className="page">
      <PageTop title={t('callbacks.title')} note={t('callbacks.note')}>
        {me && (may(me, 'surveys.read') || may(me, 'surveys.manage')) && <Link to="/surveys">{t('surveys.title')}</Link>}
        <Segmented
          aria-label={t('callbacks.title')}
          value={part}
          onChange={(next) => go({ part: next })}
          options={PARTS.map((each) => ({ value: each, label: t(`callbacks.part_${each}`) }))}
        />
      </PageTop>
      <div className="page-split">
        <div ref={list} className="work-list">
          {!rows && !error && <Loading rows={10} height={52} />}
          {error && !rows ? <Failed error={error} onRetry={() => void refetch()} /> : null}
          {rows?.length === 0 && <Empty title={t(`callbacks.empty_${part}`)}>{t(`callbacks.empty_${part}_note`)}</Empty>}
          <ul>
            {rows?.map((row) => (
              <Row key={row.taskId} row={row} chosen={row === chosen} onChoose={() => go({ part, task: row.taskId })} />
            ))}
          </ul>
        </div>
        <aside className="page-side life-side" aria-label={t('callbacks.choose')}>
          {!chosen && <Empty title={t('callbacks.choose')}>{t('callbacks.choose_note')}</Empty>}
          {chosen && part === 'call' && <ToCall key={chosen.taskId} row={chosen} onDone={() => go({ part })} />}
          {chosen && part === 'ruling' && <ToRule key={chosen.taskId} row={chosen} onDone={() => go({ part })} />}
        </aside>
      </div>
    </main>
  );
};

const Row = ({ row, chosen, onChoose }: { row: WorkRow; chosen: boolean; onChoose: () => void }) => {
  const { t, language } = useWords();
  const now = useNow();
  const name = useUnitName();
  const late = row.dueAt !== null && Date.parse(row.dueAt) < now && row.asks !== 'questions';
  return (
    <li className="queue-row" data-chosen={chosen}>
      <button type="button" data-row data-task={row.taskId} aria-current={chosen} onClick={onChoose}>
        <span className="work-due due-words" data-tone={late ? 'red' : 'plain'}>
          {row.dueAt ? moment(Date.parse(row.dueAt), now, language) : '—'}
        </span>
        <span className="work-what">
          <span className="work-title">
            <b>{row.title || t('callbacks.guarded')}</b>
          </span>
          <span className="meta">
            <CaseNumber number={row.caseNumber ?? ''} short /> · {name(row.unitCode)} · {t(whyOf(row.reason))}
            {row.attempts > 0 && ` · ${t('callbacks.attempts', { n: row.attempts })}`}
            {row.round > 1 && ` · ${t('callbacks.second', { n: row.round })}`}
          </span>
        </span>
      </button>
    </li>
  );
};

/** Who is to be called about what, and what they said so far. */
const Head = ({ row }: { row: WorkRow }) => {
  const { t } = useWords();
  const said = saidWords(row.said).map((word) => t(word));
  return (
    <div className="call-head">
      {row.number === null ? (
        <span className="call-number">{t('callbacks.no_number')}</span>
      ) : (
        <span className="call-number">
          <CitizenNumber number={{ masked: row.number, full: null }} show={(reason) => api.showCallbackNumber(row.taskId, reason)} />{' '}
          <DialButton to={{ kind: 'survey', taskId: row.taskId }} />
        </span>
      )}
      <span>
        <CaseNumber number={row.caseNumber ?? ''} />{' '}
        <Link to="/cases/$caseId" params={{ caseId: String(row.caseId) }}>
          {t('surveys.open_case')}
        </Link>
      </span>
      {said.length > 0 && (
        <span>
          {t('callbacks.machine_said')}
          {t('list.colon')}
          {said.join(' · ')}
        </span>
      )}
      {row.voices.map((voice) => (
        <span key={voice.voiceId}>
          <Voice voice={voice} />
        </span>
      ))}
      {row.lastCall && (
        <span className="meta">
          {t('callbacks.last', { name: row.lastCall.name })} · {t(`callbacks.outcome.${row.lastCall.outcome}`)}
          {row.lastCall.reasonCode && ` · ${t(`reason.${row.lastCall.reasonCode}` as PhraseKey)}`}
          {row.lastCall.text && ` · ${row.lastCall.text}`}
        </span>
      )}
    </div>
  );
};

/** For whoever would rather answer on a page: the link goes to their telephone and is shown to nobody here. */
const PageLink = ({ taskId }: { taskId: number }) => {
  const { t, language } = useWords();
  const now = useNow();
  const [link, setLink] = useState<LinkView | null>(null);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const send = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    try {
      setLink(await api.callbackLink(taskId));
    } catch (error) {
      setProblem(messageOf(error));
    }
    setBusy(false);
  };
  return (
    <div className="field">
      {link === null ? (
        <button type="button" className="plain-button" data-act="send-link" disabled={busy} onClick={() => void send()}>
          {t('callbacks.link')}
        </button>
      ) : (
        <span className="meta" role="status">
          {t('callbacks.link_sent', { time: moment(Date.parse(link.expiresAt), now, language) })}
        </span>
      )}
      {problem && (
        <span className="problem" role="alert">
          {problem}
        </span>
      )}
    </div>
  );
};

/** A call that has been recorded since is another form: what was typed for the one before must not come back for it. */
const keptKey = (row: WorkRow): string => `hotline.callback.${row.taskId}.${row.attempts}`;
const newFormId = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-');
const keptDraft = (key: string): CallDraft => {
  const empty = { ...EMPTY_CALL, formId: newFormId() };
  try {
    return { ...empty, ...(JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<CallDraft>) };
  } catch {
    return empty;
  }
};
const KEEP_WITHIN_MS = 250;

/** What was begun outlives a reload and a service that is away. */
const useDraft = (row: WorkRow) => {
  const [key] = useState(() => keptKey(row));
  const [first] = useState(() => keptDraft(key));
  const [draft, setDraft] = useState<CallDraft>(first);
  useEffect(() => {
    if (draft === first) return;
    const timer = setTimeout(() => {
      try {
        localStorage.setItem(key, JSON.stringify(draft));
      } catch {
        // Full storage: the words are still on the page.
      }
    }, KEEP_WITHIN_MS);
    return () => clearTimeout(timer);
  }, [draft, first, key]);
  const set = <K extends keyof CallDraft>(field: K, value: CallDraft[K]): void => setDraft((before) => ({ ...before, [field]: value }));
  return { draft, set, forget: (): void => localStorage.removeItem(key) };
};

const ToCall = ({ row, onDone }: { row: WorkRow; onDone: () => void }) => {
  const { t } = useWords();
  const queries = useQueryClient();
  const { draft, set, forget } = useDraft(row);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const open = openOf(draft, row.asks);
  const save = async (): Promise<void> => {
    if (open.length > 0 || busy) return;
    setBusy(true);
    try {
      await api.recordCallback(row.taskId, recordOf(draft, row.asks, fromLocalInput(draft.againAt)));
      forget();
      tell(t('callbacks.recorded'));
      await queries.invalidateQueries({ queryKey: ['callbacks'] });
      onDone();
    } catch (error) {
      if (error instanceof ApiError && error.code === 'survey.form_used') set('formId', newFormId());
      setProblem(messageOf(error));
      setBusy(false);
    }
  };
  return (
    <div className="life-side-body">
      <Head row={row} />
      <form
        className="call-form"
        aria-label={t('callbacks.outcome')}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Choice
          word="callbacks.outcome"
          value={draft.outcome}
          of={PERSON_OUTCOMES.map((each) => [each, `callbacks.outcome.${each}`])}
          onChoose={(outcome) => set('outcome', outcome)}
        />
        <Questions row={row} draft={draft} set={set} />
        {draft.outcome === 'not_now' && <Again value={draft.againAt} onChange={(at) => set('againAt', at)} />}
        <Note value={draft.text} onChange={(text) => set('text', text)} />
        <label className="check-line">
          <input type="checkbox" checked={draft.optOut} onChange={(event) => set('optOut', event.target.checked)} />
          {t('callbacks.opt_out')}
        </label>
        {open.length > 0 && <p className="fact-amber">{t('moves.lacks', { what: open.map((each) => t(each)).join(t('list.comma')) })}</p>}
        {problem && (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
        <p className="row">
          <Button type="primary" htmlType="submit" loading={busy} data-act="record-call">
            {t('callbacks.save')}
          </Button>
        </p>
        {row.canText && <PageLink taskId={row.taskId} />}
      </form>
    </div>
  );
};

type SetDraft = <K extends keyof CallDraft>(field: K, value: CallDraft[K]) => void;

const Questions = ({ row, draft, set }: { row: WorkRow; draft: CallDraft; set: SetDraft }) => {
  const { t } = useWords();
  if (draft.outcome !== 'reached') return null;
  return (
    <>
      {row.asks === 'questions' ? (
        <>
          <Choice
            word="callbacks.q1"
            value={draft.contacted}
            of={[
              [1, 'callbacks.yes'],
              [2, 'callbacks.no'],
            ]}
            onChoose={(value) => set('contacted', value)}
          />
          <Choice
            word="callbacks.q2"
            value={draft.settled}
            of={[
              [1, 'solved.yes'],
              [2, 'solved.partly'],
              [3, 'solved.no'],
            ]}
            onChoose={(value) => set('settled', value)}
          />
          <Choice
            word="callbacks.q3"
            value={draft.satisfied}
            of={[
              [5, 'score.5'],
              [4, 'score.4'],
              [3, 'score.3'],
              [2, 'score.2'],
              [1, 'score.1'],
            ]}
            onChoose={(value) => set('satisfied', value)}
          />
        </>
      ) : (
        <p>{t('callbacks.asks_reason')}</p>
      )}
      {needsReason(draft, row.asks) && <Reason value={draft.reasonCode} onChange={(code) => set('reasonCode', code)} />}
    </>
  );
};

const Choice = <V extends string | number>(props: {
  word: PhraseKey;
  value: V | null;
  of: readonly (readonly [V, PhraseKey])[];
  onChoose: (value: V) => void;
}) => {
  const { t } = useWords();
  const { word, value, of, onChoose } = props;
  return (
    <div className="field">
      <span>{t(word)}</span>
      <Segmented
        aria-label={t(word)}
        value={value ?? ('' as V)}
        onChange={(chosen) => onChoose(chosen as V)}
        options={of.map(([option, label]) => ({ value: option, label: t(label) }))}
      />
    </div>
  );
};

const Reason = ({ value, onChange }: { value: string; onChange: (code: string) => void }) => {
  const { t } = useWords();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{t('callbacks.reason')}</label>
      <select id={id} className="select" value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{t('carry.choose')}</option>
        {REASONS.dissatisfied.map((code) => (
          <option key={code} value={code}>
            {t(`reason.${code}`)}
          </option>
        ))}
      </select>
    </div>
  );
};

const Again = ({ value, onChange }: { value: string; onChange: (at: string) => void }) => {
  const { t } = useWords();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{t('callbacks.again_at')}</label>
      <Input id={id} type="datetime-local" value={value} onChange={(event) => onChange(event.target.value)} />
    </div>
  );
};

const Note = ({ value, onChange }: { value: string; onChange: (text: string) => void }) => {
  const { t } = useWords();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{t('callbacks.text')}</label>
      <Input.TextArea id={id} rows={3} maxLength={500} value={value} onChange={(event) => onChange(event.target.value)} />
    </div>
  );
};

/** The case with the reviewer's moves: rework, supervision, or explained and closed. A ruling ends the callback by itself. */
const ToRule = ({ row, onDone }: { row: WorkRow; onDone: () => void }) => {
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: ['case', String(row.caseId), 'life'],
    queryFn: () => api.caseLife(row.caseId),
    retry: false,
  });
  if (error && !data) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading rows={8} height={40} />;
  return (
    <>
      <div className="life-side-body">
        <Head row={row} />
        <CaseFacts view={data} />
        <Life view={data} />
      </div>
      <Moves
        view={data}
        onMoved={() => {
          void queries.invalidateQueries({ queryKey: ['callbacks'] });
          onDone();
        }}
      />
    </>
  );
};
