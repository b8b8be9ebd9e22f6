import { useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { CasePageView, Moved, MoveForm } from '../../cases/life-schemas.ts';
import { ApiError, messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { onKey } from '../app/keys.ts';
import { tell } from '../app/services.ts';
import { useWords } from '../i18n/i18n.ts';
import { KeyCap } from '../ui/parts.tsx';
import { CaseStatus } from './case-status.tsx';
import { movesInOrder, openOrders } from './life-view.ts';
import { MoveFields } from './move-fields.tsx';
import { asksNothing, commandOf, emptyValues, openFields, type Values } from './move-values.ts';

interface Stale {
  theirs: Moved;
  changedBy: string | null;
  version: number;
}

/** What somebody began to fill in outlives a reload, an ended session and a case that moved meanwhile. */
const keptKey = (caseId: number, command: string): string => `hotline.move.${caseId}.${command}`;
const kept = (caseId: number, command: string): Partial<Values> => {
  try {
    return JSON.parse(localStorage.getItem(keptKey(caseId, command)) ?? '{}') as Partial<Values>;
  } catch {
    return {};
  }
};
const KEEP_WITHIN_MS = 250;

const useValues = (view: CasePageView, form: MoveForm) => {
  const [values, setValues] = useState<Values>(() => {
    const orders = openOrders(view.timeline).filter((order) => (order.kind === 'important_report') === (form.command === 'confirm_report'));
    const first = { ...emptyValues(Date.now(), view.form), orderId: orders.length === 1 ? (orders[0]?.orderId ?? null) : null };
    return { ...first, ...kept(view.caseId, form.command) };
  });
  const [touched, setTouched] = useState(false);
  useEffect(() => {
    if (!touched) return;
    const timer = setTimeout(() => {
      try {
        localStorage.setItem(keptKey(view.caseId, form.command), JSON.stringify(values));
      } catch {
        // Full storage: the words are still on the page.
      }
    }, KEEP_WITHIN_MS);
    return () => clearTimeout(timer);
  }, [values, touched, view.caseId, form.command]);
  const set = <K extends keyof Values>(field: K, value: Values[K]): void => {
    setTouched(true);
    setValues((before) => ({ ...before, [field]: value }));
  };
  return { values, set };
};

/** Sends a move; what was first comes back as both sides, what is refused as the service's sentence. */
const useMove = (view: CasePageView, onMoved: () => void) => {
  const { t } = useWords();
  const queries = useQueryClient();
  const [stale, setStale] = useState<Stale | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const busy = useRef(false);
  const send = async (form: MoveForm, values: Values): Promise<void> => {
    if (busy.current) return;
    busy.current = true;
    try {
      await api.moveCase(view.caseId, view.version, commandOf(form, values));
      localStorage.removeItem(keptKey(view.caseId, form.command));
      setStale(null);
      setRefused(null);
      tell(t('moves.done', { move: t(`move.${form.command}`) }));
      await Promise.all([queries.invalidateQueries({ queryKey: ['case'] }), queries.invalidateQueries({ queryKey: ['cases'] })]);
      onMoved();
    } catch (error) {
      if (error instanceof ApiError && error.code === 'case.version_stale')
        setStale({ ...(error.details as { theirs: Moved; changedBy: string | null }), version: view.version });
      else setRefused(messageOf(error));
    } finally {
      busy.current = false;
    }
  };
  return { stale, refused, send, forget: () => setRefused(null) };
};

/**
 * What this person may do with the case now, as the service says it: the next step as the primary button, the rest beside it, and
 * the form of whichever was chosen above them.
 */
export const Moves = ({ view, onMoved = () => {} }: { view: CasePageView; onMoved?: () => void }) => {
  const { t } = useWords();
  const { primary, near, aside } = movesInOrder(view.forms);
  const [chosen, setChosen] = useState<string | null>(null);
  const move = useMove(view, () => {
    setChosen(null);
    onMoved();
  });
  const form = view.forms.find((each) => each.command === chosen);
  const start = useCallback(
    (each: MoveForm): void => {
      move.forget();
      if (asksNothing(each) && each.lacks.length === 0) void move.send(each, emptyValues(Date.now(), view.form));
      else setChosen(each.command);
    },
    [move, view.form],
  );
  useEffect(() => (form || !primary ? undefined : onKey('submit', () => start(primary))), [form, primary, start]);
  const button = (each: MoveForm) => (
    <button
      key={each.command}
      type="button"
      className="plain-button"
      data-move={each.command}
      aria-pressed={each.command === chosen}
      onClick={() => start(each)}
    >
      {t(`move.${each.command}`)}
    </button>
  );
  return (
    <section className="moves" aria-label={t('moves.title')}>
      {move.stale?.version === view.version && <StaleMove stale={move.stale} yours={form ?? primary} />}
      {move.refused && (
        <p className="problem" role="alert">
          {move.refused}
        </p>
      )}
      {form && (
        <MoveBox
          key={`${view.caseId}-${form.command}`}
          view={view}
          form={form}
          onSend={(values) => void move.send(form, values)}
          onClose={() => setChosen(null)}
        />
      )}
      <div className="moves-foot">
        {view.forms.length === 0 && <span className="meta">{t('moves.none')}</span>}
        {near.map(button)}
        {aside.length > 0 && (
          <details className="moves-aside">
            <summary className="plain-button">{t('moves.more')}</summary>
            <div className="menu">{aside.map(button)}</div>
          </details>
        )}
        {primary && !form && (
          <Button type="primary" data-move={primary.command} data-primary onClick={() => start(primary)}>
            {t(`move.${primary.command}`)} <KeyCap>Ctrl ↵</KeyCap>
          </Button>
        )}
      </div>
    </section>
  );
};

/** What the machine proposes is answered first; a choice made of radio buttons is not where writing begins. */
const focusFirst = (box: HTMLElement | null): void => {
  const first =
    box?.querySelector<HTMLElement>('[data-act=take-usual]') ?? box?.querySelector<HTMLElement>('input:not([type=radio]),textarea,select');
  first?.focus();
};

const MoveBox = (props: { view: CasePageView; form: MoveForm; onSend: (values: Values) => void; onClose: () => void }) => {
  const { t } = useWords();
  const { view, form, onSend, onClose } = props;
  const { values, set } = useValues(view, form);
  const box = useRef<HTMLFormElement>(null);
  const open = openFields(form, values);
  const lacks = form.lacks;
  const send = (): void => {
    if (open.length === 0 && lacks.length === 0) onSend(values);
    else box.current?.querySelector<HTMLElement>('input,textarea,select')?.focus();
  };
  useEffect(() => onKey('submit', send));
  useEffect(() => focusFirst(box.current), []);
  return (
    <form
      ref={box}
      className="move-box"
      aria-label={t(`move.${form.command}`)}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <h2>{t(`move.${form.command}`)}</h2>
      <MoveFields form={form} view={view} values={values} set={set} />
      {lacks.length > 0 && (
        <p className="fact-amber">{t('moves.lacks', { what: lacks.map((each) => t(`lack.${each}`)).join(t('list.comma')) })}</p>
      )}
      {lacks.length === 0 && open.length > 0 && (
        <p className="fact-amber">{t('moves.lacks', { what: open.map((each) => t(each)).join(t('list.comma')) })}</p>
      )}
      <p className="row">
        <button type="button" className="plain-button" onClick={onClose} title={t('moves.kept')}>
          {t('moves.cancel')}
        </button>
        <span className="grow" />
        <Button type="primary" data-act="send-move" onClick={send}>
          {t(`move.${form.command}`)} <KeyCap>Ctrl ↵</KeyCap>
        </Button>
      </p>
    </form>
  );
};

/** Somebody was first: what was to be done and what is, side by side; nothing typed is lost. */
const StaleMove = ({ stale, yours }: { stale: Stale; yours: MoveForm | null }) => {
  const { t } = useWords();
  const queries = useQueryClient();
  return (
    <section className="conflict" role="alert">
      <p>
        <b>{t('moves.stale', { name: stale.changedBy ?? t('conflict.someone') })}</b>
      </p>
      <p className="conflict-note">{t('moves.stale_note')}</p>
      <table>
        <tbody>
          <tr>
            <th scope="row">{t('moves.yours')}</th>
            <td>
              {yours ? t(`move.${yours.command}`) : '—'} <span className="meta">{t('moves.on_version', { n: stale.version })}</span>
            </td>
          </tr>
          <tr>
            <th scope="row">{t('moves.theirs')}</th>
            <td>
              <CaseStatus state={stale.theirs.state} side={stale.theirs.side} round={stale.theirs.round} />{' '}
              <span className="meta">{t('moves.on_version', { n: stale.theirs.version })}</span>
            </td>
          </tr>
        </tbody>
      </table>
      <Button data-act="look-again" onClick={() => void queries.invalidateQueries({ queryKey: ['case'] })}>
        {t('moves.look_again')}
      </Button>
    </section>
  );
};
