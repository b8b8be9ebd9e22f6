import { useInfiniteQuery } from '@tanstack/react-query';
import { useWords } from '../i18n/i18n.ts';

export interface Pages<T> {
  /** Undefined until the first page is there. */
  rows: T[] | undefined;
  error: unknown;
  refetch: () => void;
  /** Whether older rows are left, and the way to get them. */
  more: { left: boolean; loading: boolean; load: () => void };
}

interface Page<T> {
  rows: T[];
  next: string | null;
}

/** A list read page by page from the service's own mark, so that rows written meanwhile neither repeat nor hide any. */
export const usePages = <T,>(key: readonly unknown[], fetchPage: (after: string | null) => Promise<Page<T>>, enabled = true): Pages<T> => {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => fetchPage(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    enabled,
  });
  return {
    rows: query.data?.pages.flatMap((page) => page.rows),
    error: query.data ? null : query.error,
    refetch: () => void query.refetch(),
    more: { left: query.hasNextPage, loading: query.isFetchingNextPage, load: () => void query.fetchNextPage() },
  };
};

/** Under a list: how much of it is shown, and the way to the rest. */
export const More = ({ pages }: { pages: Pages<unknown> }) => {
  const { t } = useWords();
  const shown = pages.rows?.length ?? 0;
  if (shown === 0) return null;
  return (
    <p className="more">
      <span className="meta">{t(pages.more.left ? 'list.shown' : 'list.all', { n: shown })}</span>
      {pages.more.left && (
        <button type="button" className="plain-button" data-act="more" disabled={pages.more.loading} onClick={pages.more.load}>
          {t(pages.more.loading ? 'state.loading' : 'act.more')}
        </button>
      )}
    </p>
  );
};
