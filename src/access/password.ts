import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { HotlineError } from '../core/errors.ts';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const TAG_BYTES = 32;

/** Two at a time hold 38 MiB; more would starve the pool of threads that also reads files and resolves names. */
const AT_ONCE = 2;
/** A shift of 200 that signs in at eight o'clock waits its turn; beyond that somebody is flooding us. */
const MOST_WAITING = 200;

const derive = (parameters: Argon2Parameters): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (err, key) => (err ? reject(err) : resolve(key)));
  });

export interface Passwords {
  /** @returns PHC text: $argon2id$v=19$m=…,t=…,p=…$salt$hash */
  hash(password: string): Promise<string>;
  /**
   * Runs `attempt` in one of the few places, so that a burst of log-ins queues and does not eat the memory.
   * @throws HotlineError request.too_many when the queue itself is full
   */
  inTurn<T>(attempt: (verify: (stored: string | null, password: string) => Promise<boolean>) => Promise<T>): Promise<T>;
}

const parse = (stored: string): { parameters: Omit<Argon2Parameters, 'message'>; tag: Buffer } | null => {
  const parts = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(stored);
  const [, memory, passes, lanes, salt, tag] = parts ?? [];
  if (!memory || !passes || !lanes || !salt || !tag) return null;
  const expected = Buffer.from(tag, 'base64');
  return {
    parameters: {
      nonce: Buffer.from(salt, 'base64'),
      parallelism: Number(lanes),
      tagLength: expected.length,
      memory: Number(memory),
      passes: Number(passes),
    },
    tag: expected,
  };
};

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/** A hash of nothing anybody knows, so that an unknown account costs exactly the time of a known one. */
const NOBODY = `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${unpadded(randomBytes(16))}$${unpadded(randomBytes(TAG_BYTES))}`;

const verify = async (stored: string | null, password: string): Promise<boolean> => {
  const known = parse(stored ?? NOBODY) ?? parse(NOBODY);
  if (!known) return false;
  const tag = await derive({ ...known.parameters, message: password.normalize('NFC') });
  return timingSafeEqual(tag, known.tag) && stored !== null;
};

export const createPasswords = (): Passwords => {
  let running = 0;
  const waiting: (() => void)[] = [];
  const inTurn: Passwords['inTurn'] = async (attempt) => {
    if (running >= AT_ONCE) {
      if (waiting.length >= MOST_WAITING) throw new HotlineError('request.too_many', '登录人数过多，请稍后再试 (too many log-ins at once)');
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await attempt(verify);
    } finally {
      // The place goes straight to the next in line, so `running` only falls when nobody waits.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
  return {
    inTurn,
    hash: (password) =>
      inTurn(async () => {
        const nonce = randomBytes(16);
        const tag = await derive({
          message: password.normalize('NFC'),
          nonce,
          parallelism: LANES,
          tagLength: TAG_BYTES,
          memory: MEMORY_KIB,
          passes: PASSES,
        });
        return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${unpadded(nonce)}$${unpadded(tag)}`;
      }),
  };
};
