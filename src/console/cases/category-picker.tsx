import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { Category } from '../../directory/schemas.ts';
import { api } from '../api/endpoints.ts';
import { drafts } from '../app/services.ts';
import { useWords } from '../i18n/i18n.ts';
import { Combo } from '../ui/combo.tsx';
import type { Draft } from './draft.ts';

const LAST_LEVEL = 3;
const SHOWN = 8;

/** Subjects whose path holds the words, or whose own initials begin with them; those that begin so come first. */
export const findCategories = (categories: readonly Category[], typed: string): Category[] => {
  const words = typed.trim().toLowerCase();
  if (words === '') return [];
  const begins = (each: Category): number => (each.name.startsWith(words) || each.pinyin.startsWith(words) ? 0 : 1);
  return categories
    .filter((each) => each.active && each.level === LAST_LEVEL && (each.path.includes(words) || each.pinyin.includes(words)))
    .sort((a, b) => begins(a) - begins(b))
    .slice(0, SHOWN);
};

export const CategoryPicker = ({ draft }: { draft: Draft }) => {
  const { t } = useWords();
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const { data: categories } = useQuery({ queryKey: ['categories'], queryFn: api.categories, staleTime: Number.POSITIVE_INFINITY });
  const chosen = categories?.find((category) => category.code === draft.form.categoryCode);
  const unsure = draft.form.proposed.includes('categoryCode');
  return (
    <div className="form-row">
      <label htmlFor={id}>{t('field.categoryCode')}</label>
      <div className={unsure ? 'form-value proposed-field' : 'form-value'}>
        <Combo
          id={id}
          label={t('field.categoryCode')}
          value={typed ?? chosen?.path ?? ''}
          placeholder={t('case.category_hint')}
          options={findCategories(categories ?? [], typed ?? '').map((each) => ({ key: each.code, label: each.path }))}
          onType={(text) => {
            setTyped(text);
            if (text === '') drafts.edit(draft.key, 'categoryCode', null);
          }}
          onChoose={(code) => {
            drafts.edit(draft.key, 'categoryCode', code);
            setTyped(null);
          }}
          onLeave={() => setTyped(null)}
        />
        {unsure && (
          <button type="button" className="plain-button" onClick={() => drafts.confirm(draft.key, 'categoryCode')}>
            {t('act.confirm')}
          </button>
        )}
      </div>
    </div>
  );
};
