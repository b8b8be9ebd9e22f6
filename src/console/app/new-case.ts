import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { translate } from '../i18n/i18n.ts';
import { desk, queries, tell } from './services.ts';

let opening = false;

/** A case without a call: a letter, a visitor at the counter. In a call the form is open already, and a second one would split its words. */
export const useNewCase = (): (() => void) => {
  const navigate = useNavigate();
  return useCallback(() => {
    if (desk.view.get().card) tell(translate('case.new_in_call'));
    else if (!opening) void open(navigate);
  }, [navigate]);
};

const open = async (navigate: ReturnType<typeof useNavigate>): Promise<void> => {
  opening = true;
  try {
    const opened = await api.openCase(null);
    queries.setQueryData(['case', String(opened.caseId)], opened);
    await navigate({ to: '/cases/$caseId', params: { caseId: String(opened.caseId) } });
  } catch (error) {
    tell(messageOf(error));
  } finally {
    opening = false;
  }
};
