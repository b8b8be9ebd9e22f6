import { ApiError, isAway, messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { drafts, queries } from '../app/services.ts';
import { translate } from '../i18n/i18n.ts';
import { createStore } from '../ui/store.ts';
import type { Draft } from './draft.ts';

/** Drafts of this page that have been registered: their form is done with, and what is written later belongs to a move. */
export const registered = createStore<ReadonlySet<string>>(new Set());
const done = (key: string): void => registered.set((before) => new Set(before).add(key));

/**
 * Saves what is written and registers it: the draft becomes a case with clocks. What cannot be done now stays in this browser.
 * @returns what to tell the person, or null when a conflict already says it on the form
 */
export const registerDraft = async (key: string): Promise<string | null> => {
  if (!(await drafts.save(key))) return drafts.state.get().get(key)?.conflict ? null : translate('case.kept_here');
  const draft = drafts.state.get().get(key);
  if (!draft || draft.caseId === null || draft.version === null) return translate('case.kept_here');
  try {
    await api.moveCase(draft.caseId, draft.version, { do: 'register' });
  } catch (error) {
    // Registered by a colleague, or by this very press once before: what was written is safe either way.
    if (error instanceof ApiError && error.code === 'case.transition_not_allowed') {
      done(key);
      return translate('moves.done', { move: translate('move.register') });
    }
    return isAway(error) ? translate('case.kept_here') : messageOf(error);
  }
  done(key);
  void queries.invalidateQueries({ queryKey: ['case'] });
  void queries.invalidateQueries({ queryKey: ['cases'] });
  return translate('moves.done', { move: translate('move.register') });
};

/** The three fields that registration asks for; the service refuses without them. */
export const canRegister = ({ form }: Pick<Draft, 'form'>): boolean =>
  form.requestType !== null && form.categoryCode !== null && form.course.trim() !== '';

/** Saves and no more. @returns what to tell the person, or null when the service has it */
export const keepDraft = async (key: string): Promise<string | null> => ((await drafts.save(key)) ? null : translate('case.kept_here'));
