import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Input } from 'antd';
import { useId, useState } from 'react';
import { ApiError, messageOf } from '../api/client.ts';
import { useWords } from '../i18n/i18n.ts';
import type { PhraseKey } from '../i18n/phrases.ts';

const TABS = [
  { to: '/directory', word: 'directory.units' },
  { to: '/directory/subjects', word: 'directory.subjects' },
  { to: '/directory/routing', word: 'directory.routing' },
] as const satisfies readonly { to: string; word: PhraseKey }[];

/** The pages of the directory; each has its own address. */
export const DirectoryTabs = () => {
  const { t } = useWords();
  return (
    <nav className="tabs" aria-label={t('directory.label')}>
      {TABS.map(({ to, word }) => (
        <Link key={to} to={to} className="tab" activeOptions={{ exact: true, includeSearch: false }}>
          {t(word)}
        </Link>
      ))}
    </nav>
  );
};

export interface Wrong {
  field: string;
  text: string;
  details: Record<string, unknown>;
}

/** A change of the directory: what was wrong beside its field, and every list that may show it asked for anew. */
export const useChange = () => {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Wrong | null>(null);
  const run = async <T,>(work: () => Promise<T>, then?: (done: T) => void): Promise<void> => {
    setBusy(true);
    setWrong(null);
    try {
      const done = await work();
      for (const key of ['directory', 'units', 'categories']) await queries.invalidateQueries({ queryKey: [key] });
      then?.(done);
    } catch (error) {
      const details = error instanceof ApiError && typeof error.details === 'object' && error.details ? error.details : {};
      const field = (details as { field?: unknown }).field;
      setWrong({ field: typeof field === 'string' ? field : '', text: messageOf(error), details: details as Record<string, unknown> });
    }
    setBusy(false);
  };
  return { busy, wrong, run, touch: (): void => setWrong(null) };
};

interface FieldProps {
  word: PhraseKey;
  name: string;
  value: string;
  wrong: Wrong | null;
  onChange: (value: string) => void;
}

export const TextLine = ({ word, name, value, wrong, onChange, hint }: FieldProps & { hint?: PhraseKey }) => {
  const { t } = useWords();
  const id = useId();
  const fault = wrong?.field === name ? wrong.text : '';
  return (
    <div className="field">
      <label htmlFor={id}>{t(word)}</label>
      <Input
        id={id}
        value={value}
        maxLength={200}
        autoComplete="off"
        aria-invalid={fault !== ''}
        onChange={(event) => onChange(event.target.value)}
      />
      {fault ? (
        <p className="problem" role="alert">
          {fault}
        </p>
      ) : (
        hint && <p className="meta">{t(hint)}</p>
      )}
    </div>
  );
};

export const SelectLine = ({
  word,
  name,
  value,
  wrong,
  onChange,
  options,
}: FieldProps & { options: readonly (readonly [string, string])[] }) => {
  const { t } = useWords();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{t(word)}</label>
      <select id={id} className="select" value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
      {wrong?.field === name && (
        <p className="problem" role="alert">
          {wrong.text}
        </p>
      )}
    </div>
  );
};

/** What went wrong with the whole, not with one field of it. */
export const WholeProblem = ({ wrong, fields }: { wrong: Wrong | null; fields: readonly string[] }) => (
  <p className="problem" role="status">
    {wrong && !fields.includes(wrong.field) ? wrong.text : ''}
  </p>
);
