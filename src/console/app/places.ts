import {
  BookOpen,
  CalendarClock,
  ClipboardList,
  Headset,
  History,
  type LucideIcon,
  Radar,
  ScrollText,
  ServerCog,
  UsersRound,
} from 'lucide-react';
import type { Me } from '../../access/schemas.ts';
import type { Permission } from '../../core/roles.ts';
import type { PhraseKey } from '../i18n/phrases.ts';

export interface Place {
  to: '/' | '/board' | '/cases' | '/knowledge' | '/calls' | '/history' | '/staff' | '/settings' | '/system';
  icon: LucideIcon;
  word: PhraseKey;
  rights: readonly Permission[];
}

/** The rail's entries in merged order of the roles; at most seven, and only pages that exist. */
const PLACES: readonly Place[] = [
  { to: '/', icon: Headset, word: 'place.desk', rights: ['desk.use'] },
  { to: '/cases', icon: ClipboardList, word: 'place.cases', rights: ['cases.read_own', 'cases.read_all'] },
  { to: '/board', icon: Radar, word: 'place.board', rights: ['board.read'] },
  { to: '/knowledge', icon: BookOpen, word: 'place.knowledge', rights: ['knowledge.read'] },
  { to: '/calls', icon: History, word: 'place.calls', rights: ['calls.read_own', 'calls.read_all'] },
  { to: '/history', icon: ScrollText, word: 'place.history', rights: ['history.read'] },
  { to: '/staff', icon: UsersRound, word: 'place.staff', rights: ['staff.manage'] },
  { to: '/settings', icon: CalendarClock, word: 'place.settings', rights: ['settings.manage'] },
  { to: '/system', icon: ServerCog, word: 'place.system', rights: ['system.read'] },
];

export const may = (me: Pick<Me, 'permissions'>, permission: Permission): boolean => me.permissions.includes(permission);

export const placesOf = (me: Pick<Me, 'permissions'>): Place[] => PLACES.filter((place) => place.rights.some((right) => may(me, right)));

export const homeOf = (me: Pick<Me, 'permissions'>): Place['to'] => placesOf(me)[0]?.to ?? '/';
