import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { HotlineError, isHotlineError } from '../core/errors.ts';
import type { Role } from '../core/roles.ts';
import { byStaff, bySystem, type History } from '../history/index.ts';
import type { Store } from '../storage/store.ts';
import type { Passwords } from './password.ts';
import type { AccessRepository, StaffRow } from './repository.ts';
import type { SecondFactorStanding } from './second-factor.ts';
import type { SecondFactors } from './second-factors.ts';
import { type Session, standingOf } from './session.ts';
import { ACCOUNT_POLICY, ADDRESS_POLICY, accountKey, addressKey, counted, forgiven, waitMs } from './throttle.ts';

export interface AccessSettings {
  sessionHours: number;
  idleMinutes: number;
}

export interface OpenedSession {
  /** Goes into the cookie and nowhere else; the database holds its hash. */
  token: string;
  session: Session;
}

export interface Access {
  /**
   * @param attempt.code six digits of the authenticator or a recovery code, once it is asked for
   * @throws HotlineError session.credentials_wrong, session.second_factor_required, session.second_factor_wrong,
   *   session.throttled {retryAfterSeconds}, request.too_many
   */
  logIn(attempt: { account: string; password: string; address: string; code?: string | undefined }): Promise<OpenedSession>;
  logOut(session: Session): Promise<void>;
  /** Whose token this is, or null; counts as being active unless `touch` is false. */
  who(token: string, options?: { touch: boolean }): Promise<Session | null>;
  staff(): Promise<StaffRow[]>;
  /** @throws HotlineError request.invalid when the account or extension is taken or the password is too short */
  addStaff(staff: {
    account: string;
    name: string;
    password: string;
    roles: Role[];
    extension?: string | null;
    unitCode?: string | null;
  }): Promise<number>;
  /** Ends every session of that person: whoever knew the old password is out. */
  setPassword(staffId: number, password: string): Promise<void>;
  endSessionsOf(staffId: number, by: number): Promise<void>;
  /** Sessions of somebody who must enrol first may do nothing else from now on. */
  demandSecondFactor(staffId: number): Promise<void>;
  /** Takes the authenticator of somebody who has lost it; ends their sessions. @param by null: the machine's terminal. @returns false: there was none */
  resetSecondFactor(staffId: number, by: number | null): Promise<boolean>;
  /** Told the id of each session that ends here, so that its open connections can be closed. @returns undo */
  onSessionEnded(listener: (sessionId: number) => void): () => void;
}

const LEAST_PASSWORD = 8;
const FORGET_AFTER_MS = 86_400_000;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

const checkPassword = (password: string): void => {
  if (password.length < LEAST_PASSWORD)
    throw new HotlineError('request.invalid', `密码至少 ${LEAST_PASSWORD} 位 (password of at least ${LEAST_PASSWORD} characters)`, {
      field: 'password',
    });
};

export const createAccess = (deps: {
  store: Store;
  repository: AccessRepository;
  history: History;
  passwords: Passwords;
  clock: Clock;
  settings: AccessSettings;
  /** Without it, as in the terminal's command, nobody is asked for a second factor: nobody logs in there. */
  secondFactors?: Pick<SecondFactors, 'gate'>;
}): Access => {
  const { store, repository, history, passwords, clock, settings } = deps;
  const idleMs = settings.idleMinutes * 60_000;
  const lifeMs = settings.sessionHours * 3_600_000;
  const listeners = new Set<(sessionId: number) => void>();
  const tell = (ids: readonly number[]): void => {
    for (const id of ids) for (const listener of listeners) listener(id);
  };

  /** Counts the attempt before it is tried: a hundred guesses sent at once are a hundred, not one. */
  const countAttempt = (account: string, address: string): Promise<void> =>
    store
      .write(async () => {
        const now = clock.now();
        const mine = await repository.lockThrottle(accountKey(account), now);
        const shared = await repository.lockThrottle(addressKey(address), now);
        const wait = Math.max(waitMs(mine, now), waitMs(shared, now));
        if (wait > 0) return wait;
        await repository.saveThrottle(accountKey(account), counted(mine, now, ACCOUNT_POLICY));
        await repository.saveThrottle(addressKey(address), counted(shared, now, ADDRESS_POLICY));
        return wait;
      })
      .then((wait) => {
        const retryAfterSeconds = Math.ceil(wait / 1000);
        if (wait > 0)
          throw new HotlineError('session.throttled', `尝试次数过多，请 ${retryAfterSeconds} 秒后再试 (too many attempts)`, {
            retryAfterSeconds,
          });
      });

  const forgive = async (account: string, address: string): Promise<void> => {
    const now = clock.now();
    const mine = accountKey(account);
    await repository.saveThrottle(mine, forgiven(await repository.lockThrottle(mine, now), 'account', now));
    const shared = addressKey(address);
    await repository.saveThrottle(shared, forgiven(await repository.lockThrottle(shared, now), 'address', now));
  };

  /** The address is no guesser's: its password was right. The account's count stays until the code is right as well. */
  const forgiveAddress = async (address: string): Promise<void> => {
    const now = clock.now();
    const shared = addressKey(address);
    await store.write(async () => {
      await repository.saveThrottle(shared, forgiven(await repository.lockThrottle(shared, now), 'address', now));
    });
  };

  const recordRefusal = (staffId: number | null, address: string): Promise<void> =>
    store.write(async (db) => {
      await history.append(db, {
        actor: bySystem,
        act: 'session.refused',
        thing: { kind: 'staff', id: staffId },
        details: { address },
      });
      await repository.forgetThrottles(new Date(clock.now().getTime() - FORGET_AFTER_MS));
    });

  const open = async (staffId: number, account: string, address: string, secondFactor: SecondFactorStanding): Promise<OpenedSession> => {
    const token = randomBytes(32).toString('base64url');
    const createdAt = clock.now();
    await store.write(async (db) => {
      await forgive(account, address);
      const expiresAt = new Date(createdAt.getTime() + lifeMs);
      const sessionId = await repository.addSession({ tokenHash: hashOf(token), staffId, address, createdAt, expiresAt, secondFactor });
      await history.append(db, {
        actor: byStaff(staffId),
        act: 'session.opened',
        thing: { kind: 'session', id: sessionId },
        details: { address, secondFactor },
      });
    });
    const session = await who(token);
    if (!session) throw new HotlineError('internal.unexpected', 'a session just opened is not there');
    return { token, session };
  };

  const prove = async (known: StaffRow, code: string | undefined, address: string): Promise<SecondFactorStanding> => {
    try {
      return (await deps.secondFactors?.gate(known.staffId, known.roles, code)) ?? 'none';
    } catch (err) {
      if (isHotlineError(err, 'session.second_factor_required')) await forgiveAddress(address);
      else await recordRefusal(known.staffId, address);
      throw err;
    }
  };

  const who: Access['who'] = async (token, options) => {
    if (!TOKEN.test(token)) return null;
    const row = await repository.sessionByTokenHash(hashOf(token));
    if (!row) return null;
    const now = clock.now();
    const standing = standingOf(row, now, idleMs);
    if (!standing.valid) return null;
    if (standing.touch && options?.touch !== false) await repository.touchSession(row.sessionId, now);
    return standing.session;
  };

  const end = async (which: { sessionId: number } | { staffId: number }, by: number | null): Promise<void> => {
    const ended = await store.write(async (db) => {
      const ids = await repository.endSessions(which, clock.now());
      for (const id of ids)
        await history.append(db, { actor: by === null ? bySystem : byStaff(by), act: 'session.ended', thing: { kind: 'session', id } });
      return ids;
    });
    tell(ended);
  };

  return {
    who,
    logIn: ({ account, password, address, code }) =>
      passwords.inTurn(async (verify) => {
        const name = account.trim();
        await countAttempt(name, address);
        const known = await repository.credentials(name);
        const right = await verify(known?.active ? known.passwordHash : null, password);
        if (right && known) return open(known.staffId, name, address, await prove(known, code, address));
        await recordRefusal(known?.staffId ?? null, address);
        throw new HotlineError('session.credentials_wrong', '账号或密码不对 (wrong account or password)');
      }),
    logOut: (session) => end({ sessionId: session.sessionId }, session.staff.staffId),
    staff: () => repository.staff(),
    async addStaff({ account, name, password, roles, extension = null, unitCode = null }) {
      checkPassword(password);
      const passwordHash = await passwords.hash(password);
      return store.write(async (db) => {
        const id = await repository.addStaff({ account, name, passwordHash, roles, extension, unitCode }, clock.now());
        if (id === null)
          throw new HotlineError('request.invalid', '账号或分机已被使用 (account or extension is taken)', {
            fields: ['account', 'extension'],
          });
        await history.append(db, { actor: bySystem, act: 'staff.added', thing: { kind: 'staff', id }, details: { roles } });
        return id;
      });
    },
    async setPassword(staffId, password) {
      checkPassword(password);
      const passwordHash = await passwords.hash(password);
      await store.write(async (db) => {
        await repository.setPasswordHash(staffId, passwordHash);
        await history.append(db, { actor: bySystem, act: 'staff.password_set', thing: { kind: 'staff', id: staffId } });
      });
      await end({ staffId }, null);
    },
    endSessionsOf: (staffId, by) => end({ staffId }, by),
    demandSecondFactor: async (staffId) => tell(await repository.demandSecondFactor(staffId)),
    async resetSecondFactor(staffId, by) {
      const removed = await store.write(async (db) => {
        const removed = await repository.removeSecondFactor(staffId);
        if (removed)
          await history.append(db, {
            actor: by === null ? bySystem : byStaff(by),
            act: 'second_factor.reset',
            thing: { kind: 'staff', id: staffId },
          });
        return removed;
      });
      if (removed) await end({ staffId }, by);
      return removed;
    },
    onSessionEnded(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
