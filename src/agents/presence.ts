import type { Clock } from '../core/clock.ts';
import type { TelephonyEvent } from '../telephony/events.ts';
import type { SwitchSnapshot } from '../telephony/port.ts';
import type { Presence } from './agent.ts';

/** What the switch last said of every telephone. A hint kept in memory: a snapshot replaces it. */
export const createPresences = (deps: { clock: Clock }) => {
  const presences = new Map<string, Presence>();
  /** When an event last spoke of a telephone: of its registration, and of what it is doing. A queue's news says nothing of the registration. */
  const registrationHeardAt = new Map<string, number>();
  const deviceHeardAt = new Map<string, number>();
  const lost: Presence = { registered: false, device: 'unknown', since: new Date(0) };

  const set = (extension: string, change: Partial<Presence>): boolean => {
    const before = presences.get(extension) ?? lost;
    const registered = change.registered ?? before.registered;
    const since = registered === before.registered ? before.since : deps.clock.now();
    const after: Presence = { ...before, ...change, registered, since };
    presences.set(extension, after);
    return after.registered !== before.registered || after.device !== before.device;
  };

  return {
    of: (extension: string): Presence | undefined => presences.get(extension),
    /** @returns the extension whose presence changed, if one did */
    take(event: TelephonyEvent): string | null {
      if (event.type !== 'contact.changed' && event.type !== 'member.changed') return null;
      const isContact = event.type === 'contact.changed';
      (isContact ? registrationHeardAt : deviceHeardAt).set(event.extension, deps.clock.now().getTime());
      return set(event.extension, isContact ? { registered: event.registered } : { device: event.device }) ? event.extension : null;
    },
    /**
     * What an event has told since the snapshot was asked for is newer than the snapshot, and stays.
     * @returns extensions whose presence changed
     */
    replace(snapshot: SwitchSnapshot): string[] {
      const registered = new Set<string>(snapshot.registered);
      const devices = new Map(snapshot.members.map((member) => [member.extension as string, member.device]));
      const all = new Set([...presences.keys(), ...registered, ...devices.keys()]);
      const isNews = (heardAt: Map<string, number>, extension: string): boolean =>
        (heardAt.get(extension) ?? 0) < snapshot.takenAt.getTime();
      return [...all].filter((extension) =>
        set(extension, {
          ...(isNews(registrationHeardAt, extension) && { registered: registered.has(extension) }),
          ...(isNews(deviceHeardAt, extension) && { device: devices.get(extension) ?? 'unknown' }),
        }),
      );
    },
    /** The link to the switch is gone: what is shown stays, because the telephones very likely stay too. */
    registeredCount: (): number => [...presences.values()].filter((each) => each.registered).length,
  };
};
export type Presences = ReturnType<typeof createPresences>;
