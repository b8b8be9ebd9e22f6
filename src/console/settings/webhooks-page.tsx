import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { CircleCheck, CircleSlash, Clock3 } from 'lucide-react';
import { useId, useState } from 'react';
import { NOTICE_RULES, type NoticeRule } from '../../notices/rules.ts';
import type { DeliveryView, WebhookView } from '../../webhooks/schemas.ts';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { toggled } from '../staff/staff-view.ts';
import { More, usePages } from '../ui/pages.tsx';
import { ColumnHeads, Dialog, Empty, Failed, Loading, Moment, PageTop, PanelHead, Tag } from '../ui/parts.tsx';
import { SettingsTabs } from './settings-tabs.tsx';

const HOOKS = ['webhooks'];
const DELIVERIES = ['webhook-deliveries'];

type Open =
  | { what: 'edit'; hook: WebhookView | null }
  | { what: 'renew' | 'remove'; hook: WebhookView }
  | { what: 'secret'; secret: string }
  | null;

/** Gateways that notices are sent to, and what became of what was sent. */
export const WebhooksPage = () => {
  const { t } = useWords();
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({ queryKey: HOOKS, queryFn: api.webhooks });
  const [open, setOpen] = useState<Open>(null);
  const [said, setSaid] = useState('');
  const again = (): void => {
    void queries.invalidateQueries({ queryKey: HOOKS });
    void queries.invalidateQueries({ queryKey: DELIVERIES });
  };
  const act = async (work: () => Promise<string>): Promise<void> => {
    setOpen(null);
    setSaid(await work().catch(messageOf));
    again();
  };
  return (
    <main className="page">
      <PageTop title={t('webhooks.title')}>
        <SettingsTabs />
      </PageTop>
      <div className="page-body padded stack">
        {error && <Failed error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Loading rows={4} height={36} />}
        {data?.length === 0 && <Empty title={t('webhooks.none')}>{t('webhooks.none_note')}</Empty>}
        {data && data.length > 0 && <Hooks rows={data} onOpen={setOpen} onAct={(work) => void act(work)} />}
        {data && (
          <p className="row">
            <Button type="primary" data-act="add-webhook" onClick={() => setOpen({ what: 'edit', hook: null })}>
              {t('webhooks.add')}
            </Button>
            <span className="meta" role="status">
              {said || t('webhooks.note')}
            </span>
          </p>
        )}
        <Deliveries onReplayed={again} />
      </div>
      {open?.what === 'edit' && (
        <HookDialog
          hook={open.hook}
          onClose={() => setOpen(null)}
          onAsk={setOpen}
          onDone={(secret) => {
            setOpen(secret === null ? null : { what: 'secret', secret });
            again();
          }}
        />
      )}
      {(open?.what === 'renew' || open?.what === 'remove') && (
        <Sure
          open={open}
          onClose={() => setOpen(null)}
          onSecret={(secret) => setOpen({ what: 'secret', secret })}
          onAct={(work) => void act(work)}
          onChanged={again}
        />
      )}
      {open?.what === 'secret' && (
        <Dialog title={t('webhooks.secret')} onClose={() => setOpen(null)}>
          <p className="meta">{t('webhooks.secret_once')}</p>
          <p>
            <code className="token">{open.secret}</code>
          </p>
          <div className="dialog-foot">
            <Button type="primary" onClick={() => void navigator.clipboard?.writeText(open.secret).catch(() => {})}>
              {t('factor.copy')}
            </Button>
          </div>
        </Dialog>
      )}
    </main>
  );
};

const Sure = (props: {
  open: { what: 'renew' | 'remove'; hook: WebhookView };
  onClose: () => void;
  onSecret: (secret: string) => void;
  onAct: (work: () => Promise<string>) => void;
  onChanged: () => void;
}) => {
  const { t } = useWords();
  const { what, hook } = props.open;
  const [problem, setProblem] = useState('');
  const renew = async (): Promise<void> => {
    try {
      props.onSecret((await api.renewWebhook(hook.webhookId, hook.version)).secret);
      props.onChanged();
    } catch (failure) {
      setProblem(messageOf(failure));
    }
  };
  const remove = async (): Promise<string> => {
    await api.removeWebhook(hook.webhookId, hook.version);
    return '';
  };
  return (
    <Dialog title={`${t(`webhooks.${what}`)} · ${hook.name}`} onClose={props.onClose}>
      <p>{t(`webhooks.${what}_sure`)}</p>
      <p className="problem" role="alert">
        {problem}
      </p>
      <div className="dialog-foot">
        <Button onClick={props.onClose}>{t('act.cancel')}</Button>
        <Button danger data-act={`${what}-sure`} onClick={() => (what === 'renew' ? void renew() : props.onAct(remove))}>
          {t(`webhooks.${what}`)}
        </Button>
      </div>
    </Dialog>
  );
};

const Hooks = (props: { rows: readonly WebhookView[]; onOpen: (open: Open) => void; onAct: (work: () => Promise<string>) => void }) => {
  const { t } = useWords();
  const { onOpen, onAct } = props;
  const test = async (hook: WebhookView): Promise<string> => {
    await api.testWebhook(hook.webhookId);
    return t('webhooks.tested');
  };
  const replay = async (hook: WebhookView): Promise<string> =>
    t('webhooks.replayed', { n: (await api.replayWebhook(hook.webhookId)).replayed });
  return (
    <table className="table">
      <ColumnHeads
        of={[
          'webhooks.name',
          'webhooks.url',
          'webhooks.events',
          'webhooks.secret',
          'webhooks.state',
          'webhooks.waiting',
          'webhooks.delivered',
          'webhooks.dead',
          'webhooks.acts',
        ]}
        figures={['webhooks.waiting', 'webhooks.delivered', 'webhooks.dead']}
      />
      <tbody>
        {props.rows.map((hook) => (
          <tr key={hook.webhookId}>
            <td className="cut" title={hook.name}>
              {hook.name}
            </td>
            <td className="cut" title={hook.url}>
              {hook.url}
            </td>
            <td title={hook.events.map((event) => t(`notice_rule.${event}`)).join(t('list.comma'))}>
              {t('webhooks.events_count', { n: hook.events.length })}
            </td>
            <td>…{hook.hint}</td>
            <td>
              <Tag icon={hook.active ? CircleCheck : CircleSlash} tone={hook.active ? 'green' : 'plain'}>
                {t(hook.active ? 'webhooks.active' : 'webhooks.inactive')}
              </Tag>
            </td>
            <td className="figure">{hook.waiting}</td>
            <td className="figure">{hook.delivered}</td>
            <td className="figure">{hook.dead}</td>
            <td>
              <span className="row">
                <button type="button" className="plain-button" data-act="edit-webhook" onClick={() => onOpen({ what: 'edit', hook })}>
                  {t('webhooks.edit')}
                </button>
                <button type="button" className="plain-button" data-act="test-webhook" onClick={() => onAct(() => test(hook))}>
                  {t('webhooks.test')}
                </button>
                {hook.dead > 0 && (
                  <button type="button" className="plain-button" data-act="replay-webhook" onClick={() => onAct(() => replay(hook))}>
                    {t('webhooks.replay_all')}
                  </button>
                )}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

const HookDialog = (props: {
  hook: WebhookView | null;
  onClose: () => void;
  onAsk: (open: Open) => void;
  onDone: (secret: string | null) => void;
}) => {
  const { t } = useWords();
  const { hook } = props;
  const [nameId, urlId] = [useId(), useId()];
  const [name, setName] = useState(hook?.name ?? '');
  const [url, setUrl] = useState(hook?.url ?? 'https://');
  const [events, setEvents] = useState<NoticeRule[]>([...(hook?.events ?? NOTICE_RULES)]);
  const [active, setActive] = useState(hook?.active ?? true);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      if (hook) {
        await api.changeWebhook(hook.webhookId, { version: hook.version, name, url, events, active });
        props.onDone(null);
      } else props.onDone((await api.addWebhook({ name, url, events })).secret);
    } catch (failure) {
      setProblem(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t(hook ? 'webhooks.edit' : 'webhooks.add')} onClose={props.onClose} wide>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <div className="field">
          <label htmlFor={nameId}>{t('webhooks.name')}</label>
          <Input id={nameId} maxLength={60} value={name} onChange={(event) => setName(event.target.value)} />
        </div>
        <div className="field">
          <label htmlFor={urlId}>{t('webhooks.url')}</label>
          <Input
            id={urlId}
            inputMode="url"
            maxLength={500}
            placeholder={t('webhooks.url_hint')}
            value={url}
            onChange={(event) => setUrl(event.target.value)}
          />
        </div>
        <fieldset className="field roles thirds">
          <legend>{t('webhooks.events')}</legend>
          {NOTICE_RULES.map((event) => (
            <label key={event} className="check-line">
              <input type="checkbox" checked={events.includes(event)} onChange={() => setEvents(toggled(events, event))} />{' '}
              {t(`notice_rule.${event}`)}
            </label>
          ))}
        </fieldset>
        {hook && (
          <label className="check-line">
            <input type="checkbox" checked={active} onChange={() => setActive(!active)} /> {t('webhooks.active')}
          </label>
        )}
        <p className="problem" role="alert">
          {problem}
        </p>
        <div className="dialog-foot">
          {hook && (
            <>
              <Button onClick={() => props.onAsk({ what: 'remove', hook })}>{t('webhooks.remove')}</Button>
              <Button onClick={() => props.onAsk({ what: 'renew', hook })}>{t('webhooks.renew')}</Button>
              <span className="grow" />
            </>
          )}
          <Button onClick={props.onClose}>{t('act.cancel')}</Button>
          <Button type="primary" htmlType="submit" loading={busy} data-act="save-webhook">
            {t('act.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
};

const STATE = {
  waiting: { icon: Clock3, tone: 'plain' },
  delivered: { icon: CircleCheck, tone: 'green' },
  dead: { icon: CircleSlash, tone: 'amber' },
} as const;

const Deliveries = ({ onReplayed }: { onReplayed: () => void }) => {
  const { t } = useWords();
  const pages = usePages(DELIVERIES, api.deliveries);
  const [shown, setShown] = useState<DeliveryView | null>(null);
  const [problem, setProblem] = useState('');
  const replay = async (deliveryId: number): Promise<void> => {
    setProblem(
      await api.replayDelivery(deliveryId).then(
        () => '',
        (failure: unknown) => messageOf(failure),
      ),
    );
    onReplayed();
  };
  return (
    <section className="panel stack" aria-label={t('deliveries.title')}>
      <PanelHead title={t('deliveries.title')} />
      {!pages.rows && !pages.error && <Loading rows={4} height={36} />}
      {pages.error ? <Failed error={pages.error} onRetry={pages.refetch} /> : null}
      {pages.rows?.length === 0 && <p className="meta">{t('deliveries.none')}</p>}
      {pages.rows && pages.rows.length > 0 && (
        <table className="table">
          <ColumnHeads
            of={['deliveries.at', 'deliveries.to', 'deliveries.event', 'webhooks.state', 'deliveries.tries', 'webhooks.acts']}
            figures={['deliveries.tries']}
          />
          <tbody>
            {pages.rows.map((row) => (
              <tr key={row.deliveryId}>
                <td>
                  <Moment at={row.createdAt} />
                </td>
                <td className="cut" title={row.webhookName}>
                  {row.webhookName}
                </td>
                <td className="wraps">
                  <EventWord event={row.event} />
                </td>
                <td>
                  <Tag icon={STATE[row.state].icon} tone={STATE[row.state].tone}>
                    {t(`webhooks.${row.state}`)}
                  </Tag>
                </td>
                <td className="figure">{row.attempts}</td>
                <td>
                  <span className="row">
                    <button type="button" className="plain-button" data-act="attempts" onClick={() => setShown(row)}>
                      {t('deliveries.attempts')}
                    </button>
                    {row.state === 'dead' && (
                      <button type="button" className="plain-button" data-act="replay" onClick={() => void replay(row.deliveryId)}>
                        {t('webhooks.replay')}
                      </button>
                    )}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <More pages={pages} />
      <p className="problem" role="alert">
        {problem}
      </p>
      {shown && <Attempts of={shown} onClose={() => setShown(null)} />}
    </section>
  );
};

const isRule = (event: string): event is NoticeRule => NOTICE_RULES.some((rule) => rule === event);
const EventWord = ({ event }: { event: string }) => {
  const { t } = useWords();
  return <>{isRule(event) ? t(`notice_rule.${event}`) : t('deliveries.test')}</>;
};

const Attempts = ({ of: delivery, onClose }: { of: DeliveryView; onClose: () => void }) => {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({
    queryKey: [...DELIVERIES, delivery.deliveryId],
    queryFn: () => api.attempts(delivery.deliveryId),
  });
  return (
    <Dialog title={t('deliveries.attempts_title')} onClose={onClose}>
      <p className="meta">{delivery.eventId}</p>
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Loading rows={3} height={34} />}
      {data && (
        <table className="table">
          <ColumnHeads of={['deliveries.at', 'deliveries.answer', 'deliveries.took']} />
          <tbody>
            {data.map((row) => (
              <tr key={row.at}>
                <td>
                  <Moment at={row.at} />
                </td>
                <td className="wraps">{row.status ?? row.failure ?? t('deliveries.no_answer')}</td>
                <td>{t('deliveries.ms', { n: row.tookMs })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {delivery.nextAt && (
        <p className="meta">
          {t('deliveries.next', { at: '' })} <Moment at={delivery.nextAt} />
        </p>
      )}
    </Dialog>
  );
};
