import { HotlineError } from '../core/errors.ts';
import type { CaseLife } from './life.ts';
import { type CommandName, type Requirement, WORKFLOW } from './workflow.ts';

/** Sentences for what a move lacks: what to do, not only what is wrong. */
const LACKING: Readonly<Record<Requirement, string>> = {
  form: '请先填写诉求类型、类别和经过 Request type, subject and what happened are needed first',
  reply: '请填写给市民的答复 Say what the citizen is told',
  text: '请说明理由 Give the reason in words',
  site_visit: '重点事项须先有现场办理记录 A key case needs a site visit on record before feedback',
  explanation: '依法解释类须先有当面解释记录 Closing by law needs the face-to-face explanation on record',
  principal_contact: '反复投诉须由主要负责人先联系群众 On repeats the principal contacts the citizen first',
  reply_on_record: '没有答复记录，不能归档 Nothing is filed without a reply on record',
  callback_on_record: '没有回访结果，不能归档 Nothing is filed without a callback outcome',
  urgent_confirmed: '紧急事项须经回访确认后才能结束 An urgent case ends only with a confirmed callback',
  master_open: '主单不存在、已办结或自己也是并单 The master case must exist, be open and not be merged itself',
  master_archived: '并单随主单归档 A merged case is filed after its master',
  no_children: '还有并入本单的事项 Other cases are merged into this one',
};

const LIMITS = {
  return_term: '退单须在签收转办后两个工作日内提出 The term for returning the case is over',
  return_once: '同一单位只能退单一次 A unit may return a case once',
  extension_days: '延期超过上限 The extension is longer than allowed',
  extension_once: '每轮办理只能延期一次 A round of handling is extended once',
  extension_after_due: '延期须在到期前申请 An extension is asked for before the due time',
  ledger_passed: '承诺日期已过 The promised day has passed',
  callback_attempts: '尝试次数未满，不能登记为无法联系 Too few attempts to call the citizen unreachable',
} as const;
export type Limit = keyof typeof LIMITS;

export const lacking = (requirement: Requirement): HotlineError =>
  new HotlineError('case.requirement_missing', LACKING[requirement], { requirement });

export const overLimit = (limit: Limit, details: Record<string, unknown> = {}): HotlineError =>
  new HotlineError('case.limit_reached', LIMITS[limit], { limit, ...details });

export const notAllowed = (life: Pick<CaseLife, 'state' | 'side'>, command: CommandName): HotlineError =>
  new HotlineError('case.transition_not_allowed', '当前环节不能这样做 This cannot be done in the present state', {
    state: life.state,
    side: life.side,
    command,
    allowed: WORKFLOW.commandsFrom(life.state),
  });

export const invalid = (field: string, sentence: string): HotlineError => new HotlineError('request.invalid', sentence, { field });
