import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { api } from '../api/endpoints.ts';
import { drafts } from '../app/services.ts';
import { type Translate, useWords } from '../i18n/i18n.ts';
import { Moment } from '../ui/parts.tsx';
import { type Choices, type Draft, differingFields, type Field, firstChoices, type Side } from './draft.ts';

/** Two people wrote: both versions side by side, and for each field the choice whose words stand. Nothing is lost until then. */
export const Conflict = ({ draft }: { draft: Draft }) => {
  const { t } = useWords();
  const [choices, setChoices] = useState<Choices>(() => firstChoices(draft));
  const word = useFieldWords();
  if (!draft.conflict) return null;
  const { theirs, changedBy } = draft.conflict;
  const fields = differingFields(draft);
  const sideOf = (field: Field): Side => choices[field] ?? 'mine';
  const all = (side: Side): void => setChoices(Object.fromEntries(fields.map((field) => [field, side])));
  const option = (field: Field, side: Side, value: unknown) => (
    <td>
      <label className="conflict-choice" data-chosen={sideOf(field) === side}>
        <input
          type="radio"
          name={`${draft.key}-${field}`}
          checked={sideOf(field) === side}
          onChange={() => setChoices({ ...choices, [field]: side })}
        />
        <span className="visually-hidden">{t(`conflict.${side}`)} </span>
        <span>{word(t, field, value)}</span>
      </label>
    </td>
  );
  return (
    <section className="conflict" role="alert" aria-label={t('conflict.title', { name: changedBy ?? t('conflict.someone') })}>
      <p>
        <b>{t('conflict.title', { name: changedBy ?? t('conflict.someone') })}</b> <Moment at={theirs.updatedAt} />
      </p>
      <p className="conflict-note">{t('conflict.note')}</p>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('conflict.field')}</th>
            <th scope="col">
              {t('conflict.mine')}{' '}
              <button type="button" className="text-button" onClick={() => all('mine')}>
                {t('conflict.keep_mine')}
              </button>
            </th>
            <th scope="col">
              {changedBy ?? t('conflict.theirs')}{' '}
              <button type="button" className="text-button" onClick={() => all('theirs')}>
                {t('conflict.take_theirs')}
              </button>
            </th>
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={field}>
              <th scope="row">{t(`field.${field}`)}</th>
              {option(field, 'mine', draft.form[field])}
              {option(field, 'theirs', theirs.form[field])}
            </tr>
          ))}
        </tbody>
      </table>
      <Button type="primary" data-act="resolve" onClick={() => drafts.resolve(draft.key, { ...firstChoices(draft), ...choices })}>
        {t('conflict.save')}
      </Button>
    </section>
  );
};

/** A value as the form shows it: words for codes, yes and no for marks, a dash for nothing. */
const useFieldWords = (): ((t: Translate, field: Field, value: unknown) => string) => {
  const { data: categories } = useQuery({ queryKey: ['categories'], queryFn: api.categories, staleTime: Number.POSITIVE_INFINITY });
  const { data: places } = useQuery({ queryKey: ['places'], queryFn: api.places, staleTime: Number.POSITIVE_INFINITY });
  return (t, field, value) => {
    if (typeof value === 'boolean') return t(value ? 'word.yes' : 'word.no');
    if (value === null || value === undefined || value === '') return '—';
    const code = String(value);
    if (field === 'requestType') return t(`type.${code}` as Parameters<Translate>[0]);
    if (field === 'categoryCode') return categories?.find((each) => each.code === code)?.path ?? code;
    if (field === 'placeCode') {
      const place = places?.find((each) => each.code === code);
      return place ? `${place.townName} · ${place.name}` : code;
    }
    return code;
  };
};
