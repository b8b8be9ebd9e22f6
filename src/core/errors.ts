/**
 * Every refusal the product makes. The code is stable and is what a client may branch on; the sentence is for a person;
 * the detail is for the log and never reaches the client.
 */
export const ERROR_CODES = {
  'request.invalid': 400,
  'session.required': 401,
  'session.credentials_wrong': 401,
  'session.second_factor_required': 401,
  'session.second_factor_wrong': 401,
  'session.second_factor_unreadable': 409,
  'session.second_factor_enrolled': 409,
  'session.second_factor_due': 403,
  'session.throttled': 429,
  'request.too_many': 429,
  'request.too_large': 413,
  'request.origin_refused': 403,
  'machine.credential_wrong': 401,
  'access.denied': 403,
  'thing.not_found': 404,
  'case.version_stale': 409,
  'case.not_a_draft': 409,
  'case.transition_not_allowed': 409,
  'case.requirement_missing': 409,
  'case.limit_reached': 409,
  'view.name_taken': 409,
  'view.too_many': 409,
  'view.version_stale': 409,
  'export.busy': 429,
  'directory.version_stale': 409,
  'directory.code_taken': 409,
  'directory.rule_taken': 409,
  'unit.in_use': 409,
  'category.in_use': 409,
  'calendar.year_missing': 409,
  'calendar.version_stale': 409,
  'calendar.import_refused': 422,
  'survey.no_window': 409,
  'survey.quiet_hours': 400,
  'survey.script_refused': 422,
  'survey.not_tried': 409,
  'survey.trial_refused': 409,
  'prompt.unfit': 422,
  'survey.no_text': 409,
  'survey.form_used': 409,
  'staff.taken': 409,
  'staff.version_stale': 409,
  'staff.import_stale': 409,
  'settings.version_stale': 409,
  'queue.in_use': 409,
  'queue.would_be_empty': 409,
  'skill.in_use': 409,
  'staff.own_account': 409,
  'staff.last_administrator': 409,
  'staff.at_desk': 409,
  'staff.roles_conflict': 400,
  'staff.password_weak': 400,
  'agent.not_signed_in': 409,
  'agent.extension_in_use': 409,
  'agent.no_extension': 409,
  'agent.in_call': 409,
  'file.type_refused': 415,
  'file.too_many': 409,
  'file.harmful': 415,
  'file.not_scanned': 503,
  'city.door_closed': 403,
  'city.refused': 422,
  'city.body_differs': 409,
  'city.import_state': 409,
  'table.unreadable': 422,
  'table.too_large': 413,
  'table.headings_missing': 422,
  'table.headings_twice': 422,
  'call.act_not_allowed': 409,
  'call.to_oneself': 409,
  'call.destination_busy': 409,
  'call.destination_unknown': 404,
  'call.number_forbidden': 403,
  'call.loops': 409,
  'dial.confirm_needed': 409,
  'dial.rate_limited': 429,
  'dial.not_free': 409,
  'dial.no_telephone': 409,
  'dial.no_number': 409,
  'dial.colleague': 409,
  'recording.not_whole': 409,
  'range.not_satisfiable': 416,
  'telephony.value_refused': 400,
  'telephony.timeout': 504,
  'telephony.unavailable': 503,
  'telephony.refused': 502,
  'telephony.not_answered': 409,
  'storage.locked': 503,
  'backup.refused': 409,
  'backup.damaged': 422,
  'config.invalid': 500,
  'internal.unexpected': 500,
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export class HotlineError extends Error {
  readonly code: ErrorCode;
  /** Shown to the caller beside the code: ids, versions, field names; no personal data. */
  readonly details: Readonly<Record<string, unknown>>;
  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'HotlineError';
    this.code = code;
    this.details = details;
  }
  get status(): number {
    return ERROR_CODES[this.code];
  }
}

export const isHotlineError = (err: unknown, code?: ErrorCode): err is HotlineError =>
  err instanceof HotlineError && (code === undefined || err.code === code);
