import { parseRange } from '../outgoing/addresses.ts';
import type { KeyDefinition } from './keys.ts';

/** What a parser throws: the sentence after the key's name, in Chinese with English beside it. */
export class WrongValue extends Error {}

const wrong = (zh: string, en: string): never => {
  throw new WrongValue(`${zh} (${en})`);
};

export interface Parser<T> {
  /** Shown in the table of settings: what may be written here. */
  readonly form: string;
  parse(text: string): T;
}

export const word = <const T extends readonly string[]>(...words: T): Parser<T[number]> => ({
  form: words.join(' | '),
  parse: (text) => words.find((each) => each === text) ?? wrong(`只能是 ${words.join('、')} 之一`, `must be one of ${words.join(', ')}`),
});

export const text = (pattern: RegExp, form: string): Parser<string> => ({
  form,
  parse: (value) => (pattern.test(value) ? value : wrong(`格式应为：${form}`, `must look like: ${form}`)),
});

/** Anything of sensible length without control characters: a line break in a value could end up in a switch's configuration. */
export const line: Parser<string> = {
  form: 'text',
  parse: (value) =>
    /^\P{Cc}{1,500}$/u.test(value) ? value : wrong('不能含控制字符，且不超过 500 字', 'no control characters, at most 500'),
};

export const whole = (least: number, most: number): Parser<number> => ({
  form: `${least}–${most}`,
  parse: (value) => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    return number >= least && number <= most
      ? number
      : wrong(`应为 ${least} 到 ${most} 之间的整数`, `must be a whole number from ${least} to ${most}`);
  },
});

export const yesNo: Parser<boolean> = {
  form: 'yes | no',
  parse: (value) => {
    if (value === 'yes') return true;
    if (value === 'no') return false;
    return wrong('只能是 yes 或 no', 'must be yes or no');
  },
};

export const list = <T>(each: Parser<T>): Parser<T[]> => ({
  form: `${each.form}, …`,
  parse: (value) =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part) => each.parse(part)),
});

export const addressRange: Parser<string> = {
  form: 'address or range (10.20.0.0/16)',
  parse: (value) => (parseRange(value) === null ? wrong('应为地址或网段，如 10.20.0.0/16', 'must be an address or a range') : value.trim()),
};

const url = (schemes: readonly string[], value: string): URL => {
  const parsed = URL.parse(value);
  if (!parsed || !schemes.includes(parsed.protocol)) {
    const forms = schemes.map((scheme) => `${scheme}//`).join(', ');
    return wrong(`应为以 ${forms} 开头的地址`, `must be an address that begins with ${forms}`);
  }
  return parsed;
};

/** @returns the origin alone, "https://hotline.example.cn", because a path here would silently never match. */
export const origin: Parser<string> = {
  form: 'https://host[:port]',
  parse: (value) => {
    const parsed = url(['http:', 'https:'], value);
    if (parsed.pathname !== '/' || parsed.search !== '' || parsed.hash !== '')
      return wrong('只写到端口，不带路径', 'no path after the port');
    return parsed.origin;
  },
};

export const webSocketUrl: Parser<string> = {
  form: 'wss://host[:port]/path',
  parse: (value) => url(['ws:', 'wss:'], value).href,
};

/** Not parsed as a URL: the form with a unix socket, postgres://user@/database?host=/run/postgresql, is none by the standard. */
export const databaseUrl: Parser<string> = {
  form: 'postgres://user:password@host/database',
  parse: (value) => (/^postgres(ql)?:\/\/\S+$/.test(value) ? value : wrong('应以 postgres:// 开头', 'must begin with postgres://')),
};

/** JSON whose shape `check` proves; `check` throws WrongValue through `field` below. */
export const json = <T>(form: string, check: (value: unknown) => T): Parser<T> => ({
  form,
  parse: (value) => {
    let parsed: unknown;
    try {
      parsed = JSON.parse(value);
    } catch {
      return wrong('不是合法的 JSON', 'is not valid JSON');
    }
    return check(parsed);
  },
});

/** Reads the fields of one JSON object and names the field that is wrong. */
export const fieldsOf = (value: unknown, where: string) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong(`${where} 应为对象`, `${where} must be an object`);
  const source = value as Record<string, unknown>;
  const known = new Set<string>();
  const read = <T>(name: string, parser: Parser<T>, fallback: T | undefined): T => {
    known.add(name);
    const raw = source[name];
    if (raw === undefined || raw === null) {
      if (fallback !== undefined) return fallback;
      return wrong(`${where} 缺少 ${name}`, `${where} lacks ${name}`);
    }
    try {
      const asText = Array.isArray(raw) ? raw.join(',') : typeof raw === 'boolean' ? (raw ? 'yes' : 'no') : String(raw);
      return parser.parse(asText);
    } catch (err) {
      throw err instanceof WrongValue ? new WrongValue(`${where}.${name}: ${err.message}`) : err;
    }
  };
  return {
    need: <T>(name: string, parser: Parser<T>): T => read(name, parser, undefined),
    optional: <T>(name: string, parser: Parser<T>, fallback: T): T => read(name, parser, fallback),
    /** A misspelt field must not be a silently ignored one. */
    end: (): void => {
      const unknown = Object.keys(source).filter((name) => !known.has(name));
      if (unknown.length > 0) wrong(`${where} 有不认识的字段 ${unknown.join('、')}`, `${where} has unknown fields ${unknown.join(', ')}`);
    },
  };
};

export const arrayOf = <T>(value: unknown, each: (item: unknown, where: string) => T): T[] => {
  if (!Array.isArray(value)) return wrong('应为 JSON 数组', 'must be a JSON array');
  return value.map((item, index) => each(item, `[${index}]`));
};

export const parseKey = <T>(key: KeyDefinition<T>, raw: string | undefined): T =>
  raw === undefined || raw.trim() === '' ? key.fallback : key.parser.parse(raw.trim());
