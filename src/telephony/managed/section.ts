import { HotlineError } from '../../core/errors.ts';

/**
 * One line per key. A value that could begin a new line is refused, because it would change the file's meaning; a semicolon,
 * which would begin a comment, is escaped: passwords and SIP addresses may hold one.
 */
export const section = (name: string, entries: Readonly<Record<string, string | number | readonly string[]>>): string => {
  const lines = Object.entries(entries).flatMap(([key, value]) =>
    (typeof value === 'object' ? value : [value]).map((one) => `${key} = ${plain(String(one), key)}`),
  );
  return `[${name}]\n${lines.join('\n')}\n`;
};

const plain = (value: string, key: string): string => {
  if (/[\r\n\0]/.test(value)) throw new HotlineError('config.invalid', `the value of ${key} must not hold a line break`);
  return value.replaceAll(';', '\\;');
};
