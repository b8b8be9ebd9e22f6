import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useEffect } from 'react';
import { endWrapUp } from '../app/desk-acts.ts';
import { onKey } from '../app/keys.ts';
import { drafts, tell } from '../app/services.ts';
import { CaseFields, CaseFoot } from '../cases/case-form.tsx';
import type { Draft } from '../cases/draft.ts';
import { canRegister, keepDraft, registerDraft, registered } from '../cases/register.ts';
import { useWords } from '../i18n/i18n.ts';
import { CaseNumber, KeyCap, Loading } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import type { DeskCard, DeskView } from './desk-view.ts';

/** The form beside the call, and after it until the agent puts it aside; a call about a case has that case instead. */
export const Writing = ({ view, card }: { view: DeskView; card: DeskCard }) => {
  const caseId = card.outbound?.caseId ?? null;
  return caseId === null ? <Form view={view} card={card} /> : <AboutCase caseId={caseId} ended={view.mode === 'wrap_up'} />;
};

/** What was said belongs to the case that the call is about: its own page has the acts. */
const AboutCase = ({ caseId, ended }: { caseId: number; ended: boolean }) => {
  const { t } = useWords();
  useEffect(() => (ended ? onKey('submit', endWrapUp) : undefined), [ended]);
  return (
    <section id="what" aria-label={t('dial.about')}>
      <div className="registered">
        <h1>{t('dial.about')}</h1>
        <p>{t('dial.about_note')}</p>
        <p>
          <Link to="/cases/$caseId" params={{ caseId: String(caseId) }}>
            {t('work.whole')}
          </Link>
        </p>
        {ended && (
          <p>
            <Button type="primary" data-act="save-case" onClick={endWrapUp}>
              {t('agent.go_ready')} <KeyCap>Ctrl ↵</KeyCap>
            </Button>
          </p>
        )}
      </div>
    </section>
  );
};

const Form = ({ view, card }: { view: DeskView; card: DeskCard }) => {
  const { t } = useWords();
  const all = useStore(drafts.state);
  const key = `call:${card.channelId}`;
  useEffect(() => void drafts.openForCall(card), [card]);
  const draft = all.get(key);
  const wrapUp = view.mode === 'wrap_up';
  const isRegistered = useStore(registered).has(key);
  const submit = (): void => {
    // What lacks the form's own three fields stays a draft: the call goes on, and nobody is held back by it.
    const whole = draft !== undefined && canRegister(draft);
    void (whole ? registerDraft(key) : keepDraft(key)).then((said) => {
      const lacks = whole || wrapUp ? null : t('lack.form');
      if (said ?? lacks) tell(said ?? lacks ?? '');
      if (wrapUp) endWrapUp();
    });
  };
  if (draft && isRegistered) return <Registered draft={draft} onReady={wrapUp ? endWrapUp : null} />;
  return (
    <section id="what" aria-label={t('case.new')}>
      {draft ? <CaseFields draft={draft} focusFirst={view.mode === 'talking'} /> : <Loading />}
      {draft && <CaseFoot draft={draft} primary={t(wrapUp ? 'case.save_and_ready' : 'case.register')} onPrimary={submit} inCall />}
    </section>
  );
};

/** The case has its number and its clocks; what remains is to say so, and to go on. */
const Registered = ({ draft, onReady }: { draft: Draft; onReady: (() => void) | null }) => {
  const { t } = useWords();
  useEffect(() => (onReady ? onKey('submit', onReady) : undefined), [onReady]);
  return (
    <section id="what" aria-label={t('case.new')}>
      <div className="registered">
        <h1>{t('case_state.registered')}</h1>
        {draft.number && (
          <>
            <p className="case-title">
              <CaseNumber number={draft.number} />
            </p>
            <p>
              {t('case.before_end')} <b>{t('case.closing', { tail: draft.number.slice(-6) })}</b>
            </p>
          </>
        )}
        {draft.caseId !== null && (
          <p>
            <Link to="/cases/$caseId" params={{ caseId: String(draft.caseId) }}>
              {t('work.whole')}
            </Link>
          </p>
        )}
        {onReady && (
          <p>
            <Button type="primary" data-act="save-case" onClick={onReady}>
              {t('agent.go_ready')} <KeyCap>Ctrl ↵</KeyCap>
            </Button>
          </p>
        )}
      </div>
    </section>
  );
};
