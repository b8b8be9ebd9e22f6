import { useQuery } from '@tanstack/react-query';
import {
  Archive,
  Ban,
  Bookmark,
  CalendarPlus,
  Check,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CircleSlash,
  FilePen,
  Gavel,
  Lock,
  type LucideIcon,
  Megaphone,
  Merge,
  MessageCircleReply,
  PhoneMissed,
  PhoneOutgoing,
  Repeat2,
  Reply,
  RotateCcw,
  ScanSearch,
  Send,
  Siren,
  Star,
  Undo2,
} from 'lucide-react';
import type { CaseRow } from '../../cases/life-schemas.ts';
import type { CaseSide, CaseState } from '../../cases/states.ts';
import type { WorkCalendar } from '../../core/working-time.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { useNow } from '../ui/clock.ts';
import { Icon, Tag } from '../ui/parts.tsx';
import { type Clocked, calendarOf, dueWords, lasted, timeLine } from './due-view.ts';

/** Icon and word of every state (console.md §7); states have no colours of their own. */
const STATE_ICON: Readonly<Record<CaseState, LucideIcon>> = {
  draft: CircleDashed,
  registered: FilePen,
  reviewing: ScanSearch,
  direct_closed: MessageCircleReply,
  not_accepted: CircleSlash,
  dispatched: Send,
  signed: Check,
  handling: CircleDot,
  ledger: Bookmark,
  feedback: Reply,
  callback_pending: PhoneOutgoing,
  callback_failed: PhoneMissed,
  rework: RotateCcw,
  supervising: Gavel,
  closed: CircleCheck,
  terminated: Ban,
  merged: Merge,
  archived: Archive,
};
const SIDE_ICON: Readonly<Record<CaseSide, LucideIcon>> = {
  return_requested: Undo2,
  extension_requested: CalendarPlus,
  ledger_requested: Bookmark,
  terminate_requested: Ban,
};

const DONE: readonly CaseState[] = ['closed', 'direct_closed', 'archived'];
const LOOK: readonly CaseState[] = ['rework', 'supervising', 'callback_failed'];

export const CaseStatus = ({ state, side = null, round = 0 }: { state: CaseState; side?: CaseSide | null; round?: number }) => {
  const { t } = useWords();
  return (
    <span className="case-status">
      <span className="case-state" data-tone={DONE.includes(state) ? 'green' : LOOK.includes(state) ? 'amber' : 'plain'}>
        <Icon of={STATE_ICON[state]} /> {t(`case_state.${state}`)}
        {round > 1 && ` · ${t('case_round', { n: round })}`}
      </span>
      {side && (
        <Tag icon={SIDE_ICON[side]} tone="amber">
          {t(`case_side.${side}`)}
        </Tag>
      )}
    </span>
  );
};

/** Marks that change how a case is handled; each its icon and word. */
export const Marks = ({ of, times = 1 }: { of: Pick<CaseRow, 'urgent' | 'keyCase' | 'important' | 'confidential'>; times?: number }) => {
  const { t } = useWords();
  return (
    <>
      {of.urgent && (
        <Tag icon={Siren} tone="red">
          {t('field.urgent')}
        </Tag>
      )}
      {times > 1 && (
        <Tag icon={Repeat2} tone="amber">
          {t('mark.times', { n: times })}
        </Tag>
      )}
      {of.keyCase && <Tag icon={Star}>{t('field.keyCase')}</Tag>}
      {of.important && <Tag icon={Megaphone}>{t('field.important')}</Tag>}
      {of.confidential && <Tag icon={Lock}>{t('field.confidential')}</Tag>}
    </>
  );
};

/** A card is drawn as one: upright, and the red one with a cut corner, so that its shape tells without its colour. */
export const CardShape = ({ card }: { card: 'none' | 'yellow' | 'red' }) => {
  const { t } = useWords();
  if (card === 'none') return null;
  return (
    <span className="card-shape" data-card={card} role="img" aria-label={t(`card.${card}`)}>
      <svg width="9" height="13" viewBox="0 0 9 13" aria-hidden>
        <path d={card === 'red' ? 'M0.5 0.5H5.5L8.5 3.5V12.5H0.5Z' : 'M0.5 0.5H8.5V12.5H0.5Z'} />
      </svg>
    </span>
  );
};

export const useCalendar = (): WorkCalendar | null =>
  calendarOf(useQuery({ queryKey: ['calendar'], queryFn: api.calendar, staleTime: 3_600_000 }).data);

type Timed = Clocked & { startAt: string | null; extendedDays?: number };

/** The term as cells with its words: small in lists, large on the case's page. */
export const Due = ({ of, large = false, lead }: { of: Timed; large?: boolean; lead?: string }) => {
  const { t } = useWords();
  const now = useNow();
  const calendar = useCalendar();
  const words = dueWords(of, now, calendar);
  if (!words) return <span className="meta">{t('due.none')}</span>;
  const said = t(words.key, words.values);
  const cells = timeLine(of, now, calendar);
  return (
    <span className={large ? 'due large' : 'due'}>
      <span className="due-words" data-tone={words.tone}>
        <CardShape card={of.card} /> {of.card === 'red' && large ? `${t('card.red')} ` : ''}
        {lead ? `${lead} ` : ''}
        {said}
      </span>
      {cells.length > 0 && (
        <span
          className="line"
          role="img"
          aria-label={t('line.label', { n: cells.filter((cell) => cell.kind !== 'over').length, words: said })}
        >
          {cells.map((cell, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place
            <span key={index} className="line-cell" data-kind={cell.kind} data-card={of.card} data-gap={cell.gap} />
          ))}
        </span>
      )}
    </span>
  );
};

/** What breaks next of a row of a list: the dispatcher's clock before dispatch, the unit's after. */
export const RowDue = ({ row }: { row: CaseRow }) => {
  const { t } = useWords();
  const before = row.state === 'registered' || row.state === 'reviewing';
  const at = { dueAt: row.breaksAt, card: row.card, urgent: row.urgent || before, startAt: before ? null : row.dispatchedAt };
  return row.breaksAt === null ? <span className="meta">—</span> : <Due of={at} {...(before ? { lead: t('due.dispatch') } : {})} />;
};

export const Lasted = ({ from, to }: { from: string; to: string | null }) => {
  const { t } = useWords();
  const now = useNow();
  const { key, n } = lasted((to === null ? now : Date.parse(to)) - Date.parse(from));
  return <>{t(key, { n })}</>;
};
