import { useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { Columns3, ListFilter } from 'lucide-react';
import { useId, useState } from 'react';
import { LIST_COLUMNS, type ListColumn, type NewView, type ViewItem, type ViewsList } from '../../cases/views.ts';
import { ApiError, messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import type { PhraseKey } from '../i18n/phrases.ts';
import { MenuButton } from '../ui/menu-button.tsx';
import { DialogOver } from '../ui/parts.tsx';
import { isAsSaved, type Listed } from './search-view.ts';

export const VIEWS = ['case-views'];

export const COLUMN_WORDS: Readonly<Record<ListColumn, PhraseKey>> = {
  number: 'cases.number',
  state: 'cases.state',
  due: 'search.due',
  requestType: 'case.request_type',
  contact: 'calls.caller',
  title: 'cases.text',
  unit: 'search.unit',
  created: 'case.created',
  category: 'field.categoryCode',
  place: 'field.placeText',
  dispatched: 'cases.dispatched',
  round: 'cases.round',
};

/** What a row shows. The number stays: by it the case is opened. */
export const Columns = ({ columns, onChange }: { columns: readonly ListColumn[]; onChange: (columns: readonly ListColumn[]) => void }) => {
  const { t } = useWords();
  const toggle = (column: ListColumn): void => {
    if (columns.includes(column)) onChange(columns.filter((each) => each !== column));
    else onChange([...columns, column]);
  };
  return (
    <MenuButton icon={Columns3} word={t('views.columns')} act="list-columns" role="group">
      {() =>
        LIST_COLUMNS.map((column) => (
          <label key={column} className="check-line">
            <input type="checkbox" checked={columns.includes(column)} disabled={column === 'number'} onChange={() => toggle(column)} />{' '}
            {t(COLUMN_WORDS[column])}
          </label>
        ))
      }
    </MenuButton>
  );
};

type Asking = 'new' | 'edit' | 'delete' | null;

/** Which saved list this is, and what can be done with it. */
export const Views = ({
  known,
  listed,
  onShow,
}: {
  known: ViewsList | undefined;
  listed: Listed;
  onShow: (view: number | 'all') => void;
}) => {
  const { t } = useWords();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<Asking>(null);
  const [problem, setProblem] = useState('');
  const view = known?.views.find(({ viewId }) => viewId === listed.viewId) ?? null;
  const isChanged = view !== null && !isAsSaved(listed, view);
  const isDefault = view !== null && known?.defaultId === view.viewId;
  const { order, ...filters } = listed.filters;
  const contents: Omit<NewView, 'name' | 'shared'> = { filters, order, columns: [...listed.columns] };
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: VIEWS });
  const run = async (work: () => Promise<unknown>): Promise<void> => {
    setProblem('');
    try {
      await work();
    } catch (error) {
      setProblem(messageOf(error));
    }
    await again();
  };
  const group = (isOwn: boolean): ViewItem[] => known?.views.filter(({ own }) => own === isOwn) ?? [];
  return (
    <>
      {problem && (
        <span className="problem" role="alert">
          {problem}
        </span>
      )}
      <select
        className="select view-select"
        aria-label={t('views.label')}
        data-act="choose-view"
        value={listed.viewId ?? 'all'}
        onChange={(event) => onShow(event.target.value === 'all' ? 'all' : Number(event.target.value))}
      >
        <option value="all">{t('views.all')}</option>
        {[true, false].map(
          (isOwn) =>
            group(isOwn).length > 0 && (
              <optgroup key={String(isOwn)} label={t(isOwn ? 'views.own' : 'views.shared')}>
                {group(isOwn).map((each) => (
                  <option key={each.viewId} value={each.viewId}>
                    {each.own ? each.name : t('views.by', { name: each.name, author: each.ownerName })}
                    {each.viewId === listed.viewId && isChanged ? ` · ${t('views.changed')}` : ''}
                  </option>
                ))}
              </optgroup>
            ),
        )}
      </select>
      <MenuButton icon={ListFilter} word={t('views.menu')} act="view-menu">
        {(close) => {
          const item = (word: PhraseKey, act: string, work: () => void) => (
            <button
              type="button"
              role="menuitem"
              data-act={act}
              onClick={() => {
                close();
                work();
              }}
            >
              {t(word)}
            </button>
          );
          return (
            <>
              {view?.own &&
                isChanged &&
                item(
                  'views.save',
                  'save-view',
                  () =>
                    void run(() =>
                      api.saveCaseView(view.viewId, { version: view.version, name: view.name, shared: view.shared, ...contents }),
                    ),
                )}
              {isChanged && view && item('views.undo', 'undo-view', () => onShow(view.viewId))}
              {item('views.save_as', 'new-view', () => setAsking('new'))}
              {view?.own && item('views.edit', 'edit-view', () => setAsking('edit'))}
              {view &&
                item(
                  isDefault ? 'views.no_default' : 'views.make_default',
                  'default-view',
                  () => void run(() => api.setDefaultView(isDefault ? null : view.viewId)),
                )}
              {view?.own && item('views.delete', 'delete-view', () => setAsking('delete'))}
            </>
          );
        }}
      </MenuButton>
      {(asking === 'new' || (asking === 'edit' && view)) && (
        <ViewForm
          view={asking === 'edit' ? view : null}
          contents={contents}
          mayShare={known?.mayShare === true}
          onClose={() => setAsking(null)}
          onSaved={async (saved) => {
            setAsking(null);
            await again();
            if (asking === 'new') onShow(saved.viewId);
          }}
        />
      )}
      {asking === 'delete' && view && (
        <DialogOver title={`${t('views.delete')} · ${view.name}`} onClose={() => setAsking(null)}>
          <p>{t(view.shared ? 'views.delete_shared' : 'views.delete_sure')}</p>
          <div className="dialog-foot">
            <Button onClick={() => setAsking(null)}>{t('act.cancel')}</Button>
            <Button
              data-act="delete-view-sure"
              onClick={() => {
                setAsking(null);
                onShow('all');
                void run(() => api.removeCaseView(view.viewId, view.version));
              }}
            >
              {t('views.delete')}
            </Button>
          </div>
        </DialogOver>
      )}
    </>
  );
};

const ViewForm = ({
  view,
  contents,
  mayShare,
  onClose,
  onSaved,
}: {
  view: ViewItem | null;
  contents: Omit<NewView, 'name' | 'shared'>;
  mayShare: boolean;
  onClose: () => void;
  onSaved: (saved: ViewItem) => Promise<void>;
}) => {
  const { t } = useWords();
  const id = useId();
  const [name, setName] = useState(view?.name ?? '');
  const [shared, setShared] = useState(view?.shared ?? false);
  const [version, setVersion] = useState(view?.version ?? 0);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      // Renaming keeps what the view holds; naming a new one takes the list as it stands.
      const kept = view ? { filters: view.filters, order: view.order, columns: view.columns } : contents;
      const body = { ...kept, name, shared };
      await onSaved(view ? await api.saveCaseView(view.viewId, { ...body, version }) : await api.addCaseView(body));
    } catch (error) {
      const theirs = error instanceof ApiError ? (error.details as { theirs?: ViewItem | null }).theirs : undefined;
      setProblem(theirs ? `${messageOf(error)}: ${theirs.name}` : messageOf(error));
      if (theirs) setVersion(theirs.version);
      setBusy(false);
    }
  };
  return (
    <DialogOver title={t(view ? 'views.edit' : 'views.save_as')} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <div className="stack">
          <label htmlFor={id}>{t('views.name')}</label>
          <Input id={id} value={name} maxLength={40} autoFocus data-act="view-name" onChange={(event) => setName(event.target.value)} />
        </div>
        {(mayShare || shared) && (
          <label className="check-line">
            <input type="checkbox" checked={shared} onChange={(event) => setShared(event.target.checked)} /> {t('views.share')}
          </label>
        )}
        <p className="meta">{t('views.note')}</p>
        <p className="problem" role="alert">
          {problem}
        </p>
        <div className="dialog-foot">
          <Button onClick={onClose}>{t('act.cancel')}</Button>
          <Button type="primary" htmlType="submit" loading={busy} data-act="save-view-name">
            {t('act.save')}
          </Button>
        </div>
      </form>
    </DialogOver>
  );
};
