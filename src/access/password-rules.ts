const LEAST = 10;
/** From here on length alone is enough: a sentence is better than a short riddle. */
const LONG = 20;
const KINDS = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u];
const LEAST_KINDS = 3;
const LEAST_DIFFERENT = 6;
/** What guessers try first; a password that is little more than one of these is one of these. */
const WORN = [
  'password',
  'passw0rd',
  'qwerty',
  'admin',
  'root',
  'hotline',
  'welcome',
  'letmein',
  'iloveyou',
  'woaini',
  'mima',
  '123456789',
  '12345',
  'abc123',
];

/**
 * Pure: why a password is too easy to guess, in both languages; null when it is not. Complexity is asked by GB/T 22239-2019
 * §8.1.4.1 for systems like this one.
 */
export const passwordFault = (password: string, account: string): string | null => {
  const text = password.normalize('NFC');
  if ([...text].length < LEAST) return `密码至少 ${LEAST} 位 (at least ${LEAST} characters)`;
  if ([...text].length > 200) return '密码过长 (at most 200 characters)';
  const kinds = KINDS.filter((kind) => kind.test(text)).length;
  if ([...text].length < LONG && kinds < LEAST_KINDS)
    return `大写、小写、数字、其他字符至少三种，或不少于 ${LONG} 位 (three of: capitals, small letters, digits, others; or ${LONG} characters)`;
  if (new Set(text).size < LEAST_DIFFERENT) return '重复字符过多 (too few different characters)';
  const lower = text.toLowerCase();
  if (account.length >= 3 && lower.includes(account.toLowerCase())) return '密码里不能有账号 (must not contain the account)';
  const rest = WORN.reduce((left, word) => left.replaceAll(word, ''), lower);
  return [...rest].length < LEAST / 2 ? '密码太常见 (one that everybody tries first)' : null;
};
