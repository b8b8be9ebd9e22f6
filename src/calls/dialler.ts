import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import { type ErrorCode, HotlineError, isHotlineError } from '../core/errors.ts';
import type { CaseId, StaffId } from '../core/ids.ts';
import { parseCallerNumber } from '../core/phone-number.ts';
import type { Role } from '../core/roles.ts';
import type { CallerMatch } from '../directory/index.ts';
import { byStaff, type History } from '../history/index.ts';
import type { Outbox } from '../storage/outbox.ts';
import type { Exec, Store } from '../storage/store.ts';
import type { Telephony } from '../telephony/port.ts';
import type { CardReader } from './cards.ts';
import { type DialRules, dialledForm, mayDial, numberClassOf } from './dialling.ts';
import type { CallRecord, CallsRepository } from './repository.ts';
import type { DialTarget, DialView, WantedDial } from './schemas.ts';
import type { Calls } from './service.ts';
import { shownNumber } from './view.ts';

export type DialActor = CardReader & { staffId: StaffId; roles: readonly Role[] };

/** Whom a page's button means, found by the feature that knows; the number itself never was on the page. */
export interface FoundTarget {
  number: string | null;
  caseId: CaseId | null;
}

export interface DiallerDeps {
  store: Pick<Store, 'read' | 'write'>;
  repository: CallsRepository;
  telephony: Pick<Telephony, 'dialOut' | 'homeOf' | 'snapshot'>;
  calls: Pick<Calls, 'reconcile'>;
  directory: { callerOf(received: string): Promise<CallerMatch> };
  /** @throws HotlineError thing.not_found when there is no such thing, or not for this person */
  find(target: Exclude<DialTarget, { kind: 'number' }>, actor: DialActor): Promise<FoundTarget>;
  rules(): Promise<DialRules>;
  /** As everybody is shown it: "ready", "talking" … */
  stateOfAgent(staffId: StaffId): Promise<string>;
  extensionOf(staffId: StaffId): Promise<string | null>;
  history: Pick<History, 'append'>;
  outbox: Pick<Outbox, 'append'>;
  clock: Clock;
  logger: Logger;
  areaCode: string;
  ownNumbers: readonly string[];
  randomId(): string;
}

const HOUR_MS = 3_600_000;
/** A dialling of which the switch has said nothing for so long is looked for there. */
const SILENT_MS = 60_000;

const SENTENCES: Partial<Record<ErrorCode, string>> = {
  'call.to_oneself': '这是您自己的分机 This is your own extension',
  'call.destination_unknown': '这不是电话号码 This is no telephone number',
  'call.number_forbidden': '您的角色不能拨这类号码 Your role may not dial this kind of number',
  'call.loops': '这是热线自己的号码 This is the hotline’s own number',
  'dial.colleague': '这是同事的分机：通话中可咨询或转接 A colleague’s extension: ask them from within a call',
  'dial.confirm_needed': '这类号码费用高，请再确认一次 This kind of number is costly: confirm once more',
  'dial.rate_limited': '拨打次数已到上限，请稍后再拨 The limit of calls an hour is reached: try later',
  'dial.not_free': '您正在通话或振铃，不能外呼 You are in a call, or rung for one',
  'dial.no_telephone': '没有可用的话机：请先签入 There is no telephone: sign in first',
  'dial.no_number': '没有可拨的号码 There is no number to dial',
};
const refusal = (code: ErrorCode, details: Record<string, unknown> = {}): HotlineError =>
  new HotlineError(code, SENTENCES[code] ?? code, details);

/**
 * An agent dials: a case's citizen, whoever called, a callback of the list, a unit's duty person, or a number typed. The call is in
 * the record before the switch is asked, under a name of the page's own: two clicks are one call, and a service that dies in between
 * leaves a row that says nobody was reached. From then on only the switch's events say what came of it (service.ts).
 */
export const createDialler = (deps: DiallerDeps) => {
  const { store, repository, telephony, history, outbox, clock } = deps;

  const viewOf = (call: CallRecord, numberClass: DialView['numberClass']): DialView => ({
    callId: call.id,
    channelId: call.channelId,
    number: shownNumber(call.callerNormal),
    numberClass,
    result: call.dialResult ?? 'begun',
  });
  const classOf = (number: string) => numberClassOf(number, deps);

  const targetOf = (wanted: WantedDial, actor: DialActor): Promise<FoundTarget> =>
    wanted.to.kind === 'number' ? Promise.resolve({ number: wanted.to.number, caseId: null }) : deps.find(wanted.to, actor);

  const extensionSort = async (number: string, actor: DialActor): Promise<'own' | 'colleague' | null> => {
    const found = await store.read((db) => repository.staffByExtension(db, number));
    if (!found) return null;
    return found.staffId === actor.staffId ? 'own' : 'colleague';
  };

  /** Refuses, or writes the call down: the last look and the writing are one, so that two at once are not two calls. */
  const claim = async (
    db: Exec,
    actor: DialActor,
    facts: { key: string; extension: string; node: string; number: string; normal: string; caseId: CaseId | null; match: CallerMatch },
    decide: (lastHour: { agent: number; all: number }) => void,
  ): Promise<CallRecord> => {
    await repository.lockStaff(db, actor.staffId);
    const again = await repository.byDialKey(db, facts.key);
    if (again) return again;
    const since = new Date(clock.now().getTime() - HOUR_MS);
    decide(await repository.dialledSince(db, actor.staffId, since));
    if (await repository.hasOpenCall(db, actor.staffId)) throw refusal('dial.not_free', { state: 'calling_out' });
    const { match } = facts;
    const row = await repository.insertCall(db, {
      channelId: `dial-${deps.randomId()}`,
      node: facts.node,
      calledNumber: '',
      callerReceived: facts.normal,
      callerKind: 'number',
      callerNormal: facts.normal,
      citizenId: match.identity === 'known' ? (match.people[0]?.citizenId ?? null) : null,
      arrivedAt: clock.now(),
      answeredBy: actor.staffId,
      origin: 'outbound',
      dialledBy: actor.staffId,
      dialKey: facts.key,
      caseId: facts.caseId,
    });
    if (!row) throw new HotlineError('internal.unexpected', 'the call could not be written');
    const details = { numberClass: classOf(facts.number), ...(facts.caseId === null ? {} : { caseId: facts.caseId }) };
    const act = 'call.dialled';
    await history.append(db, { actor: byStaff(actor.staffId), act, thing: { kind: 'call', id: row.id }, details });
    if (facts.caseId !== null)
      await history.append(db, {
        actor: byStaff(actor.staffId),
        act,
        thing: { kind: 'case', id: facts.caseId },
        details: { callId: row.id },
      });
    await outbox.append(db, 'call.dialled', { callId: row.id, staffId: actor.staffId });
    return row;
  };

  /** The switch was not asked, or would not: nobody is rung, and the row says so. After a time-out nobody knows yet. */
  const giveUp = (call: CallRecord, actor: DialActor): Promise<void> =>
    store.write(async (db) => {
      const now = await repository.byChannel(db, call.channelId);
      if (!now || now.endedAt) return;
      await repository.updateCall(db, call.id, { endedAt: clock.now(), dialResult: 'failed', disposition: 'unreached' });
      await outbox.append(db, 'call.dialled', { callId: call.id, staffId: actor.staffId });
      await outbox.append(db, 'call.ended', { callId: call.id, disposition: 'unreached' });
    });

  return {
    /**
     * @throws HotlineError thing.not_found · dial.no_number · call.destination_unknown · call.number_forbidden · call.loops ·
     * call.to_oneself · dial.colleague · dial.no_telephone · dial.not_free · dial.rate_limited · dial.confirm_needed with
     * `numberClass` · request.invalid for a name used for another call · those of Telephony.dialOut
     */
    async dial(wanted: WantedDial, actor: DialActor): Promise<DialView> {
      const key = `${actor.staffId}:${wanted.key}`;
      const found = await targetOf(wanted, actor);
      if (found.number === null) throw refusal('dial.no_number');
      const number = dialledForm(found.number);
      const numberClass = number === null ? 'malformed' : classOf(number);
      const parsed = parseCallerNumber(number ?? '', deps.areaCode);
      const before = await store.read((db) => repository.byDialKey(db, key));
      if (before) {
        if (parsed.kind !== 'number' || before.callerNormal !== parsed.normal)
          throw new HotlineError('request.invalid', '这次拨打已用过 This name was used for another call', { field: 'key' });
        return viewOf(before, numberClass);
      }
      const [rules, agentState, extension, sort] = await Promise.all([
        deps.rules(),
        deps.stateOfAgent(actor.staffId),
        deps.extensionOf(actor.staffId),
        number === null ? null : extensionSort(number, actor),
      ]);
      const { roles } = actor;
      const decide = (lastHour: { agent: number; all: number }): void => {
        const asked = { roles, numberClass, confirmed: wanted.confirm ?? false, extension: sort, agentState, lastHour };
        const refused = mayDial(rules, asked);
        if (refused) throw refusal(refused.code, refused.details);
      };
      const node = extension === null ? null : telephony.homeOf(extension);
      // What cannot be is said first, and a telephone that is not there before anything is written.
      if (node === null || number === null || parsed.kind !== 'number') {
        decide({ agent: 0, all: 0 });
        throw refusal('dial.no_telephone');
      }
      const match = await deps.directory.callerOf(parsed.normal);
      const facts = { key, extension: extension ?? '', node, number, normal: parsed.normal, caseId: found.caseId, match };
      let isNew = false;
      const call = await store.write((db) =>
        claim(db, actor, facts, (lastHour) => {
          decide(lastHour);
          isNew = true;
        }),
      );
      if (!isNew) return viewOf(call, numberClass);
      const shown = rules.shownNumber ?? deps.ownNumbers[0] ?? '';
      await telephony
        .dialOut({ channelId: call.channelId, node, extension: facts.extension, number, normal: parsed.normal, shown })
        .catch(async (err) => {
          if (!isHotlineError(err, 'telephony.timeout')) await giveUp(call, actor);
          throw err;
        });
      return viewOf(call, numberClass);
    },

    /** A call that was written down in the instant the service or the link died: is it not at the switch, it is over. */
    async sweep(): Promise<void> {
      const silent = await repository.silentDials(new Date(clock.now().getTime() - SILENT_MS));
      for (const node of new Set(silent))
        for (const snapshot of await telephony.snapshot(node).catch(() => [])) await deps.calls.reconcile(snapshot);
    },
  };
};
export type Dialler = ReturnType<typeof createDialler>;
