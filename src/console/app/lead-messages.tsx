import { Button } from 'antd';
import { Megaphone } from 'lucide-react';
import { useState } from 'react';
import type { DeskMessage } from '../../agents/schemas.ts';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { type Translate, useWords } from '../i18n/i18n.ts';
import { Icon, Moment } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { push, tell } from './services.ts';

const said = (t: Translate, message: DeskMessage): string => (message.kind === 'text' ? message.text : t(`lead.told.${message.kind}`));

/** What the team leader has said, the oldest first, over whatever page is open until it is confirmed. It never takes the focus. */
export const LeadMessages = () => {
  const { t } = useWords();
  const messages = useStore(push.state).snapshot?.messages ?? [];
  const [busy, setBusy] = useState(false);
  const [first] = messages;
  const confirm = async (messageId: number): Promise<void> => {
    setBusy(true);
    await api.seeMessage(messageId).catch((error: unknown) => tell(messageOf(error)));
    setBusy(false);
  };
  return (
    <section className={first ? 'lead-message' : 'visually-hidden'} role="status" aria-label={t('lead.messages')}>
      {first && (
        <>
          <p className="lead-message-head">
            <Icon of={Megaphone} /> <b>{first.from}</b>{' '}
            <span className="meta">
              <Moment at={first.sentAt} />
            </span>
          </p>
          <p className="said-words">{said(t, first)}</p>
          <p className="row">
            <Button type="primary" size="small" loading={busy} data-act="message-seen" onClick={() => void confirm(first.messageId)}>
              {t('lead.seen')}
            </Button>
            {messages.length > 1 && <span className="meta">{t('lead.more', { n: messages.length - 1 })}</span>}
          </p>
        </>
      )}
    </section>
  );
};
