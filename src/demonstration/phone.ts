import type { Phone, Ticket } from '../agents/schemas.ts';
import type { Telephony } from '../telephony/port.ts';
import { DEMONSTRATION_LINE } from './past.ts';

/** The switch shows a telephone's own name as the caller's number, so the telephone is named after a line the directory knows. */
const EXTENSION = DEMONSTRATION_LINE;

/** The made-up citizen's telephone on the switch, shared by whoever opens the page: a second page takes it over. */
export const createCitizenPhone = (deps: {
  telephony: Pick<Telephony, 'setUpPhone'>;
  randomSecret(): string;
  issueTicket(extension: string): Ticket;
  relayUrl: string;
  sipDomain: string;
}): (() => Promise<Phone>) => {
  // One secret as long as the service lives: a new one for each page would lock the page before it out of its next registration.
  const secret = deps.randomSecret();
  return async () => {
    // Each time, because the switch may have been down at the first; being told the same again changes nothing.
    await deps.telephony.setUpPhone({ extension: EXTENSION, displayName: '', secret, kind: 'citizen' });
    const sipUri = `sip:${EXTENSION}@${deps.sipDomain}`;
    return { extension: EXTENSION, sipUri, secret, relayUrl: deps.relayUrl, ...deps.issueTicket(EXTENSION) };
  };
};
