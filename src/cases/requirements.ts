import type { Command, Reply } from './commands.ts';
import type { CaseLife, Circumstances } from './life.ts';
import { isRepeat } from './policy.ts';
import { OPEN_STATES } from './states.ts';
import type { Requirement } from './workflow.ts';

const filled = (text: string | null | undefined): boolean => (text ?? '').trim() !== '';

export const hasReply = (reply: Reply | undefined): boolean => filled(reply?.publicText) || filled(reply?.privateText);

const replyIn = (command: Command): Reply | undefined => {
  if ('feedback' in command) return command.feedback.reply;
  return 'reply' in command ? command.reply : undefined;
};

/** R12 binds what went to a unit; an answer on the line or a refusal ends without a callback. */
const endedWithUnit = (life: CaseLife): boolean => ['closed', 'callback_failed', 'rework', 'supervising'].includes(life.state);

/** Whether the case or the command brings what a move needs. Each row is one rule. */
export const MET: Readonly<Record<Requirement, (life: CaseLife, command: Command, about: Circumstances) => boolean>> = {
  form: ({ form }) => form.requestType !== null && form.categoryCode !== null && filled(form.course),
  reply: (_life, command) => hasReply(replyIn(command)),
  text: (_life, command) => filled(command.text),
  site_visit: (life) => !life.form.keyCase || life.works.siteVisits > 0,
  explanation: (life, command) =>
    !('feedback' in command) || command.feedback.closing !== 'explained_by_law' || life.works.explanations > 0,
  principal_contact: (life, _command, { policy }) => !isRepeat(policy.policy, life.submissions) || life.works.principalContacts > 0,
  reply_on_record: (life) => life.replied,
  callback_on_record: (life) => life.callbackOutcome !== null,
  urgent_confirmed: (life) => !life.form.urgent || !endedWithUnit(life) || life.confirmed,
  master_open: (life, _command, { master }) =>
    master !== null &&
    master.caseId !== life.caseId &&
    master.masterId === null &&
    master.state !== 'draft' &&
    OPEN_STATES.includes(master.state),
  master_archived: (life) => life.masterId === null || life.masterState === 'archived',
  no_children: (life) => life.children === 0,
};
