/** Roles of the opinion's actors and of the house (domain §3d). A person may hold several. */
export const ROLES = [
  'agent',
  'dispatcher',
  'team_leader',
  'supervisor',
  'security_officer',
  'unit_staff',
  'leader',
  'publisher',
  'administrator',
  'auditor',
] as const;
export type Role = (typeof ROLES)[number];

/** What a route may ask for. One word per right; a role is a set of them, so that a right is never read off a role's name. */
export const PERMISSIONS = [
  'desk.use', // sign in on a phone, take calls
  'calls.read_own',
  'calls.read_all',
  'recordings.play',
  'cases.read_own',
  'cases.read_all',
  'cases.read_unit', // only what lies with one's own unit; the query keeps to it
  'cases.write',
  'cases.dispatch', // review, dispatch, rule on what units ask for, merge, file
  'cases.handle', // the unit's part: sign, act, feed back
  'cases.callback', // put on record what the citizen said
  'cases.supervise', // 市民投诉中心: urge, order, guide, send back
  'cases.instruct', // a leader's receipt and written instruction 批示
  'cases.export', // take a list of cases out as a file, as one sees it
  'views.share', // give a named list of cases to everybody
  'surveys.read', // 回访: the live list and results
  'surveys.manage', // stop, go on, settle, correct
  'policies.manage', // terms and the working calendar
  'directory.manage', // units, subjects, who gets what, procedures, duty lists
  'knowledge.read',
  'citizens.read',
  'numbers.unmask',
  'history.read',
  'staff.manage',
  'board.read', // the live board: figures, who waits, agents' states
  'agents.lead', // pause, ready, sign off another agent; speak to them; answer a call for help
  'system.read',
  'settings.manage', // opening hours, overflow, duty phones; work to be tried again
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const RIGHTS: Readonly<Record<Role, readonly Permission[]>> = {
  agent: [
    'desk.use',
    'calls.read_own',
    'recordings.play',
    'cases.read_own',
    'cases.write',
    'cases.callback',
    'knowledge.read',
    'citizens.read',
    'numbers.unmask',
  ],
  dispatcher: [
    'cases.read_all',
    'cases.write',
    'cases.dispatch',
    'cases.callback',
    'cases.export',
    'views.share',
    'directory.manage',
    'calls.read_all',
    'recordings.play',
    'knowledge.read',
    'citizens.read',
    'numbers.unmask',
    'surveys.read',
  ],
  team_leader: [
    'desk.use',
    'calls.read_own',
    'calls.read_all',
    'recordings.play',
    'cases.read_own',
    'cases.read_all',
    'cases.write',
    'cases.callback',
    'cases.export',
    'views.share',
    'knowledge.read',
    'citizens.read',
    'numbers.unmask',
    'board.read',
    'agents.lead',
    'system.read',
    'surveys.read',
  ],
  supervisor: [
    'cases.read_all',
    'cases.supervise',
    'cases.callback',
    'cases.export',
    'views.share',
    'policies.manage',
    'calls.read_all',
    'recordings.play',
    'board.read',
    'knowledge.read',
    'citizens.read',
    'numbers.unmask',
    'surveys.read',
    'surveys.manage',
  ],
  security_officer: ['calls.read_all', 'recordings.play', 'knowledge.read', 'citizens.read', 'numbers.unmask'],
  unit_staff: ['cases.read_unit', 'cases.handle', 'cases.export', 'knowledge.read'],
  leader: ['board.read', 'cases.read_all', 'cases.instruct', 'knowledge.read', 'surveys.read'],
  publisher: ['knowledge.read'],
  administrator: ['staff.manage', 'policies.manage', 'directory.manage', 'system.read', 'settings.manage'],
  auditor: ['history.read'], // reads the record and nothing else, so that who watches is not who acts
};

export const permissionsOf = (roles: readonly Role[]): ReadonlySet<Permission> => new Set(roles.flatMap((role) => RIGHTS[role]));
