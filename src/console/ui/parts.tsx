import type { LucideIcon } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { createPortal } from 'react-dom';
import { messageOf } from '../api/client.ts';
import { useWords } from '../i18n/i18n.ts';
import type { PhraseKey } from '../i18n/phrases.ts';
import { useNow } from './clock.ts';
import { caseNumberParts, fullInstant, moment } from './format.ts';

export const Icon = ({ of: Shape, size = 16, className }: { of: LucideIcon; size?: number; className?: string }) => (
  <Shape size={size} strokeWidth={1.75} aria-hidden className={className} />
);

export type Tone = 'plain' | 'blue' | 'green' | 'amber' | 'red' | 'violet';

/** Icon and word, always both: nothing is told by colour alone. */
export const Tag = ({ icon, tone = 'plain', children }: { icon?: LucideIcon; tone?: Tone; children: ReactNode }) => (
  <span className={`tag tone-${tone}`}>
    {icon && <Icon of={icon} size={14} />}
    {children}
  </span>
);

export const KeyCap = ({ children }: { children: ReactNode }) => <kbd className="keycap">{children}</kbd>;

/** 261124 102935 **000417**; a screen reader hears the digits one by one. */
export const CaseNumber = ({ number, short = false }: { number: string; short?: boolean }) => {
  const { head, tail } = caseNumberParts(number);
  return (
    <span className="case-number" title={number}>
      {!short && <span className="case-number-head">{head} </span>}
      <b>{tail}</b>
    </span>
  );
};

export const Moment = ({ at }: { at: string | null }) => {
  const { language } = useWords();
  const now = useNow();
  if (!at) return <span>—</span>;
  const instant = Date.parse(at);
  return (
    <time dateTime={at} title={fullInstant(instant)}>
      {moment(instant, now, language)}
    </time>
  );
};

export const PanelHead = ({ title, side, id }: { title: ReactNode; side?: ReactNode; id?: string }) => (
  <div className="panel-head">
    <h2 id={id}>{title}</h2>
    {side !== undefined && <span className="panel-side">{side}</span>}
  </div>
);

/** Grey bars of the final height; nothing at all for the first 200 ms (the style sheet delays them). */
export const Loading = ({ rows = 5, height = 40 }: { rows?: number; height?: number }) => {
  const { t } = useWords();
  return (
    <div className="loading" role="status" aria-label={t('state.loading')}>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bars have no identity
        <div key={index} className="loading-row" style={{ height }} />
      ))}
    </div>
  );
};

export const Empty = ({ title, children }: { title: string; children?: ReactNode }) => (
  <div className="empty">
    <p className="empty-title">{title}</p>
    {children && <div className="empty-more">{children}</div>}
  </div>
);

/** What failed, in its own place, with the one thing to do about it. */
export const Failed = ({ error, onRetry }: { error: unknown; onRetry: () => void }) => {
  const { t } = useWords();
  return (
    <div className="failed" role="alert">
      <p>
        <b>{t('failed.title')}</b>
      </p>
      <p>{messageOf(error)}</p>
      <button type="button" className="plain-button" onClick={onRetry}>
        {t('act.retry')}
      </button>
    </div>
  );
};

export const PageTop = ({ title, note, children }: { title: string; note?: ReactNode; children?: ReactNode }) => (
  <div className="page-top">
    <h1>{title}</h1>
    {note !== undefined && <span className="page-note">{note}</span>}
    <span className="grow" />
    {children}
  </div>
);

/** The browser's own dialog: it keeps the focus inside, closes with Esc and gives the focus back. */
export const Dialog = ({
  title,
  onClose,
  children,
  wide = false,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
}) => {
  const { t } = useWords();
  const box = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const element = box.current;
    if (element && !element.open) element.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog ref={box} className={wide ? 'dialog wide' : 'dialog'} aria-labelledby={heading} onClose={onClose}>
      <div className="dialog-head">
        <h2 id={heading}>{title}</h2>
        <button type="button" className="plain-button" onClick={() => box.current?.close()}>
          {t('act.close')}
        </button>
      </div>
      <div className="dialog-body">{children}</div>
    </dialog>
  );
};

/** A dialog that is opened from within a bar is no part of the bar. */
export const DialogOver = (props: Parameters<typeof Dialog>[0]) => createPortal(<Dialog {...props} />, document.body);

export const VisuallyHidden = ({ children }: { children: ReactNode }) => <span className="visually-hidden">{children}</span>;

/** The head of a list's table, one word a column; `figures` stand at the right like the numbers below them. */
export const ColumnHeads = <K extends PhraseKey>({ of, figures = [] }: { of: readonly K[]; figures?: readonly K[] }) => {
  const { t } = useWords();
  return (
    <thead>
      <tr>
        {of.map((key) => (
          <th key={key} scope="col" className={figures.includes(key) ? 'figure' : undefined}>
            {t(key)}
          </th>
        ))}
      </tr>
    </thead>
  );
};
