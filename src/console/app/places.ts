import {
  BookOpen,
  CalendarClock,
  ClipboardList,
  Gavel,
  Headset,
  History,
  Inbox,
  type LucideIcon,
  Network,
  PhoneOutgoing,
  Radar,
  ScrollText,
  Send,
  ServerCog,
  UsersRound,
} from 'lucide-react';
import type { Me } from '../../access/schemas.ts';
import type { Permission } from '../../core/roles.ts';
import type { PhraseKey } from '../i18n/phrases.ts';

export interface Place {
  to:
    | '/'
    | '/dispatch'
    | '/todo'
    | '/supervise'
    | '/surveys'
    | '/callbacks'
    | '/board'
    | '/cases'
    | '/knowledge'
    | '/calls'
    | '/history'
    | '/staff'
    | '/settings'
    | '/directory'
    | '/system';
  icon: LucideIcon;
  word: PhraseKey;
  rights: readonly Permission[];
}

/** The rail's entries in merged order of the roles; at most seven, and only pages that exist. */
const PLACES: readonly Place[] = [
  { to: '/', icon: Headset, word: 'place.desk', rights: ['desk.use'] },
  { to: '/dispatch', icon: Send, word: 'place.dispatch', rights: ['cases.dispatch'] },
  { to: '/todo', icon: Inbox, word: 'place.todo', rights: ['cases.handle'] },
  { to: '/supervise', icon: Gavel, word: 'place.supervise', rights: ['cases.supervise'] },
  { to: '/surveys', icon: PhoneOutgoing, word: 'place.surveys', rights: ['surveys.read', 'surveys.manage'] },
  { to: '/callbacks', icon: PhoneOutgoing, word: 'place.callbacks', rights: ['cases.callback'] },
  { to: '/cases', icon: ClipboardList, word: 'place.cases', rights: ['cases.read_own', 'cases.read_all', 'cases.read_unit'] },
  { to: '/board', icon: Radar, word: 'place.board', rights: ['board.read'] },
  { to: '/knowledge', icon: BookOpen, word: 'place.knowledge', rights: ['knowledge.read'] },
  { to: '/calls', icon: History, word: 'place.calls', rights: ['calls.read_own', 'calls.read_all'] },
  { to: '/history', icon: ScrollText, word: 'place.history', rights: ['history.read'] },
  { to: '/staff', icon: UsersRound, word: 'place.staff', rights: ['staff.manage'] },
  { to: '/directory', icon: Network, word: 'place.directory', rights: ['directory.manage'] },
  { to: '/settings', icon: CalendarClock, word: 'place.settings', rights: ['settings.manage'] },
  { to: '/system', icon: ServerCog, word: 'place.system', rights: ['system.read'] },
];

export const may = (me: Pick<Me, 'permissions'>, permission: Permission): boolean => me.permissions.includes(permission);

/** Whoever stands in for several roles has one of these on the rail; the others are a word away on its page. */
const WORK: readonly Place['to'][] = ['/dispatch', '/todo', '/supervise'];

export const placesOf = (me: Pick<Me, 'permissions'>): Place[] => {
  const all = PLACES.filter((place) => place.rights.some((right) => may(me, right)));
  const work = all.find((place) => WORK.includes(place.to));
  const watches = all.some((place) => place.to === '/surveys');
  // Whoever watches the callbacks has the list for people a word away on that page.
  return all.filter((place) => (place === work || !WORK.includes(place.to)) && !(watches && place.to === '/callbacks'));
};

/** The boards of work that this person has, in the order of the rail. */
export const workPlacesOf = (me: Pick<Me, 'permissions'>): Place[] =>
  PLACES.filter((place) => WORK.includes(place.to) && place.rights.some((right) => may(me, right)));

export const homeOf = (me: Pick<Me, 'permissions'>): Place['to'] => placesOf(me)[0]?.to ?? '/';
