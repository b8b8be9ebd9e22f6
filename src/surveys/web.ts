import { timingSafeEqual } from 'node:crypto';
import type { CaseLives } from '../cases/index.ts';
import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import { dueAfterWorkingDays, type WorkCalendar } from '../core/working-time.ts';
import { byStaff, bySystem, type History } from '../history/index.ts';
import type { Exec, Store } from '../storage/store.ts';
import { UNHAPPY_WORKING_DAYS } from './finish.ts';
import { keepGiven } from './given-answers.ts';
import {
  answersOf,
  digitsOf,
  type FormFault,
  faultsOfForm,
  LINK_DAYS,
  type LinkStanding,
  MOST_LINKS,
  type SurveyLink,
  standingOf,
  type WebAnswers,
} from './link.ts';
import type { LinkTokens } from './link-tokens.ts';
import type { SurveysRepository, SurveyTask } from './repository.ts';
import { callbackOf, type Given, isRated } from './result.ts';
import { isMobile, type TextGateway } from './texts.ts';

export interface WebDeps {
  store: Pick<Store, 'write'>;
  repository: SurveysRepository;
  lives: Pick<CaseLives, 'recordSurvey'>;
  history: Pick<History, 'append'>;
  /** Null: none is set, and nobody gets a link. */
  texts: TextGateway | null;
  tokens: LinkTokens;
  calendar(): Promise<WorkCalendar>;
  clock: Clock;
}

const DAY_MS = 86_400_000;

const noText = (sentence: string): HotlineError => new HotlineError('survey.no_text', sentence);

const sameDigits = (number: string, digits: string): boolean => timingSafeEqual(Buffer.from(number.slice(-4)), Buffer.from(digits));

/** What the page shows: where the link stands, and after a fault what was filled in. */
export interface Shown {
  standing: LinkStanding | 'thanks';
  faults: readonly FormFault[];
  answers: WebAnswers;
}

const shown = (standing: Shown['standing'], faults: readonly FormFault[] = [], form: Readonly<Record<string, string>> = {}): Shown => ({
  standing,
  faults,
  answers: answersOf(form),
});

/** The questions on a page: one link, one answer, kept like the machine's (domain §3h). */
export const createWeb = (deps: WebDeps) => {
  const { store, repository, lives, history, clock } = deps;

  const look = async (token: string): Promise<{ link: SurveyLink; task: SurveyTask; standing: LinkStanding } | null> => {
    // Whoever guesses at random is told so without a look into the database.
    const hash = deps.tokens.hashOf(token);
    if (hash === null) return null;
    const link = await repository.linkBy(hash);
    const task = link && (await repository.task(link.taskId));
    if (!link || !task) return null;
    const answered = isRated(await repository.answersOf(task.taskId));
    return { link, task, standing: standingOf(link, { state: task.state, answered }, clock.now()) };
  };

  const keep = async (db: Exec, task: SurveyTask, answers: WebAnswers): Promise<void> => {
    const at = clock.now();
    if (answers.optOut && task.number !== null)
      await repository.addOptOut(db, { number: task.number, optedOut: true, attemptId: null, staffId: null, at });
    const given = (['contacted', 'settled', 'satisfied'] as const).flatMap((measure): Given[] => {
      const value = answers[measure];
      return value === null ? [] : [{ measure, value }];
    });
    if (!isRated(given)) {
      // They want no call and said nothing else: whether the case ends without a word is a person's to decide.
      await repository.setTask(db, task.taskId, ['waiting', 'text', 'settle'], { state: 'person', dueAt: at, reason: 'opted_out' }, at);
      return;
    }
    await keepGiven(repository, db, { taskId: task.taskId, mode: 'web', staffId: null, at }, given);
    const { unhappy, ...said } = callbackOf(given, 'web');
    const text = answers.text === '' ? {} : { text: answers.text };
    const moved = await lives.recordSurvey(task.caseId, task.round, { do: 'record_callback', ...said, ...text });
    const by = dueAfterWorkingDays(await deps.calendar(), at, UNHAPPY_WORKING_DAYS).at;
    // A case that ended meanwhile is not opened again by a late answer; the answer is kept and counts.
    const next = unhappy && moved ? { state: 'person', dueAt: by, reason: 'dissatisfied' } : { state: 'done', dueAt: null, reason: null };
    await repository.setTask(
      db,
      task.taskId,
      ['waiting', 'text', 'person', 'settle', 'unreachable', 'done'],
      next as Partial<SurveyTask>,
      at,
    );
  };

  /** A link sent to the citizen's telephone, in the caller's transaction; the one before it is closed. */
  const send = async (db: Exec, task: SurveyTask, gateway: TextGateway, number: string): Promise<Date> => {
    const { nonce, tokenHash } = deps.tokens.mint();
    const at = clock.now();
    const expiresAt = new Date(at.getTime() + LINK_DAYS * DAY_MS);
    await repository.addLink(db, { taskId: task.taskId, tokenHash, createdAt: at, expiresAt });
    await gateway.send(db, { number, nonce, taskId: task.taskId });
    return expiresAt;
  };

  return {
    /** Whether a link can reach this number at all. */
    canText: (number: string | null): boolean => deps.texts !== null && number !== null && isMobile(number),

    /** The machine has done what it could: the link goes by itself, in the transaction that ends the last call. */
    async sendByItself(db: Exec, task: SurveyTask): Promise<void> {
      if (deps.texts === null || task.number === null) return;
      await send(db, task, deps.texts, task.number);
      await history.append(db, { actor: bySystem, act: 'survey.link_sent', thing: { kind: 'survey', id: task.taskId }, details: {} });
    },

    /**
     * A person has the link sent. It goes to the citizen's telephone and is told to nobody else: staff see the last four
     * digits that the page asks for, and could answer in the citizen's name.
     * @throws HotlineError survey.no_text without a gateway, to a landline, or when three were sent · thing.not_found when there
     * is nothing left to ask, or the machine still calls by itself
     */
    async sendLink(taskId: number, staffId: StaffId): Promise<{ expiresAt: Date }> {
      const { texts } = deps;
      if (texts === null) throw noText('还没有接短信网关 No gateway for text messages is set');
      return store.write(async (db) => {
        const task = await repository.lockTask(db, taskId);
        const open = task?.number && ['text', 'person'].includes(task.state);
        if (!open || isRated(await repository.answersOf(taskId)))
          throw new HotlineError('thing.not_found', '这项回访没有可问的了 Nothing is left to ask');
        if (!isMobile(task.number ?? '')) throw noText('座机收不到短信 A landline takes no text messages');
        if ((await repository.linksOf(taskId)) >= MOST_LINKS) throw noText('已发过三次短信 Three messages have been sent already');
        const expiresAt = await send(db, task, texts, task.number ?? '');
        await history.append(db, { actor: byStaff(staffId), act: 'survey.link_sent', thing: { kind: 'survey', id: taskId }, details: {} });
        return { expiresAt };
      });
    },

    async page(token: string): Promise<Shown> {
      return shown((await look(token))?.standing ?? 'unknown');
    },

    /** A filled form. A replayed one finds the link used and changes nothing. */
    async answer(token: string, form: Readonly<Record<string, string>>): Promise<Shown> {
      const answers = answersOf(form);
      const digits = digitsOf(form);
      const faults = faultsOfForm(digits, answers);
      const before = await look(token);
      if (before?.standing !== 'open') return shown(before?.standing ?? 'unknown');
      if (faults.length) return shown('open', faults, form);
      return store.write(async (db) => {
        // The machine, a person and a second form all stand behind this lock.
        await repository.lockTask(db, before.task.taskId);
        const found = await look(token);
        if (found?.standing !== 'open') return shown(found?.standing ?? 'unknown');
        const { link, task } = found;
        if (task.number === null || !sameDigits(task.number, digits)) {
          const failures = await repository.linkFailed(db, link.linkId);
          const standing = standingOf({ ...link, failures }, { state: task.state, answered: false }, clock.now());
          return standing === 'open' ? shown('open', [{ field: 'digits', code: 'digits_wrong' }], form) : shown(standing);
        }
        // Of two forms at once one gets the link.
        if (!(await repository.spendLink(db, link.linkId, clock.now()))) return shown('used');
        await keep(db, task, answers);
        return shown('thanks');
      });
    },
  };
};
export type Web = ReturnType<typeof createWeb>;
