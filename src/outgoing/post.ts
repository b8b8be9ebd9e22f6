import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { type AddressRule, addressFault, isLoopback, isLoopbackAddress } from './addresses.ts';

type Lookup = (host: string, done: (err: Error | null, addresses: LookupAddress[]) => void) => void;
const systems: Lookup = (host, done) => systemLookup(host, { all: true }, done);

/**
 * Looks a name up and hands on only addresses that may be used: the address that is checked is the one that is connected to, so a
 * name that answers differently the second time gains nothing.
 */
const guarded =
  (allowed: AddressRule, lookup: Lookup): LookupFunction =>
  (host, options, done) => {
    lookup(host, (err, addresses) => {
      const usable = err ? [] : addresses.filter(({ address }) => allowed(address));
      const [first] = usable;
      if (!first) done(err ?? new Error('address_private'), []);
      else if (options.all === true) done(null, usable);
      else done(null, first.address, first.family);
    });
  };

interface Posting {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  limitMs: number;
  allowed: AddressRule;
  /** How names are looked up, for tests. */
  lookup?: Lookup;
}

/**
 * One POST of which the answer's status is all that is read. No redirect is followed, no proxy is used, and it ends within its limit.
 * @throws Error when nothing was answered, or the address may not be used: `address_private`, `not_https` …
 */
export const post = async ({ url, headers, body, limitMs, allowed, lookup = systems }: Posting): Promise<number> => {
  const fault = addressFault(url, allowed);
  if (fault !== null) throw new Error(fault);
  const target = new URL(url);
  const send = target.protocol === 'https:' ? tlsRequest : plainRequest;
  const signal = AbortSignal.timeout(limitMs);
  return new Promise<number>((resolve, reject) => {
    const asked = send(target, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      lookup: guarded(isLoopback(target) ? isLoopbackAddress : allowed, lookup),
      signal,
      agent: false,
    });
    asked.on('response', (answer) => {
      // Bytes of an answer that nobody reads must not keep the line.
      answer.on('error', () => {}).destroy();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', (err) => reject(signal.aborted ? new Error(`nothing was answered within ${limitMs} ms`) : err));
    asked.end(body);
  });
};
