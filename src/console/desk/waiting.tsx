import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { Check, CircleSlash, FilePlus2, PenLine } from 'lucide-react';
import { useRef } from 'react';
import { api } from '../api/endpoints.ts';
import { useNewCase } from '../app/new-case.ts';
import { notice, phone } from '../app/services.ts';
import { session } from '../app/session.ts';
import { type Translate, useWords } from '../i18n/i18n.ts';
import { soundBlocked, startRing, unlockSound } from '../softphone/sound.ts';
import { useNow } from '../ui/clock.ts';
import { useListKeys } from '../ui/list-keys.ts';
import { CaseNumber, Empty, Failed, Icon, KeyCap, Loading } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import type { DeskView } from './desk-view.ts';

const ELEMENTS = ['who', 'phone', 'where', 'what', 'why'] as const;

const elementWord = (t: Translate, element: string): string => {
  const known = ELEMENTS.find((each) => each === element);
  return known ? t(`element.${known}`) : element;
};

/** What waits for this agent between calls, and whether everything is ready for the next one. */
export const Waiting = ({ view }: { view: DeskView }) => {
  const { t } = useWords();
  const { me } = useStore(session);
  const newCase = useNewCase();
  const list = useRef<HTMLDivElement>(null);
  useListKeys(list);
  const cases = useQuery({ queryKey: ['cases', 'mine'], queryFn: () => api.cases(null, 30) });
  const open = (cases.data?.rows ?? []).filter((row) => row.missing.length > 0 && row.createdBy?.staffId === me?.staffId);
  return (
    <section id="what" aria-label={t('desk.waiting')}>
      <div className="page-top">
        <h1>{t('desk.waiting')}</h1>
        <span className="page-note">{t('desk.waiting_count', { n: open.length })}</span>
        <span className="grow" />
        <Button data-act="new-case" onClick={newCase} icon={<Icon of={FilePlus2} />}>
          {t('case.new_here')} <KeyCap>Alt N</KeyCap>
        </Button>
      </div>
      <div className="what-body rows" ref={list}>
        {cases.isPending && <Loading rows={4} height={50} />}
        {cases.error && <Failed error={cases.error} onRetry={() => void cases.refetch()} />}
        {cases.data && open.length === 0 && (
          <Empty title={t('desk.nothing')}>{t(view.mode === 'signed_out' ? 'desk.nothing_signed_out' : 'desk.nothing_note')}</Empty>
        )}
        {open.map((row) => (
          <div key={row.caseId} className="work-row">
            <Icon of={PenLine} size={18} className="fact-amber" />
            <div className="work-what">
              <b>
                {t('desk.draft_lacks', { n: row.missing.length })}
                {t('list.colon')}
                {row.missing.map((element) => elementWord(t, element)).join(t('list.comma'))}
              </b>
              <p className="meta">{[row.form.contactName || row.contactNumber?.masked, row.form.course].filter(Boolean).join(' · ')}</p>
            </div>
            <span className="grow" />
            <CaseNumber number={row.number} short />
            <Link className="plain-button" data-row to="/cases/$caseId" params={{ caseId: String(row.caseId) }}>
              {t('desk.continue')}
            </Link>
          </div>
        ))}
      </div>
      <Checks />
    </section>
  );
};

const Checks = () => {
  const { t } = useWords();
  const now = useNow();
  const line = useStore(phone.state);
  const said = useStore(notice);
  const ok = (good: boolean, word: string) => (
    <span className={good ? 'check' : 'check bad'}>
      <Icon of={good ? Check : CircleSlash} size={15} /> {word}
    </span>
  );
  return (
    <div className="foot">
      {said && now - said.at < 20_000 ? (
        <b className="fact-amber" role="status">
          {said.text}
        </b>
      ) : (
        <>
          {ok(line.microphone === 'ok', t('device.microphone'))}
          {ok(line.line === 'registered', t('device.line'))}
          {ok(!soundBlocked(), t('device.sound'))}
        </>
      )}
      <span className="grow" />
      <button
        type="button"
        className="plain-button"
        onClick={() => {
          void unlockSound().then(() => startRing(1));
          if ('Notification' in window) void Notification.requestPermission();
        }}
      >
        {t('device.try_ring')}
      </button>
    </div>
  );
};
