import type { Phone, Ticket } from '../agents/schemas.ts';
import type { Telephony } from '../telephony/port.ts';

/** The made-up citizen's telephone on the switch. One is shared by whoever opens the page: a second page takes it over. */
const EXTENSION = 'citizen';

export const createCitizenPhone =
  (deps: {
    telephony: Pick<Telephony, 'setUpPhone'>;
    randomSecret(): string;
    issueTicket(extension: string): Ticket;
    relayUrl: string;
    sipDomain: string;
  }) =>
  async (): Promise<Phone> => {
    const secret = deps.randomSecret();
    await deps.telephony.setUpPhone({ extension: EXTENSION, displayName: '演示市民', secret, kind: 'citizen' });
    const sipUri = `sip:${EXTENSION}@${deps.sipDomain}`;
    return { extension: EXTENSION, sipUri, secret, relayUrl: deps.relayUrl, ...deps.issueTicket(EXTENSION) };
  };
