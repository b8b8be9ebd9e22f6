import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { SystemView } from '../../system/schemas.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import type { PhraseKey } from '../i18n/phrases.ts';
import { useNow } from '../ui/clock.ts';
import { timeWithSeconds } from '../ui/format.ts';
import { Failed, Icon, Loading, Moment, PageTop } from '../ui/parts.tsx';
import { alarmWord, bytes, partWord, upFor } from './system-view.ts';

const EVERY_MS = 10_000;

/** Health as the service itself found it this moment, asked again every ten seconds while the page is open. */
export const SystemPage = () => {
  const { t } = useWords();
  const { data, error, dataUpdatedAt, refetch } = useQuery({ queryKey: ['system'], queryFn: api.system, refetchInterval: EVERY_MS });
  return (
    <main className="page">
      <PageTop title={t('system.title')} note={data && t('system.asked', { time: timeWithSeconds(dataUpdatedAt) })} />
      <div className="page-body padded">
        {error && <Failed error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Loading rows={8} height={44} />}
        {data && <Sections view={data} />}
      </div>
    </main>
  );
};

const Section = ({ title, children }: { title: PhraseKey; children: ReactNode }) => {
  const { t } = useWords();
  return (
    <section className="system-section" aria-label={t(title)}>
      <h2>{t(title)}</h2>
      {children}
    </section>
  );
};

const Standing = ({ up }: { up: boolean }) => {
  const { t } = useWords();
  return (
    <span className={up ? 'fact well' : 'fact fact-amber'}>
      <Icon of={up ? CircleCheck : CircleX} size={15} /> {t(up ? 'system.up' : 'system.down')}
    </span>
  );
};

const Sections = ({ view }: { view: SystemView }) => {
  const { t } = useWords();
  return (
    <div className="system">
      <Section title="system.alarms">
        {view.alarms.length === 0 ? (
          <p className="fact well">
            <Icon of={CircleCheck} size={15} /> {t('system.no_alarms')}
          </p>
        ) : (
          <ul className="alarms">
            {view.alarms.map((alarm) => (
              <li key={alarm.id}>
                <Icon of={TriangleAlert} size={16} className="fact-amber" /> <b>{alarmWord(t, alarm.kind)}</b> {alarm.detail}{' '}
                <span className="meta">
                  <Moment at={alarm.at} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title="system.parts">
        <table className="table">
          <tbody>
            {view.parts.map((part) => (
              <tr key={part.name}>
                <th scope="row">{partWord(t, part.name)}</th>
                <td>
                  <Standing up={part.up} />
                </td>
                <td className="wraps">{part.up ? '' : part.reason || t(part.needed ? 'system.needed' : 'system.not_needed')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      <Section title="system.switches">
        {view.switches.length === 0 && <p className="meta">{t('system.no_switch')}</p>}
        <table className="table">
          <tbody>
            {view.switches.map((node) => (
              <tr key={node.node}>
                <th scope="row">{node.node}</th>
                <td>
                  <Standing up={node.up} />
                </td>
                <td>
                  {t(node.up ? 'system.since' : 'system.down_since')} <Moment at={node.since} />
                </td>
                <td className="wraps">{node.up ? '' : node.reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      <Figures view={view} />
      <Versions view={view} />
    </div>
  );
};

const Figures = ({ view }: { view: SystemView }) => {
  const { t } = useWords();
  const figures: readonly (readonly [PhraseKey, string, boolean])[] = [
    ['system.open_calls', String(view.openCalls), false],
    ['system.consoles', String(view.pushClients), false],
    ['system.memory', bytes(view.residentBytes), false],
    ['system.disk_free', view.disk ? bytes(view.disk.freeBytes) : '—', view.disk !== null && view.disk.freeBytes < 5 * 1024 ** 3],
  ];
  return (
    <Section title="system.now">
      <dl className="figures">
        {figures.map(([word, value, low]) => (
          <div key={word}>
            <dt>{t(word)}</dt>
            <dd className={low ? 'fact-amber' : undefined}>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
};

const Versions = ({ view }: { view: SystemView }) => {
  const { t, language } = useWords();
  const now = useNow();
  return (
    <Section title="system.versions">
      <dl className="facts-list">
        <dt>{t('system.version')}</dt>
        <dd>{view.version}</dd>
        <dt>Node.js</dt>
        <dd>{view.node}</dd>
        <dt>{t('system.engine')}</dt>
        <dd>{view.engine === 'sqlite' ? 'SQLite' : 'PostgreSQL'}</dd>
        <dt>{t('system.started')}</dt>
        <dd>
          <Moment at={view.startedAt} /> · {upFor(now - Date.parse(view.startedAt), language)}
        </dd>
      </dl>
    </Section>
  );
};
