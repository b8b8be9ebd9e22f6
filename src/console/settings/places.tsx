import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { Headset } from 'lucide-react';
import { useState } from 'react';
import type { PersonPlaces, PlacesView } from '../../queues/schemas.ts';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { ColumnHeads, Dialog, Empty, Failed, Loading, Tag } from '../ui/parts.tsx';

const KEY = ['standings'];
const PENALTIES = [0, 1, 2, 3, 4, 5];
const LEVELS = [1, 2, 3];

const usePlaces = () => useQuery({ queryKey: KEY, queryFn: api.standings });

/** A word of a queue or a skill in the reader's language. */
const useName = () => {
  const { language } = useWords();
  return (each: { zh: string; en: string }): string => (language === 'en' ? each.en : each.zh);
};

/** Who stands in which queue and can what; each person is changed in a dialog. */
export const PeopleInQueues = () => {
  const { t } = useWords();
  const nameOf = useName();
  const { data, error, refetch } = usePlaces();
  const [chosen, setChosen] = useState<PersonPlaces | null>(null);
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading rows={6} height={36} />;
  if (data.people.length === 0) return <Empty title={t('places.none')}>{t('places.none_note')}</Empty>;
  const words = (of: readonly { zh: string; en: string }[]): string => of.map(nameOf).join(t('list.comma')) || '—';
  return (
    <>
      <table className="table">
        <ColumnHeads of={['places.people', 'staff.extension', 'places.queues', 'places.skills', 'places.change']} />
        <tbody>
          {data.people.map((person) => (
            <tr key={person.staffId}>
              <td>
                {person.name} {person.signedIn && <Tag icon={Headset}>{t('places.signed_in')}</Tag>}
              </td>
              <td>{person.extension ?? '—'}</td>
              <td className="wraps">{words(data.queues.filter(({ queue }) => person.queues.some((each) => each.queue === queue)))}</td>
              <td className="wraps">{words(data.skills.filter(({ code }) => person.skills.some(({ skill }) => skill === code)))}</td>
              <td>
                <button type="button" className="plain-button" data-act="change-places" onClick={() => setChosen(person)}>
                  {t('places.change')}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {chosen && (
        <Dialog title={`${chosen.name} ${chosen.extension ?? ''}`} onClose={() => setChosen(null)}>
          <PersonPlacesEditor staffId={chosen.staffId} />
        </Dialog>
      )}
    </>
  );
};

/** Where one person stands and what they can. In force for the next ring. */
export const PersonPlacesEditor = ({ staffId }: { staffId: number }) => {
  const { data, error, refetch } = usePlaces();
  const person = data?.people.find((each) => each.staffId === staffId);
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data || !person) return <Loading rows={3} height={36} />;
  return (
    <div className="stack">
      <Rows key={`queues ${JSON.stringify(person.queues)}`} kind="queues" view={data} person={person} />
      {data.skills.length > 0 && <Rows key={`skills ${JSON.stringify(person.skills)}`} kind="skills" view={data} person={person} />}
    </div>
  );
};

interface RowsProps {
  kind: 'queues' | 'skills';
  view: PlacesView;
  person: PersonPlaces;
}

/** One line a queue or skill, with in which batch they are rung or how well they can it; empty: not at all. */
const Rows = ({ kind, view, person }: RowsProps) => {
  const { t } = useWords();
  const nameOf = useName();
  const queries = useQueryClient();
  const isQueues = kind === 'queues';
  const rows = isQueues
    ? view.queues.map((each) => ({ ...each, key: each.queue }))
    : view.skills.map((each) => ({ ...each, key: each.code }));
  const [chosen, setChosen] = useState<Record<string, string>>(() =>
    Object.fromEntries(
      isQueues
        ? person.queues.map(({ queue, penalty }) => [queue, String(penalty)])
        : person.skills.map(({ skill, level }) => [skill, String(level)]),
    ),
  );
  const [said, setSaid] = useState({ text: '', isProblem: false });
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    const wanted = rows.flatMap(({ key }) => (chosen[key] ? [[key, Number(chosen[key])] as const] : []));
    try {
      if (isQueues) await api.movePerson(person.staffId, { queues: wanted.map(([queue, penalty]) => ({ queue, penalty })) });
      else await api.saveHeld(person.staffId, { skills: wanted.map(([skill, level]) => ({ skill, level })) });
      setSaid({ text: t('places.done'), isProblem: false });
      await queries.invalidateQueries({ queryKey: KEY });
      await queries.invalidateQueries({ queryKey: ['queues'] });
    } catch (error) {
      setSaid({ text: messageOf(error), isProblem: true });
    } finally {
      setBusy(false);
    }
  };
  const none = t(isQueues ? 'places.out' : 'places.not_held');
  return (
    <form
      className="stack"
      aria-label={t(isQueues ? 'places.queues' : 'places.skills')}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {rows.map((row) => (
        <label key={row.key} className="hours-row">
          <span>{nameOf(row)}</span>
          <select
            className="select"
            value={chosen[row.key] ?? ''}
            onChange={(event) => {
              setChosen({ ...chosen, [row.key]: event.target.value });
              setSaid({ text: '', isProblem: false });
            }}
          >
            <option value="">{none}</option>
            {(isQueues ? PENALTIES : LEVELS).map((n) => (
              <option key={n} value={n}>
                {t(isQueues ? 'places.batch' : 'places.level', { n: isQueues ? n + 1 : n })}
              </option>
            ))}
          </select>
        </label>
      ))}
      <p className="row">
        <Button type="primary" htmlType="submit" loading={busy} data-act={`save-${kind}`}>
          {t(isQueues ? 'places.save_queues' : 'places.save_skills')}
        </Button>
        <span role="status" className={said.isProblem ? 'problem' : 'meta'}>
          {said.text}
        </span>
      </p>
    </form>
  );
};
