import { useEffect } from 'react';
import { endWrapUp } from '../app/desk-acts.ts';
import { drafts, tell } from '../app/services.ts';
import { CaseFields, CaseFoot } from '../cases/case-form.tsx';
import { useWords } from '../i18n/i18n.ts';
import { Loading } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import type { DeskCard, DeskView } from './desk-view.ts';

/** The form beside the call, and after it until the agent puts it aside. */
export const Writing = ({ view, card }: { view: DeskView; card: DeskCard }) => {
  const { t } = useWords();
  const all = useStore(drafts.state);
  const key = `call:${card.channelId}`;
  useEffect(() => void drafts.openForCall(card), [card]);
  const draft = all.get(key);
  const wrapUp = view.mode === 'wrap_up';
  const submit = (): void => {
    void drafts.save(key).then((there) => {
      if (!there) tell(t('case.kept_here'));
      if (wrapUp) endWrapUp();
    });
  };
  return (
    <section id="what" aria-label={t('case.new')}>
      {draft ? <CaseFields draft={draft} focusFirst={view.mode === 'talking'} /> : <Loading />}
      {draft && <CaseFoot draft={draft} primary={t(wrapUp ? 'case.save_and_ready' : 'case.register')} onPrimary={submit} inCall />}
    </section>
  );
};
