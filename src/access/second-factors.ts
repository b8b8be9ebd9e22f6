import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { Role } from '../core/roles.ts';
import { byStaff, type History } from '../history/index.ts';
import type { KeptSetting, SettingsRepository } from '../settings/repository.ts';
import { saveSetting } from '../settings/saving.ts';
import type { Store } from '../storage/store.ts';
import type { AccessRepository } from './repository.ts';
import type { SecondFactorSettings } from './schemas.ts';
import {
  enrolmentOf,
  isTimeCode,
  mustHave,
  newRecoveryCodes,
  newSecret,
  recoveryHash,
  type SecondFactorStanding,
  seal,
  stepOf,
  unseal,
} from './second-factor.ts';
import type { Session } from './session.ts';
import { CODE_POLICY, counted, waitMs } from './throttle.ts';

const KEY = 'access.second_factor';
const BEGUN_STAYS_MS = 600_000;

export interface SecondFactorsDeps {
  store: Pick<Store, 'write'>;
  repository: AccessRepository;
  settings: SettingsRepository;
  history: Pick<History, 'append'>;
  clock: Clock;
  /** Derived from the master secret: seals the secrets and keys the recovery codes' hashes. */
  key: Buffer;
  /** Who must have one until an administrator says otherwise. */
  requiredByDefault: readonly Role[];
  /** Names the hotline in the authenticator. */
  issuer: string;
}

const wrong = (): HotlineError => new HotlineError('session.second_factor_wrong', '验证码不对或已用过 (wrong code, or used already)');
const unreadable = (): HotlineError =>
  new HotlineError(
    'session.second_factor_unreadable',
    '主密钥已更换，请管理员重置第二因素 (the master secret has changed: ask for a reset)',
  );

/** The second factor: a code of the moment from an authenticator (RFC 6238), or one of ten recovery codes. */
export const createSecondFactors = (deps: SecondFactorsDeps) => {
  const { store, repository, settings, history, clock, key } = deps;

  const required = async (): Promise<readonly Role[]> =>
    ((await settings.get(KEY))?.value as { roles: Role[] } | undefined)?.roles ?? deps.requiredByDefault;

  /** Counted before it is tried: of a thousand guesses at once only the free ones are looked at. */
  const countAttempt = async (staffId: number): Promise<void> => {
    const wait = await store.write(async () => {
      const now = clock.now();
      const throttle = await repository.lockThrottle(`code:${staffId}`, now);
      const wait = waitMs(throttle, now);
      if (wait === 0) await repository.saveThrottle(`code:${staffId}`, counted(throttle, now, CODE_POLICY));
      return wait;
    });
    const retryAfterSeconds = Math.ceil(wait / 1000);
    if (wait > 0)
      throw new HotlineError('session.throttled', `尝试次数过多，请 ${retryAfterSeconds} 秒后再试 (too many attempts)`, {
        retryAfterSeconds,
      });
  };

  const forgive = (staffId: number): Promise<void> =>
    repository.saveThrottle(`code:${staffId}`, { failures: 0, blockedUntil: null, updatedAt: clock.now() });

  /** @throws HotlineError when it is not right now, or was taken before */
  const take = async (staffId: number, code: string, options: { recovery: boolean }): Promise<void> => {
    const factor = await repository.secondFactor(staffId);
    if (!factor) throw wrong();
    await countAttempt(staffId);
    if (isTimeCode(code)) {
      const secret = unseal(key, staffId, factor.secret);
      if (!secret) throw unreadable();
      const step = stepOf(secret, code, clock.now());
      // The step is written only when it is later than the last: of two at once with one code, one comes in.
      if (step === null || !(await repository.takeStep(staffId, step))) throw wrong();
    } else {
      const used = options.recovery && (await repository.spendRecoveryCode(staffId, recoveryHash(key, staffId, code), clock.now()));
      if (!used) throw wrong();
      await store.write((db) =>
        history.append(db, { actor: byStaff(staffId), act: 'second_factor.recovery_code_used', thing: { kind: 'staff', id: staffId } }),
      );
    }
    await forgive(staffId);
  };

  const issueCodes = async (staffId: number): Promise<string[]> => {
    const codes = newRecoveryCodes();
    await repository.replaceRecoveryCodes(
      staffId,
      codes.map((code) => recoveryHash(key, staffId, code)),
    );
    return codes;
  };

  const viewOf = (kept: KeptSetting | null): SecondFactorSettings => ({
    version: kept?.version ?? 0,
    roles: [...((kept?.value as { roles: Role[] } | undefined)?.roles ?? deps.requiredByDefault)],
  });

  return {
    /**
     * After a right password.
     * @returns what the session has proven
     * @throws HotlineError session.second_factor_required (no code given), session.second_factor_wrong, session.throttled
     */
    async gate(staffId: number, roles: readonly Role[], code: string | undefined): Promise<SecondFactorStanding> {
      const factor = await repository.secondFactor(staffId);
      if (!factor?.confirmedAt) return mustHave(roles, await required()) ? 'due' : 'none';
      if (!code) throw new HotlineError('session.second_factor_required', '请输入验证器上的六位数字 (enter the six digits)');
      await take(staffId, code, { recovery: true });
      return 'passed';
    },

    /** Whether somebody of these roles must still enrol. */
    async owes(staffId: number, roles: readonly Role[]): Promise<boolean> {
      return mustHave(roles, await required()) && !(await repository.secondFactor(staffId))?.confirmedAt;
    },

    async mine(session: Session): Promise<{ enrolled: boolean; recoveryCodesLeft: number }> {
      const { staffId } = session.staff;
      const factor = await repository.secondFactor(staffId);
      return { enrolled: !!factor?.confirmedAt, recoveryCodesLeft: await repository.recoveryCodesLeft(staffId) };
    },

    /** A new secret, not in force until its first right code. @throws HotlineError session.second_factor_enrolled */
    async begin(session: Session): Promise<{ uri: string; secret: string }> {
      const { staffId, account } = session.staff;
      const begun = await repository.secondFactor(staffId);
      // A page that is opened twice within minutes must not swap the secret under the code that was just photographed.
      const fresh = begun && !begun.confirmedAt && clock.now().getTime() - begun.createdAt.getTime() < BEGUN_STAYS_MS;
      const secret = (fresh && unseal(key, staffId, begun.secret)) || newSecret();
      if (!(await repository.beginSecondFactor(staffId, seal(key, staffId, secret), clock.now())))
        throw new HotlineError('session.second_factor_enrolled', '已经启用 (enrolled already)');
      return enrolmentOf(secret, { issuer: deps.issuer, label: account });
    },

    /** The first right code puts it in force. @returns the recovery codes, which are shown this once */
    async confirm(session: Session, code: string): Promise<string[]> {
      const { staffId } = session.staff;
      if ((await repository.secondFactor(staffId))?.confirmedAt)
        throw new HotlineError('session.second_factor_enrolled', '已经启用 (enrolled already)');
      await take(staffId, code, { recovery: false });
      return store.write(async (db) => {
        if (!(await repository.confirmSecondFactor(staffId, session.sessionId, clock.now())))
          throw new HotlineError('session.second_factor_enrolled', '已经启用 (enrolled already)');
        await history.append(db, { actor: byStaff(staffId), act: 'second_factor.enrolled', thing: { kind: 'staff', id: staffId } });
        return issueCodes(staffId);
      });
    },

    /** Ten new ones; the old ones open nothing any more. */
    async renewCodes(session: Session, code: string): Promise<string[]> {
      const { staffId } = session.staff;
      if (!(await repository.secondFactor(staffId))?.confirmedAt) throw wrong();
      await take(staffId, code, { recovery: false });
      return store.write(async (db) => {
        await history.append(db, { actor: byStaff(staffId), act: 'second_factor.codes_renewed', thing: { kind: 'staff', id: staffId } });
        return issueCodes(staffId);
      });
    },

    settings: async (): Promise<SecondFactorSettings> => viewOf(await settings.get(KEY)),

    /** In force from each person's next log-in. @throws HotlineError settings.version_stale with theirs */
    async saveSettings(asked: SecondFactorSettings, by: number): Promise<SecondFactorSettings> {
      const { roles } = asked;
      const saved = await saveSetting(
        { store, repository: settings, history, clock },
        {
          key: KEY,
          kind: 'second_factor',
          version: asked.version,
          value: { roles },
          details: { before: { roles: viewOf(await settings.get(KEY)).roles }, after: { roles } },
          by,
          theirs: async () => viewOf(await settings.get(KEY)),
        },
      );
      return viewOf(saved);
    },
  };
};
export type SecondFactors = ReturnType<typeof createSecondFactors>;
