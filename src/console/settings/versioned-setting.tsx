import { type QueryKey, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { messageOf } from '../api/client.ts';
import { Failed, Loading, PageTop } from '../ui/parts.tsx';
import { SettingsTabs } from './settings-tabs.tsx';

interface Versioned {
  version: number;
}

/** What an editor of a setting is given; with another version it begins anew. */
export interface EditorProps<View extends Versioned> {
  view: View;
  /** What is shown is what was just saved here. */
  isSaved: boolean;
  onSaved: (version: number) => void;
}

interface SettingPageProps<View extends Versioned> {
  title: string;
  note?: (view: View | undefined) => string | undefined;
  queryKey: QueryKey;
  load: () => Promise<View>;
  editor: (props: EditorProps<View>) => ReactNode;
}

/** The page of one setting that is kept with its version: its tabs, how it loads and fails, and its editor. */
export const SettingPage = <View extends Versioned>({ title, note, queryKey, load, editor: Editor }: SettingPageProps<View>) => {
  const { data, error, refetch } = useQuery({ queryKey, queryFn: load });
  // Not 0: that is the version of a setting nobody has changed yet.
  const [savedVersion, setSavedVersion] = useState<number | null>(null);
  return (
    <main className="page">
      <PageTop title={title} note={note?.(data)}>
        <SettingsTabs />
      </PageTop>
      <div className="page-body padded">
        {error && <Failed error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Loading rows={6} height={36} />}
        {data && <Editor key={data.version} view={data} isSaved={savedVersion === data.version} onSaved={setSavedVersion} />}
      </div>
    </main>
  );
};

/** Sends an edited setting; the answer is what the page shows from then on. `send` resolves with what was wrong, or null. */
export const useSaving = <View extends Versioned>(
  queryKey: QueryKey,
  onSaved: EditorProps<View>['onSaved'],
): { busy: boolean; send: (request: () => Promise<View>) => Promise<unknown> } => {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const send = async (request: () => Promise<View>): Promise<unknown> => {
    setBusy(true);
    try {
      const saved = await request();
      onSaved(saved.version);
      queries.setQueryData(queryKey, saved);
      return null;
    } catch (error) {
      return error;
    } finally {
      setBusy(false);
    }
  };
  return { busy, send };
};

/** A form whose refusal is one sentence under it, which the next change takes away. */
export const useSavingForm = <View extends Versioned>(queryKey: QueryKey, onSaved: EditorProps<View>['onSaved']) => {
  const [problem, setProblem] = useState('');
  const { busy, send } = useSaving<View>(queryKey, onSaved);
  const save = async (request: () => Promise<View>): Promise<void> => {
    const error = await send(request);
    if (error !== null) setProblem(messageOf(error));
  };
  return { busy, problem, touch: (): void => setProblem(''), save };
};
