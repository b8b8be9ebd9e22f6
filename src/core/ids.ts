declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]?: B };

export type StaffId = Branded<number, 'StaffId'>;
export type CallId = Branded<number, 'CallId'>;
export type CaseId = Branded<number, 'CaseId'>;
export type CitizenId = Branded<number, 'CitizenId'>;
export type OfferId = Branded<number, 'OfferId'>;
/** The switch's own name for a channel: Asterisk's Uniqueid, unique over nodes because it starts with the node's systemname. */
export type ChannelId = Branded<string, 'ChannelId'>;
/** An agent's telephone number inside the house, such as "8001". */
export type Extension = Branded<string, 'Extension'>;
