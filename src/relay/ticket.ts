import { createHmac, timingSafeEqual } from 'node:crypto';

/** Lets the holder connect one extension's telephone to the switch, service dead or alive. */
export interface TicketClaims {
  /** The extension. */
  sub: string;
  /** Seconds since 1970. */
  exp: number;
  /** The switch's node that knows this extension, when there are several. */
  node?: string;
}

/**
 * The page renews its ticket every ten minutes, so at any moment it holds one that outlives a service outage of fifty. A
 * ticket of seconds would lock every telephone out when relay and service fail together.
 */
export const TICKET_LIFE_SECONDS = 3600;

/** Purpose for config/secret's deriveKey. */
export const TICKET_PURPOSE = 'relay ticket';

const mac = (key: Buffer, body: string): Buffer => createHmac('sha256', key).update(body).digest();

export const signTicket = (key: Buffer, claims: TicketClaims): string => {
  const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${body}.${mac(key, body).toString('base64url')}`;
};

/** A new ticket as the service hands it to a console. */
export const issueTicket = (key: Buffer, extension: string, now: Date, node?: string): { ticket: string; ticketExpiresAt: string } => {
  const exp = Math.floor(now.getTime() / 1000) + TICKET_LIFE_SECONDS;
  return {
    ticket: signTicket(key, { sub: extension, exp, ...(node === undefined ? {} : { node }) }),
    ticketExpiresAt: new Date(exp * 1000).toISOString(),
  };
};

/** @returns null when forged, cut, expired, or not a ticket at all */
export const readTicket = (key: Buffer, ticket: string, now: Date): TicketClaims | null => {
  if (ticket.length > 1024) return null;
  const [body, signature, rest] = ticket.split('.');
  if (!body || !signature || rest !== undefined) return null;
  const given = Buffer.from(signature, 'base64url');
  const wanted = mac(key, body);
  // Two texts can decode to the same bytes; only the one we would write is ours.
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted) || given.toString('base64url') !== signature) return null;
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as TicketClaims;
  return claims.exp * 1000 > now.getTime() ? claims : null;
};
