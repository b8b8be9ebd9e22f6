import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { HotlineError } from '../core/errors.ts';
import { ROLES, type Role } from '../core/roles.ts';
import { passwordFault } from './password-rules.ts';
import type { AccessRepository } from './repository.ts';
import type { Access } from './service.ts';

export const ACCOUNT_USAGE = `用法 usage:
  npm run account -- create --account 账号 --name 姓名 --role administrator[,…] [--extension 分机] [--unit 单位代码] [--generate]
  npm run account -- password --account 账号 [--generate]      重设密码 set a new password; ends that person's log-ins
  npm run account -- second-factor --account 账号               重置第二因素 for somebody who lost the authenticator
  npm run account -- list
  密码在终端里输入（不显示），或从标准输入读取，或用 --generate 生成并只显示一次
  (the password is asked without echo, or read from standard input, or made with --generate and shown once)
  角色 roles: ${ROLES.join(', ')}
`;

export interface AccountDeps {
  access: Pick<Access, 'addStaff' | 'setPassword' | 'staff' | 'resetSecondFactor'>;
  repository: Pick<AccessRepository, 'credentials'>;
  /** Asks twice on a terminal, else reads one line. */
  askPassword: () => Promise<string>;
  say: (text: string) => void;
}

const wrong = (sentence: string): HotlineError => new HotlineError('request.invalid', sentence);

/** Without the letters that are read for others. */
const LETTERS = ['abcdefghjkmnpqrstuvwxyz', 'ABCDEFGHJKMNPQRSTUVWXYZ', '23456789'];

/** About 92 bits, in four groups that can be read out. */
export const makePassword = (): string => {
  const all = LETTERS.join('');
  for (;;) {
    const made = Array.from({ length: 16 }, () => all.charAt(randomInt(all.length)));
    if (LETTERS.every((kind) => made.some((letter) => kind.includes(letter)))) return (made.join('').match(/.{4}/g) ?? []).join('-');
  }
};

const rolesOf = (text: string | undefined): Role[] => {
  const words = (text ?? '').split(',').map((word) => word.trim());
  const unknown = words.filter((word) => !(ROLES as readonly string[]).includes(word));
  if (unknown.length) throw wrong(`--role: 没有这个角色 (no such role): ${unknown.join(', ') || '—'}\n${ACCOUNT_USAGE}`);
  return [...new Set(words)] as Role[];
};

const accountOf = (text: string | undefined): string => {
  const account = (text ?? '').trim();
  if (!/^[\p{L}\p{N}._-]{2,50}$/u.test(account))
    throw wrong(`--account: 2 到 50 个字母、数字或 . _ - (2 to 50 letters, digits or . _ -)\n${ACCOUNT_USAGE}`);
  return account;
};

const choosePassword = async (account: string, generate: boolean, deps: AccountDeps): Promise<string> => {
  const password = generate ? makePassword() : await deps.askPassword();
  const fault = passwordFault(password, account);
  if (fault) throw wrong(`密码不合要求，未作改动 password refused, nothing changed: ${fault}`);
  return password;
};

const create = async (options: Options, deps: AccountDeps): Promise<void> => {
  const account = accountOf(options.account);
  const name = (options.name ?? '').trim();
  if (!/^\P{Cc}{1,50}$/u.test(name)) throw wrong(`--name: 必填，不超过 50 字 (needed, at most 50 characters)\n${ACCOUNT_USAGE}`);
  const roles = rolesOf(options.role);
  if (options.extension !== undefined && !/^\d{3,6}$/.test(options.extension))
    throw wrong('--extension: 3 到 6 位数字 (three to six digits)');
  if (await deps.repository.credentials(account)) throw wrong(`账号 ${account} 已存在 (the account exists already)`);
  const password = await choosePassword(account, options.generate === true, deps);
  const staff = { account, name, password, roles, extension: options.extension ?? null, unitCode: options.unit ?? null };
  await deps.access.addStaff(staff);
  deps.say(`已建立账号 ${account}（${name}）：${roles.join('、')} (account made, and put on record)`);
  if (options.generate) deps.say(`密码 password: ${password}    只显示这一次 (shown this once)`);
};

const reset = async (options: Options, deps: AccountDeps): Promise<void> => {
  const account = accountOf(options.account);
  const known = await deps.repository.credentials(account);
  if (!known) throw wrong(`没有账号 ${account} (no such account)`);
  const password = await choosePassword(account, options.generate === true, deps);
  await deps.access.setPassword(known.staffId, password);
  deps.say(`已重设 ${account} 的密码，其登录均已结束 (password set, that person's log-ins have ended)`);
  if (options.generate) deps.say(`密码 password: ${password}    只显示这一次 (shown this once)`);
};

/** The way back in for the only administrator, whose authenticator nobody else can reset. */
const resetFactor = async (options: Options, deps: AccountDeps): Promise<void> => {
  const account = accountOf(options.account);
  const known = await deps.repository.credentials(account);
  if (!known) throw wrong(`没有账号 ${account} (no such account)`);
  const had = await deps.access.resetSecondFactor(known.staffId, null);
  deps.say(
    had ? `已重置 ${account} 的第二因素 (second factor reset; enrolled anew at the next log-in)` : `${account} 没有第二因素 (had none)`,
  );
};

interface Options {
  account?: string;
  name?: string;
  role?: string;
  extension?: string;
  unit?: string;
  generate?: boolean;
}

const parse = (args: readonly string[]): { verb: string; options: Options } => {
  const text = { type: 'string' } as const;
  const known = { account: text, name: text, role: text, extension: text, unit: text, generate: { type: 'boolean' } } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: known, allowPositionals: true });
    if (positionals.length !== 1) throw new Error('one of: create, password, second-factor, list');
    return { verb: positionals[0] ?? '', options: values };
  } catch (err) {
    throw wrong(`${err instanceof Error ? err.message : String(err)}\n${ACCOUNT_USAGE}`);
  }
};

/**
 * Accounts from the machine's own terminal: the first one of an installation, and the way back in for an administrator who
 * is locked out. Whoever can run it holds the database anyway; each act is recorded all the same.
 * @throws HotlineError request.invalid with a sentence for the terminal
 */
export const accountCommand = async (args: readonly string[], deps: AccountDeps): Promise<void> => {
  const { verb, options } = parse(args);
  if (verb === 'create') return create(options, deps);
  if (verb === 'password') return reset(options, deps);
  if (verb === 'second-factor') return resetFactor(options, deps);
  if (verb !== 'list') throw wrong(`${verb}?\n${ACCOUNT_USAGE}`);
  for (const each of await deps.access.staff())
    deps.say(`${each.account.padEnd(20)} ${each.active ? ' ' : '停用 off'} ${each.roles.join(',').padEnd(30)} ${each.name}`);
};
