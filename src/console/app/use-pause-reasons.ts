import { useQuery } from '@tanstack/react-query';
import type { PauseReasonItem } from '../../agents/schemas.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';

export interface PauseWords {
  /** Those that may be chosen now, in the administrator's order. */
  choices: readonly PauseReasonItem[];
  /** What people call a reason; also of one that is no longer in use. */
  word: (code: string) => string;
}

/** The reasons to pause, by the words an administrator has given them. */
export const usePauseReasons = (): PauseWords => {
  const { t, language } = useWords();
  const { data } = useQuery({ queryKey: ['pause-reasons'], queryFn: api.pauseReasons });
  const reasons = data?.reasons ?? [];
  return {
    choices: reasons.filter(({ active }) => active),
    word(code) {
      // The pause that every sign-in begins with is nobody's choice.
      if (code === 'signed_in') return t('pause.signed_in');
      const known = reasons.find((reason) => reason.code === code);
      return known ? known[language === 'en' ? 'en' : 'zh'] : code;
    },
  };
};
