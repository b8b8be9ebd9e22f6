import type { Clock } from '../core/clock.ts';
import { type ErrorCode, HotlineError } from '../core/errors.ts';
import type { CaseId, StaffId } from '../core/ids.ts';
import { parseCallerNumber } from '../core/phone-number.ts';
import { byStaff, type History } from '../history/index.ts';
import type { Exec, Store } from '../storage/store.ts';
import type {
  CategoryItem,
  NewCategory,
  NewRule,
  NewUnit,
  RouteAnswer,
  RoutingView,
  SaveCategory,
  SaveRule,
  SaveUnit,
  UnitItem,
} from './editing-schemas.ts';
import type { PlaceRow } from './repository.ts';
import { conflictsOf, type RoutingLists, type RoutingRule, routeOf, TOWN } from './routing.ts';

/** Where the directory is changed. Each method joins the caller's transaction when there is one. */
export interface DirectoryEditingRepository {
  units(): Promise<UnitItem[]>;
  /** @returns false when the code is taken */
  addUnit(db: Exec, unit: NewUnit): Promise<boolean>;
  /** @returns false when it is no longer at the version */
  saveUnit(db: Exec, code: string, unit: SaveUnit): Promise<boolean>;
  /** Open cases that lie with a unit: how many, and the first of them. */
  openCasesOf(unitCode: string, limit: number): Promise<{ count: number; cases: { caseId: CaseId; number: string; state: string }[] }>;
  categories(): Promise<CategoryItem[]>;
  addCategory(db: Exec, category: NewCategory & { level: number; path: string }): Promise<boolean>;
  saveCategory(db: Exec, code: string, category: SaveCategory & { level: number; path: string }): Promise<boolean>;
  /** Where a subject stands in the tree and how it is called in full follows from those above it. */
  placeCategory(db: Exec, code: string, place: { level: number; path: string }): Promise<void>;
  removeCategory(db: Exec, code: string, version: number): Promise<boolean>;
  /** What would be left without its subject. */
  usesOfCategory(code: string): Promise<{ cases: number; articles: number; rules: number }>;
  rules(): Promise<RoutingRule[]>;
  /** @returns null when there is a rule for that subject and place */
  addRule(db: Exec, rule: NewRule, by: StaffId, at: Date): Promise<number | null>;
  saveRule(db: Exec, ruleId: number, rule: SaveRule, by: StaffId, at: Date): Promise<boolean>;
  removeRule(db: Exec, ruleId: number, version: number): Promise<boolean>;
  isTaken(err: unknown): boolean;
}

export interface DirectoryEditingDeps {
  store: Pick<Store, 'write'>;
  repository: DirectoryEditingRepository;
  places: () => Promise<PlaceRow[]>;
  history: Pick<History, 'append'>;
  clock: Clock;
  areaCode: string;
}

const LEVELS = 3;
const CASES_TOLD = 50;

const refuse = (field: string, zh: string, en: string): HotlineError => new HotlineError('request.invalid', `${zh} ${en}`, { field });
const notFound = (zh: string, en: string): HotlineError => new HotlineError('thing.not_found', `${zh} ${en}`);
const stale = (theirs: unknown): HotlineError =>
  new HotlineError('directory.version_stale', '没有存上：刚被别人改过 Not saved: changed meanwhile', { theirs });
const taken = (code: ErrorCode, zh: string, en: string, field: string): HotlineError => new HotlineError(code, `${zh} ${en}`, { field });

/** Those above a code, from it upwards; null when it would stand above itself. */
const above = (code: string | null, parentOf: (code: string) => string | null | undefined): string[] | null => {
  const chain: string[] = [];
  for (let at = code; at !== null && at !== undefined; at = parentOf(at) ?? null) {
    if (chain.includes(at)) return null;
    chain.push(at);
  }
  return chain;
};

/** Changes of units, subjects and of who gets what. Each is a version, on record, and in force with the next look at the lists. */
export const createDirectoryEditing = (deps: DirectoryEditingDeps) => {
  const { store, repository, history, clock } = deps;

  const record = (db: Exec, act: string, kind: string, by: StaffId, details: Record<string, unknown>): Promise<void> =>
    history.append(db, { actor: byStaff(by), act, thing: { kind, id: null }, details });

  const lists = async (): Promise<RoutingLists> => ({
    rules: await repository.rules(),
    categories: await repository.categories(),
    places: await deps.places(),
    units: await repository.units(),
  });

  // ── units ──

  const checkedUnit = async <U extends NewUnit | SaveUnit>(unit: U, code: string): Promise<U> => {
    const name = unit.name.trim();
    if (name === '') throw refuse('name', '单位要有名称', 'A unit needs a name');
    const phone = unit.phone?.trim() ? parseCallerNumber(unit.phone, deps.areaCode) : null;
    if (phone && phone.kind !== 'number') throw refuse('phone', '电话写得不对', 'The phone cannot be read');
    const units = await repository.units();
    if (units.some((each) => each.code !== code && each.name === name)) throw refuse('name', '已有同名单位', 'A unit of that name exists');
    const parent = units.find((each) => each.code === unit.parentCode);
    if (unit.parentCode !== null && !parent) throw refuse('parentCode', '没有这个上级单位', 'There is no such parent');
    const parents = above(unit.parentCode, (at) => units.find((each) => each.code === at)?.parentCode);
    if (parents === null || parents.includes(code)) throw refuse('parentCode', '上级不能是自己或下级', 'A unit cannot stand above itself');
    return { ...unit, name, kind: unit.kind.trim(), phone: phone ? phone.normal : null };
  };

  const unitOf = async (code: string): Promise<UnitItem> => {
    const unit = (await repository.units()).find((each) => each.code === code);
    if (!unit) throw notFound('没有这个单位', 'There is no such unit');
    return unit;
  };

  const demandIdle = async (code: string): Promise<void> => {
    const { count, cases } = await repository.openCasesOf(code, CASES_TOLD);
    if (count > 0)
      throw new HotlineError('unit.in_use', `还有 ${count} 件在办，办结或改派后才能停用 ${count} cases are still open there`, {
        count,
        cases,
      });
    const below = (await repository.units()).filter((each) => each.active && each.parentCode === code).map((each) => each.code);
    if (below.length > 0) throw new HotlineError('unit.in_use', '下面还有单位 Units stand below it', { count: 0, cases: [], units: below });
  };

  // ── subjects ──

  const placed = (
    category: { code: string; name: string; parentCode: string | null },
    all: readonly CategoryItem[],
  ): { level: number; path: string } => {
    const parents = above(category.parentCode, (at) => all.find((each) => each.code === at)?.parentCode);
    if (parents === null || parents.includes(category.code))
      throw refuse('parentCode', '不能移到自己下面', 'A subject cannot stand below itself');
    const names = parents.map((code) => {
      const parent = all.find((each) => each.code === code);
      if (!parent) throw refuse('parentCode', '没有这个上级类别', 'There is no such parent');
      return parent.name;
    });
    const level = parents.length + 1;
    if (level > LEVELS) throw refuse('parentCode', '类别最多三级', 'Subjects have three levels at most');
    return { level, path: [...names.reverse(), category.name].join('/') };
  };

  const depthBelow = (code: string, all: readonly CategoryItem[]): number =>
    Math.max(0, ...all.filter((each) => each.parentCode === code).map((each) => 1 + depthBelow(each.code, all)));

  const categoryOf = async (code: string): Promise<CategoryItem> => {
    const category = (await repository.categories()).find((each) => each.code === code);
    if (!category) throw notFound('没有这个类别', 'There is no such subject');
    return category;
  };

  const nameOf = (name: string, code: string, parentCode: string | null, all: readonly CategoryItem[]): string => {
    const trimmed = name.trim();
    if (trimmed === '' || /[/›>]/.test(trimmed)) throw refuse('name', '名称不能为空，也不能有 / 和 >', 'A name is needed, without / and >');
    if (all.some((each) => each.code !== code && each.parentCode === parentCode && each.name === trimmed))
      throw refuse('name', '同级已有同名类别', 'There is one of that name beside it');
    return trimmed;
  };

  // ── who gets what ──

  const checkedRule = async <R extends NewRule | SaveRule>(rule: R): Promise<R> => {
    const { categories, places, units } = await lists();
    const active = new Set(units.filter((unit) => unit.active).map(({ code }) => code));
    if (rule.categoryCode !== '' && !categories.some(({ code }) => code === rule.categoryCode))
      throw refuse('categoryCode', '没有这个类别', 'There is no such subject');
    if (rule.placeCode !== '' && !places.some(({ code, townCode }) => code === rule.placeCode || townCode === rule.placeCode))
      throw refuse('placeCode', '没有这个地点', 'There is no such place');
    if (rule.lead !== TOWN && !active.has(rule.lead)) throw refuse('lead', '没有这个单位或已停用', 'There is no such active unit');
    if (rule.assist.some((code) => !active.has(code) || code === rule.lead))
      throw refuse('assist', '协办单位不对', 'An assisting unit is wrong or leads already');
    return { ...rule, reason: rule.reason.trim() };
  };

  const ruleOf = async (ruleId: number): Promise<RoutingRule> => {
    const rule = (await repository.rules()).find((each) => each.ruleId === ruleId);
    if (!rule) throw notFound('没有这条规则', 'There is no such rule');
    return rule;
  };

  const routing = async (): Promise<RoutingView> => {
    const all = await lists();
    return { rules: [...all.rules], conflicts: conflictsOf(all) };
  };

  /** Runs a change whose key may be another's by now. */
  const change = async (work: (db: Exec) => Promise<void>, twin: () => HotlineError): Promise<void> => {
    try {
      await store.write(work);
    } catch (err) {
      throw repository.isTaken(err) ? twin() : err;
    }
  };

  const codeTaken = (): HotlineError => taken('directory.code_taken', '编码已被使用', 'The code is taken', 'code');
  const ruleTaken = (): HotlineError =>
    taken('directory.rule_taken', '这个类别和地点已有规则，请改那一条', 'There is a rule for this subject and place', 'categoryCode');

  return {
    units: repository.units,

    /** @throws HotlineError request.invalid with the field, directory.code_taken */
    async addUnit(given: NewUnit, by: StaffId): Promise<UnitItem> {
      const unit = await checkedUnit(given, given.code);
      await change(async (db) => {
        if (!(await repository.addUnit(db, unit))) throw codeTaken();
        await record(db, 'unit.added', 'unit', by, { code: unit.code });
      }, codeTaken);
      return unitOf(unit.code);
    },

    /** @throws HotlineError request.invalid, directory.version_stale with theirs, unit.in_use with {count, cases} */
    async saveUnit(code: string, given: SaveUnit, by: StaffId): Promise<UnitItem> {
      const before = await unitOf(code);
      const unit = await checkedUnit(given, code);
      await store.write(async (db) => {
        // Looked at in the transaction that takes it out of use: a case that is dispatched meanwhile must not be left behind.
        if (before.active && !unit.active) await demandIdle(code);
        if (!(await repository.saveUnit(db, code, unit))) throw stale(await unitOf(code));
        await record(db, 'unit.changed', 'unit', by, { code, version: unit.version + 1, active: unit.active });
      });
      return unitOf(code);
    },

    categories: repository.categories,

    /** @throws HotlineError request.invalid, directory.code_taken */
    async addCategory(given: NewCategory, by: StaffId): Promise<CategoryItem> {
      await change(async (db) => {
        const all = await repository.categories();
        const category = { ...given, name: nameOf(given.name, given.code, given.parentCode, all) };
        if (!(await repository.addCategory(db, { ...category, ...placed(category, all) }))) throw codeTaken();
        await record(db, 'category.added', 'category', by, { code: given.code });
      }, codeTaken);
      return categoryOf(given.code);
    },

    /** Renames, moves, retires or brings back; what stands below moves along. @throws HotlineError request.invalid, directory.version_stale */
    async saveCategory(code: string, given: SaveCategory, by: StaffId): Promise<CategoryItem> {
      await store.write(async (db) => {
        const all = await repository.categories();
        const before = all.find((each) => each.code === code);
        if (!before) throw notFound('没有这个类别', 'There is no such subject');
        const category = { ...given, code, name: nameOf(given.name, code, given.parentCode, all) };
        const own = placed(category, all);
        if (own.level + depthBelow(code, all) > LEVELS)
          throw refuse('parentCode', '移过去后下级超过三级', 'What stands below would be deeper than three levels');
        if (!(await repository.saveCategory(db, code, { ...category, ...own }))) throw stale(before);
        const after = all.map((each) => (each.code === code ? { ...each, ...category, ...own } : each));
        const below = (parent: string): CategoryItem[] =>
          after.filter((each) => each.parentCode === parent).flatMap((each) => [each, ...below(each.code)]);
        for (const each of below(code)) await repository.placeCategory(db, each.code, placed(each, after));
        await record(db, 'category.changed', 'category', by, { code, version: given.version + 1, active: given.active });
      });
      return categoryOf(code);
    },

    /** Only what was never used goes; anything else is retired. @throws HotlineError category.in_use, directory.version_stale */
    async removeCategory(code: string, version: number, by: StaffId): Promise<void> {
      await store.write(async (db) => {
        const category = await categoryOf(code);
        const uses = await repository.usesOfCategory(code);
        const below = (await repository.categories()).filter((each) => each.parentCode === code).length;
        if (below + uses.cases + uses.articles + uses.rules > 0)
          throw new HotlineError('category.in_use', '用过的类别不能删，可以停用 A used subject is retired, not deleted', {
            ...uses,
            below,
          });
        if (!(await repository.removeCategory(db, code, version))) throw stale(category);
        await record(db, 'category.removed', 'category', by, { code });
      });
    },

    routing,

    /** @throws HotlineError request.invalid with the field, directory.rule_taken */
    async addRule(given: NewRule, by: StaffId): Promise<RoutingView> {
      const rule = await checkedRule(given);
      await change(async (db) => {
        const ruleId = await repository.addRule(db, rule, by, clock.now());
        if (ruleId === null) throw ruleTaken();
        await record(db, 'routing.rule_added', 'routing_rule', by, { ruleId, ...rule });
      }, ruleTaken);
      return routing();
    },

    /** @throws HotlineError request.invalid, directory.version_stale with theirs, directory.rule_taken */
    async saveRule(ruleId: number, given: SaveRule, by: StaffId): Promise<RoutingView> {
      const before = await ruleOf(ruleId);
      const rule = await checkedRule(given);
      await change(async (db) => {
        if (!(await repository.saveRule(db, ruleId, rule, by, clock.now()))) throw stale(await ruleOf(ruleId));
        await record(db, 'routing.rule_changed', 'routing_rule', by, { ruleId, before: before.lead, after: rule.lead });
      }, ruleTaken);
      return routing();
    },

    /** @throws HotlineError thing.not_found, directory.version_stale with theirs */
    async removeRule(ruleId: number, version: number, by: StaffId): Promise<RoutingView> {
      const rule = await ruleOf(ruleId);
      await store.write(async (db) => {
        if (!(await repository.removeRule(db, ruleId, version))) throw stale(rule);
        await record(db, 'routing.rule_removed', 'routing_rule', by, { ruleId, lead: rule.lead });
      });
      return routing();
    },

    /** What a dispatcher is told of them; null when they name no unit. */
    async ruledLead(matter: { categoryCode: string | null; placeCode: string | null }) {
      const all = await lists();
      const { lead, assist, rule } = routeOf(all, matter);
      if (lead === null || rule === null) return null;
      const unitName = (await repository.units()).find(({ code }) => code === lead)?.name ?? null;
      return { unitCode: lead, unitName, assist, categoryCode: rule.categoryCode, placeCode: rule.placeCode, reason: rule.reason };
    },

    /** Which unit would lead a matter as the rules stand, and why. */
    async route(matter: { categoryCode: string | null; placeCode: string | null }): Promise<RouteAnswer> {
      const all = await lists();
      const { lead, assist, rule, why, passed } = routeOf(all, matter);
      const names = await repository.units();
      return { lead, leadName: names.find(({ code }) => code === lead)?.name ?? null, assist, rule, why, passed };
    },
  };
};

export type DirectoryEditing = ReturnType<typeof createDirectoryEditing>;
