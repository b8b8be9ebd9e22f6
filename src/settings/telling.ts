import type { Logger } from 'pino';
import { isHotlineError } from '../core/errors.ts';

/**
 * Tells the switch something that is kept here; one that is away is told when it is back.
 * @param away what to say then
 * @returns whether the switch knows it now
 */
export const toldSwitch = async (work: () => Promise<unknown>, logger: Pick<Logger, 'warn'>, away: string): Promise<boolean> => {
  try {
    await work();
    return true;
  } catch (err) {
    if (!isHotlineError(err) || !err.code.startsWith('telephony.')) throw err;
    logger.warn({ err }, away);
    return false;
  }
};
