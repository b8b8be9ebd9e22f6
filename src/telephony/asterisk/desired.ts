import type { Extension } from '../../core/ids.ts';
import type { CallerRule, HotlineSettings, PhoneSetup, SwitchQueues, WaitingSettings } from '../port.ts';
import type { Membership } from './membership.ts';

/**
 * What the service has asked of the switches, kept so that it can be said again: pushed telephones and dynamic members
 * live in the switch's memory and are gone when Asterisk restarts. What was taken away is remembered too, for a switch
 * that was out of reach when it happened.
 */
export interface Desired {
  phones: Map<Extension, PhoneSetup>;
  members: Map<Extension, Membership>;
  removedPhones: Set<Extension>;
  removedMembers: Set<Extension>;
  rules: Map<string, CallerRule>;
  settings: HotlineSettings | null;
  waiting: WaitingSettings | null;
  queues: SwitchQueues | null;
  /** Kinds of numbers dialled for a desk. */
  dialling: readonly string[] | null;
}

export const nothingDesired = (): Desired => ({
  phones: new Map(),
  members: new Map(),
  removedPhones: new Set(),
  removedMembers: new Set(),
  rules: new Map(),
  settings: null,
  waiting: null,
  queues: null,
  dialling: null,
});

/** A rule with nothing in it: what is written to take a caller's rule away. */
export const emptyRule = (number: string): CallerRule => ({ number });
