import type { Exec } from '../storage/store.ts';
import { LINK_DAYS } from './link.ts';

/**
 * Short messages to a citizen's telephone. The words hold the secret of a link: whoever reads them can answer as the citizen,
 * so they are put together when they are sent, go to the gateway and to nobody of the hotline, and stand nowhere.
 */
export interface TextGateway {
  /** Takes a message over in the caller's transaction: it is sent when that commits, and not at all otherwise. */
  send(db: Exec, message: { number: string; nonce: string; taskId: number }): Promise<void>;
}

/** Only a mobile takes a short message; on it the message reaches one person. @param number normal form */
export const isMobile = (number: string): boolean => /^1[3-9]\d{9}$/.test(number);

/** No name, no unit, no matter: a message is read over shoulders. */
const linkMessage = (url: string, days: number): string =>
  `【12345热线】您反映的事项已有答复，请点此评价，约一分钟：${url} （${days} 天内有效，只用一次，不要转给别人）`;

/** @param publicUrl address of the product as citizens reach it, without a slash at its end */
export const linkText = (publicUrl: string, token: string): string => linkMessage(`${publicUrl}/reply/${token}`, LINK_DAYS);
