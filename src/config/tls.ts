import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { HotlineError } from '../core/errors.ts';
import type { Tls } from './config.ts';

export interface TlsPair {
  cert: Buffer;
  key: Buffer;
  validTo: Date;
}

const wrong = (name: string, sentence: string): HotlineError =>
  new HotlineError('config.invalid', `配置有误，未启动 / wrong configuration, not started\n  ${name}: ${sentence}`, { keys: [name] });

const read = (name: string, file: string): Buffer => {
  try {
    return readFileSync(file);
  } catch (err) {
    throw wrong(name, `读不到 ${file} (can't be read): ${(err as NodeJS.ErrnoException).code}`);
  }
};

const parse = <T>(name: string, file: string, what: string, work: () => T): T => {
  try {
    return work();
  } catch {
    throw wrong(name, `${file} ${what}`);
  }
};

/**
 * Certificate and key, proved to belong together: a listener with a wrong pair starts without a word and then refuses every
 * browser.
 * @throws HotlineError config.invalid with the setting's name
 */
export const readTls = (tls: Tls, now = new Date()): TlsPair => {
  const cert = read('HOTLINE_TLS_CERT', tls.certificateFile);
  const key = read('HOTLINE_TLS_KEY', tls.keyFile);
  const certificate = parse(
    'HOTLINE_TLS_CERT',
    tls.certificateFile,
    '不是 PEM 证书 (is no PEM certificate)',
    () => new X509Certificate(cert),
  );
  const secret = parse('HOTLINE_TLS_KEY', tls.keyFile, '不是未加密的 PEM 私钥 (is no unencrypted PEM key)', () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(secret))
    throw wrong('HOTLINE_TLS_KEY', `与证书 ${tls.certificateFile} 不匹配 (does not belong to that certificate)`);
  const validTo = new Date(certificate.validTo);
  if (validTo <= now) throw wrong('HOTLINE_TLS_CERT', `已于 ${validTo.toISOString()} 过期 (has expired)`);
  return { cert, key, validTo };
};

const LOOK_EVERY_MS = 30_000;

/**
 * Looks whether the files were renewed; also through links, as certificate tools renew. A pair that is not right, or only half
 * written, is told and changes nothing: the old one goes on.
 * @returns stops looking
 */
export const watchTls = (
  tls: Tls,
  tell: { renewed: (pair: TlsPair) => void; refused: (err: unknown) => void },
  everyMs = LOOK_EVERY_MS,
): (() => void) => {
  const look = (): void => {
    let pair: TlsPair;
    try {
      pair = readTls(tls);
    } catch (err) {
      tell.refused(err);
      return;
    }
    tell.renewed(pair);
  };
  const files = [tls.certificateFile, tls.keyFile];
  for (const file of files) watchFile(file, { interval: everyMs, persistent: false }, look);
  return () => {
    for (const file of files) unwatchFile(file, look);
  };
};
