import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import { byStaff, type History } from '../history/index.ts';
import type { Exec, Store } from '../storage/store.ts';
import type { Viewer } from './case.ts';
import { cleanText } from './case.ts';
import { holds } from './sight.ts';
import { kindOf, LIST_COLUMNS, type ListColumn, type NewView, type SaveView, type ViewItem, type ViewsList } from './views.ts';

export interface KeptView extends NewView {
  viewId: number;
  ownerId: StaffId;
  ownerName: string;
  version: number;
  updatedAt: Date;
}

/** Where named lists are kept. Each method joins the caller's transaction when there is one. */
export interface CaseViewsRepository {
  /** A person's own and all that are shared, by name. */
  visibleTo(staffId: StaffId): Promise<KeptView[]>;
  byId(viewId: number): Promise<KeptView | null>;
  countOwn(db: Exec, staffId: StaffId): Promise<number>;
  /** @returns null when this person has one of that name */
  add(db: Exec, view: NewView & { ownerId: StaffId; at: Date }): Promise<number | null>;
  /** @returns false when it is no longer at `version` @throws when the name is another's of the owner: isNameTaken */
  save(db: Exec, viewId: number, version: number, view: NewView & { at: Date }): Promise<boolean>;
  /** @returns false when it is no longer at `version` */
  remove(db: Exec, viewId: number, version: number): Promise<boolean>;
  defaultOf(staffId: StaffId): Promise<number | null>;
  setDefault(db: Exec, staffId: StaffId, viewId: number | null): Promise<void>;
  /** Takes a view that is no longer shared away from those who open their list with it. */
  forgetDefaults(db: Exec, viewId: number, exceptOf: StaffId): Promise<void>;
  isNameTaken(err: unknown): boolean;
}

export interface CaseViewsDeps {
  store: Pick<Store, 'write'>;
  repository: CaseViewsRepository;
  history: Pick<History, 'append'>;
  clock: Clock;
}

/** More names than this nobody finds anything among. */
export const MOST_VIEWS = 50;

const notFound = (): HotlineError => new HotlineError('thing.not_found', '没有这个视图 There is no such view');
const taken = (): HotlineError => new HotlineError('view.name_taken', '您已有同名视图 You have a view of that name', { field: 'name' });

const itemOf = (view: KeptView, viewer: Viewer): ViewItem => ({
  viewId: view.viewId,
  name: view.name,
  shared: view.shared,
  filters: view.filters,
  order: view.order,
  // A column that a later release took away is left out rather than breaking the list.
  columns: view.columns.filter((column): column is ListColumn => (LIST_COLUMNS as readonly string[]).includes(column)),
  version: view.version,
  own: view.ownerId === viewer.staffId,
  ownerName: view.ownerName,
  updatedAt: view.updatedAt.toISOString(),
});

/** Named lists of cases: own ones, and those that people with the right share. What a list shows still depends on who opens it. */
export const createCaseViews = (deps: CaseViewsDeps) => {
  const { store, repository, history, clock } = deps;

  const checked = (view: NewView, viewer: Viewer): NewView => {
    const name = cleanText(view.name, 'name').replace(/\s+/gu, ' ').trim();
    if (name === '') throw new HotlineError('request.invalid', '请给视图起个名字 A view needs a name', { field: 'name' });
    if (kindOf(view.filters.q) === 'phone')
      throw new HotlineError('request.invalid', '电话号码不存入视图 A telephone number is not kept in a view', { field: 'filters.q' });
    if (view.shared && !holds(viewer, 'views.share'))
      throw new HotlineError('access.denied', '没有共享视图的权限 You may not share views', { field: 'shared' });
    return { ...view, name };
  };

  /** What is another's and not shared is as if it were not there. */
  const own = async (viewId: number, viewer: Viewer): Promise<KeptView> => {
    const view = await repository.byId(viewId);
    if (!view || (view.ownerId !== viewer.staffId && !view.shared)) throw notFound();
    if (view.ownerId !== viewer.staffId)
      throw new HotlineError('access.denied', '只有创建人能改这个视图 Only its author changes a view', { viewId });
    return view;
  };

  const stale = async (viewId: number, viewer: Viewer): Promise<HotlineError> => {
    const theirs = await repository.byId(viewId);
    return new HotlineError('view.version_stale', '没有存上：视图已被改过 Not saved: the view has been changed meanwhile', {
      theirs: theirs && itemOf(theirs, viewer),
    });
  };

  const record = (db: Exec, act: string, viewId: number, viewer: Viewer, details: Record<string, unknown>): Promise<void> =>
    history.append(db, { actor: byStaff(viewer.staffId), act, thing: { kind: 'case_view', id: viewId }, details });

  const get = async (viewId: number, viewer: Viewer): Promise<ViewItem> => {
    const view = await repository.byId(viewId);
    if (!view) throw notFound();
    return itemOf(view, viewer);
  };

  return {
    async list(viewer: Viewer): Promise<ViewsList> {
      const views = (await repository.visibleTo(viewer.staffId)).map((view) => itemOf(view, viewer));
      return {
        views: [...views.filter((view) => view.own), ...views.filter((view) => !view.own)],
        defaultId: await repository.defaultOf(viewer.staffId),
        mayShare: holds(viewer, 'views.share'),
      };
    },

    /** @throws HotlineError request.invalid, access.denied, view.name_taken, view.too_many */
    async add(given: NewView, viewer: Viewer): Promise<ViewItem> {
      const view = checked(given, viewer);
      const viewId = await store.write(async (db) => {
        if ((await repository.countOwn(db, viewer.staffId)) >= MOST_VIEWS)
          throw new HotlineError('view.too_many', `最多 ${MOST_VIEWS} 个视图，先删掉不用的 At most ${MOST_VIEWS} views: delete one first`);
        const added = await repository.add(db, { ...view, ownerId: viewer.staffId, at: clock.now() });
        if (added === null) throw taken();
        await record(db, 'case_view.added', added, viewer, { shared: view.shared });
        return added;
      });
      return get(viewId, viewer);
    },

    /** @throws HotlineError thing.not_found, access.denied, view.name_taken, view.version_stale with theirs */
    async save(viewId: number, { version, ...given }: SaveView, viewer: Viewer): Promise<ViewItem> {
      const view = checked(given, viewer);
      await own(viewId, viewer);
      try {
        await store.write(async (db) => {
          if (!(await repository.save(db, viewId, version, { ...view, at: clock.now() }))) throw await stale(viewId, viewer);
          if (!view.shared) await repository.forgetDefaults(db, viewId, viewer.staffId);
          await record(db, 'case_view.changed', viewId, viewer, { version: version + 1, shared: view.shared });
        });
      } catch (err) {
        throw repository.isNameTaken(err) ? taken() : err;
      }
      return get(viewId, viewer);
    },

    /** @throws HotlineError thing.not_found, access.denied, view.version_stale with theirs */
    async remove(viewId: number, version: number, viewer: Viewer): Promise<void> {
      await own(viewId, viewer);
      await store.write(async (db) => {
        if (!(await repository.remove(db, viewId, version))) throw await stale(viewId, viewer);
        await record(db, 'case_view.removed', viewId, viewer, {});
      });
    },

    /** With which view this person's list opens; null: with all cases. @throws HotlineError thing.not_found */
    async setDefault(viewId: number | null, viewer: Viewer): Promise<ViewsList> {
      const view = viewId === null ? null : await repository.byId(viewId);
      if (viewId !== null && !(view && (view.shared || view.ownerId === viewer.staffId))) throw notFound();
      await store.write((db) => repository.setDefault(db, viewer.staffId, viewId));
      return this.list(viewer);
    },
  };
};

export type CaseViews = ReturnType<typeof createCaseViews>;
