import { Button, Input } from 'antd';
import { useId, useRef, useState } from 'react';
import type { SetIntent } from '../../agents/schemas.ts';
import type { BoardAgent } from '../../board/schemas.ts';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { PauseReasons } from '../app/pause-menu.tsx';
import { useWords } from '../i18n/i18n.ts';
import { PersonPlacesEditor } from '../settings/places.tsx';
import { Dialog } from '../ui/parts.tsx';
import { AgentState } from './board-parts.tsx';

const LONGEST = 200;

/** What a team leader may do to one agent's desk. The agent is told by whom. */
export const AgentActs = ({ agent, now, onClose }: { agent: BoardAgent; now: number; onClose: () => void }) => {
  const { t } = useWords();
  const [said, setSaid] = useState('');
  const [sure, setSure] = useState(false);
  const [places, setPlaces] = useState(false);
  const [busy, setBusy] = useState(false);
  const run = async (act: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    setSaid('');
    await act().then(
      () => setSaid(t('lead.done')),
      (error: unknown) => setSaid(messageOf(error)),
    );
    setBusy(false);
    setSure(false);
  };
  const intent = (wanted: SetIntent): void => void run(() => api.leadIntent(agent.staffId, wanted));
  return (
    <Dialog title={`${agent.name} ${agent.extension}`} onClose={onClose}>
      <div className="stack agent-acts">
        <p>
          <AgentState agent={agent} now={now} size={15} withReason />
        </p>
        <div className="row wrap">
          <Button data-act="lead-ready" disabled={busy} onClick={() => intent({ intent: 'ready' })}>
            {t('lead.ready')}
          </Button>
          <PauseReasons word={t('lead.pause')} disabled={busy} onChoose={(reason) => intent({ intent: 'paused', reason })} />
          <Button
            data-act="lead-sign-off"
            danger={sure}
            disabled={busy}
            onClick={() => (sure ? void run(() => api.leadSignOff(agent.staffId)) : setSure(true))}
          >
            {t(sure ? 'lead.sign_off_sure' : 'lead.sign_off')}
          </Button>
          <Button data-act="lead-queues" aria-expanded={places} onClick={() => setPlaces(!places)}>
            {t('lead.queues')}
          </Button>
        </div>
        {places && <PersonPlacesEditor staffId={agent.staffId} />}
        <p className="meta">{t('lead.note')}</p>
        <p role="status">{said}</p>
        <MessageForm to={agent.staffId} />
      </div>
    </Dialog>
  );
};

/** A word to everybody who is signed in. */
export const MessageAll = ({ people, onClose }: { people: number; onClose: () => void }) => {
  const { t } = useWords();
  return (
    <Dialog title={t('lead.to_all', { n: people })} onClose={onClose}>
      <MessageForm to={null} />
    </Dialog>
  );
};

/** One key for one text: pressed twice, or sent again after a lost answer, it is one message. */
const MessageForm = ({ to }: { to: number | null }) => {
  const { t } = useWords();
  const id = useId();
  const key = useRef(crypto.getRandomValues(new Uint32Array(4)).join('-'));
  const [text, setText] = useState('');
  const [said, setSaid] = useState('');
  const [busy, setBusy] = useState(false);
  const send = async (): Promise<void> => {
    setBusy(true);
    try {
      const { sent } = await api.sendMessage({ to, text: text.trim(), key: key.current });
      key.current = crypto.getRandomValues(new Uint32Array(4)).join('-');
      setText('');
      setSaid(t('lead.sent', { n: sent }));
    } catch (error) {
      setSaid(messageOf(error));
    }
    setBusy(false);
  };
  return (
    <form
      className="stack"
      aria-label={t('lead.message')}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label htmlFor={id}>{t('lead.message')}</label>
      <Input.TextArea
        id={id}
        rows={3}
        maxLength={LONGEST}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setSaid('');
        }}
      />
      <p className="row">
        <Button type="primary" htmlType="submit" loading={busy} disabled={!text.trim()} data-act="send-message">
          {t('lead.send')}
        </Button>
        <span className="meta" role="status">
          {said || t('lead.length', { n: text.length, most: LONGEST })}
        </span>
      </p>
    </form>
  );
};
