import { useNow } from '../ui/clock.ts';
import { useStore } from '../ui/store.ts';
import { desk, notice } from './services.ts';

const SHOWN_MS = 12_000;

/** What could not be done, on the pages that have no place of their own for it: the desk's foot and the bar say it themselves. */
export const Said = ({ onDesk }: { onDesk: boolean }) => {
  const now = useNow();
  const said = useStore(notice);
  const { card } = useStore(desk.view);
  const text = said && now - said.at < SHOWN_MS && !onDesk && !card ? said.text : '';
  return (
    <p className={text ? 'said' : 'visually-hidden'} role="status">
      {text}
    </p>
  );
};
