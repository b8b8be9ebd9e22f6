export { ensureRelay, stopRelay } from './launch.ts';
export { createRelay, type Relay, type RelayDeps } from './server.ts';
export { type RelaySettings, relaySettings } from './settings.ts';
export { issueTicket, readTicket, signTicket, TICKET_LIFE_SECONDS, TICKET_PURPOSE, type TicketClaims } from './ticket.ts';
export { createRelayWatch, relayAnswers } from './watch.ts';
