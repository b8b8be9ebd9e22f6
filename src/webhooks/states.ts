/** waiting: to be sent, or sent again. delivered: the receiver took it. dead: given up until a person has it sent again. */
export const DELIVERY_STATES = ['waiting', 'delivered', 'dead'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
