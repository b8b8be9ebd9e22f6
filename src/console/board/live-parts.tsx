import { CloudOff, Radio } from 'lucide-react';
import type { ReactNode } from 'react';
import { useWords } from '../i18n/i18n.ts';
import { duration, timeWithSeconds } from '../ui/format.ts';
import { Icon } from '../ui/parts.tsx';
import type { PictureNow } from './use-picture.ts';

/** Whether a picture is of this moment, or how old it is. */
export const LiveMark = ({ live, now, downSince }: Pick<PictureNow<'board'>, 'live' | 'now' | 'downSince'>) => {
  const { t } = useWords();
  return (
    <span className={live ? 'board-live' : 'board-live board-amber'} role="status">
      <Icon of={live ? Radio : CloudOff} size={15} />
      {live
        ? `${t('board.live')} ${timeWithSeconds(now)}`
        : t('board.stale', { time: duration((Date.now() - (downSince ?? Date.now())) / 1000) })}
    </span>
  );
};

interface FigureProps {
  word: string;
  value: ReactNode;
  /** Behind the number: its unit, or a mark. */
  unit?: ReactNode;
  note: ReactNode;
  amber?: boolean;
}

/** One of the large numbers at the top of a picture. */
export const Figure = ({ word, value, unit, note, amber = false }: FigureProps) => (
  <div className="board-figure">
    <dt>{word}</dt>
    <dd className={amber ? 'board-amber' : undefined}>
      <b>{value}</b> {unit}
    </dd>
    <dd className="board-note">{note}</dd>
  </div>
);
