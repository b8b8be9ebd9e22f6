import type { UnitPost } from '../cases/states.ts';
import type { Because, NoticeFacts, NoticeRule } from './rules.ts';

/** What a notice says, Chinese first; the console shows both, a short message the first. No word of these comes from a case. */
export const RULE_WORDS = {
  important_reported: ['有重要事项报告给您，请阅后回执', 'An important matter is reported to you; please confirm receipt'],
  report_confirmed: ['领导已回执重要事项报告', 'The leader has confirmed your report'],
  instructed: ['领导作出批示', 'A leader has given an instruction'],
  red_card: ['工单已超期，亮红牌', 'Overdue: red card'],
  supervision_ordered: ['下发督办单，请按期答复', 'A supervision order was given; answer in time'],
  principal_contact: ['重复诉求，请主要负责人亲自联系群众', 'A repeat: the principal is to contact the citizen'],
  dissatisfied: ['回访不满意', 'The citizen is not satisfied'],
  return_ruled: ['退单申请已裁定', 'The return was ruled on'],
  extension_ruled: ['延期申请已裁定', 'The extension was ruled on'],
  ledger_ruled: ['挂账申请已裁定', 'The ledger request was ruled on'],
  termination_ruled: ['终止申请已裁定', 'The termination was ruled on'],
  sent_back: ['反馈被退回，请补充', 'The answer was sent back'],
  sign_off_due: ['反馈等主要负责人签发', 'An answer waits for the principal to sign off'],
  unsigned: ['派出后无人签收', 'Dispatched, and nobody has signed for it'],
  yellow_card: ['工单临近到期，亮黄牌', 'Nearly due: yellow card'],
  dispatched_urgent: ['收到紧急工单，请立即签收', 'An urgent case; sign for it at once'],
  dispatched: ['收到新工单，请签收', 'A new case; sign for it'],
  assists: ['请协办工单', 'Your unit is to assist'],
  urged: ['被催办', 'Urged'],
  guided: ['收到办理指导，请阅后确认', 'Guidance was given; please confirm'],
  return_requested: ['单位申请退单，待裁定', 'A return waits for your ruling'],
  extension_requested: ['单位申请延期，待裁定', 'An extension waits for your ruling'],
  ledger_requested: ['单位申请挂账，待裁定', 'A ledger entry waits for your ruling'],
  termination_requested: ['单位申请终止办理，待裁定', 'A termination waits for your ruling'],
  asked_back: ['登记被退回补充', 'Your registration was sent back for more'],
  registered_urgent: ['新登记紧急件，待派单', 'An urgent case was registered; dispatch it'],
  order_answered: ['您下发的通知已答复', 'Your order was answered'],
} as const satisfies Record<NoticeRule, readonly [string, string]>;

export const BECAUSE_WORDS = {
  lead_unit: ['您的单位主办', 'your unit leads'],
  assist_unit: ['您的单位协办', 'your unit assists'],
  dispatcher: ['您是派单员', 'you dispatch'],
  supervisor: ['您是督导', 'you supervise'],
  named_leader: ['报告点名报给您', 'the report names you'],
  leader: ['您是领导，报告没有点名', 'you are a leader and the report names nobody'],
  registrar: ['这是您登记的', 'you registered it'],
  giver: ['这是您下发的', 'you gave it'],
} as const satisfies Record<Because, readonly [string, string]>;

export const POST_WORDS = {
  principal: ['主要负责人', 'the principal'],
  deputy: ['分管负责人', 'the deputy'],
  liaison: ['联络员', 'the liaison'],
  backup: ['备用联络员', 'the second liaison'],
} as const satisfies Record<UnitPost, readonly [string, string]>;

export interface Said {
  rule: NoticeRule;
  because: Because;
  post: UnitPost | null;
  facts: NoticeFacts;
}

/** "您的单位主办，您是联络员". */
export const reasonInWords = ({ because, post }: Pick<Said, 'because' | 'post'>): string =>
  post === null ? BECAUSE_WORDS[because][0] : `${BECAUSE_WORDS[because][0]}，您是${POST_WORDS[post][0]}`;

const ruledInWords = ({ agreed }: NoticeFacts): string => (agreed === undefined ? '' : agreed ? '：同意' : '：不同意');

/** The whole of a short message: what, of which case, and why it came. Read over shoulders, so nobody is named. */
export const messageText = (said: Said, caseNumber: string): string =>
  `【12345热线】${caseNumber} ${RULE_WORDS[said.rule][0]}${ruledInWords(said.facts)}（${reasonInWords(said)}）`;
