import { type QueryKey, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { CircleCheck, CloudOff } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { messageOf } from '../api/client.ts';
import { useWords } from '../i18n/i18n.ts';
import type { PhraseKey } from '../i18n/phrases.ts';
import { Failed, Loading, PageTop, Tag } from '../ui/parts.tsx';
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

/** One part of a setting under its own heading. */
export const SettingPart = ({ title, children }: { title: PhraseKey; children: ReactNode }) => {
  const { t } = useWords();
  return (
    <section aria-label={t(title)}>
      <h2>{t(title)}</h2>
      {children}
    </section>
  );
};

/** The end of a setting's form: what was said of the last save, and the button; whoever may only look is told so. */
export const SettingFoot = (props: {
  problem: ReactNode;
  saved: boolean;
  mayChange: boolean;
  busy: boolean;
  act: string;
  /** Of a setting that the switch keeps too. */
  onSwitch?: boolean;
}) => {
  const { t } = useWords();
  const { onSwitch } = props;
  return (
    <>
      <p className="problem" role="status">
        {props.problem}
        {props.saved && <span className="well">{t('act.saved')}</span>}
      </p>
      <div className="row">
        {props.mayChange ? (
          <Button type="primary" htmlType="submit" loading={props.busy} data-act={props.act}>
            {t('hours.save')}
          </Button>
        ) : (
          <p className="meta">{t('hours.read_only')}</p>
        )}
        {onSwitch !== undefined && (
          <Tag icon={onSwitch ? CircleCheck : CloudOff} tone={onSwitch ? 'green' : 'amber'}>
            {t(onSwitch ? 'hours.on_switch' : 'hours.not_on_switch')}
          </Tag>
        )}
      </div>
    </>
  );
};
