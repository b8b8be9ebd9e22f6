import { HotlineError } from '../../core/errors.ts';

/** One AMI frame at our door: lower-cased keys, plain strings, unknown values empty. */
export type AmiMessage = Readonly<Record<string, string>>;

/**
 * Asterisk reads a line of an action into 1,025 bytes and throws a longer one away with a complaint nobody sees,
 * which would turn "pause with reason" into "pause" or worse. Refuse it here instead.
 */
const LINE_LIMIT_BYTES = 1000;

/**
 * The library writes values as they come: a CR or LF in a display name would end our action and begin the attacker's
 * (`Action: Command` in a caller's name was tried and ran).
 * @throws HotlineError `telephony.value_refused`
 */
export const checkAction = (fields: Readonly<Record<string, string | number>>): Record<string, string> => {
  const checked: Record<string, string> = {};
  for (const [key, value] of Object.entries(fields)) {
    const text = String(value);
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(key))
      throw new HotlineError('telephony.value_refused', 'A field name is not allowed', { field: key.slice(0, 64) });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these three characters are the very thing to refuse.
    if (/[\r\n\u0000]/.test(text)) throw new HotlineError('telephony.value_refused', 'A value holds a line break', { field: key });
    if (Buffer.byteLength(text) + key.length > LINE_LIMIT_BYTES)
      throw new HotlineError('telephony.value_refused', 'A value is too long', { field: key });
    checked[key] = text;
  }
  return checked;
};

const plain = (value: unknown): string => {
  const one = Array.isArray(value) ? value[0] : value;
  return typeof one === 'string' && one !== '<unknown>' ? one : '';
};

/** The first of repeated values wins: what an injected duplicate adds comes later. Objects (channel variables) are dropped. */
export const normaliseFrame = (raw: Readonly<Record<string, unknown>>): AmiMessage => {
  const message: Record<string, string> = Object.create(null);
  for (const key of Object.keys(raw)) {
    const value = raw[key];
    // "PausedReason:" without the usual blank reaches us with its colon.
    message[key.endsWith(':') ? key.slice(0, -1) : key] = typeof value === 'string' && value !== '<unknown>' ? value : plain(value);
  }
  return message;
};

/**
 * Pause before the next attempt to reach the switch. It never gives up. A refused connection costs nothing and means that
 * the machine is there and Asterisk is starting, so it is asked at least once a second: agents' phones must be back
 * within 5 s of a boot. Half of the pause is chance, so that several services do not knock in step.
 * @param attempt failures in a row, from 0
 * @param chance 0 ≤ chance < 1
 */
export const reconnectDelayMs = (attempt: number, refused: boolean, chance: number): number => {
  const full = Math.min(200 * 2 ** Math.min(attempt, 10), refused ? 1000 : 5000);
  return Math.round(full / 2 + (full / 2) * chance);
};
