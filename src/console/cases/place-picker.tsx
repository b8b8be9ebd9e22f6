import { useQuery } from '@tanstack/react-query';
import { MapPin, X } from 'lucide-react';
import { useId } from 'react';
import { api } from '../api/endpoints.ts';
import { drafts } from '../app/services.ts';
import { useWords } from '../i18n/i18n.ts';
import { Combo } from '../ui/combo.tsx';
import { Icon } from '../ui/parts.tsx';
import type { Draft } from './draft.ts';
import { codeAfterTyping, keyOf, suggestPlaces, textAfterChoice } from './place-suggest.ts';

/** Where it happened: the citizen's own words, and the community they name. Suggestions are typed for, by name or pinyin initials. */
export const PlacePicker = ({ draft }: { draft: Draft }) => {
  const { t } = useWords();
  const id = useId();
  const { data: places = [] } = useQuery({ queryKey: ['places'], queryFn: api.places, staleTime: Number.POSITIVE_INFINITY });
  const { placeText, placeCode, proposed } = draft.form;
  const place = places.find((each) => each.code === placeCode);
  const suggestions = suggestPlaces(places, placeText).filter((each) => each.code === null || each.code !== placeCode);
  const unsure = proposed.includes('placeText');
  return (
    <div className="form-row">
      <label htmlFor={id}>{t('field.placeText')}</label>
      <div>
        <div className={unsure ? 'form-value proposed-field' : 'form-value'}>
          <Combo
            id={id}
            label={t('field.placeText')}
            value={placeText}
            placeholder={t('case.place_hint')}
            options={suggestions.map((each) => ({
              key: keyOf(each),
              label: each.name,
              note: each.code ? each.town : t('case.whole_town'),
            }))}
            onType={(text) => {
              drafts.edit(draft.key, 'placeText', text);
              const code = codeAfterTyping(places, text, placeCode);
              if (code !== placeCode) drafts.edit(draft.key, 'placeCode', code);
            }}
            onChoose={(key) => {
              const chosen = suggestions.find((each) => keyOf(each) === key);
              if (!chosen) return;
              drafts.edit(draft.key, 'placeText', textAfterChoice(placeText, chosen));
              drafts.edit(draft.key, 'placeCode', chosen.code);
            }}
          />
          {unsure && (
            <button type="button" className="plain-button" onClick={() => drafts.confirm(draft.key, 'placeText')}>
              {t('act.confirm')}
            </button>
          )}
        </div>
        <p className="place-line">
          {place ? (
            <>
              <Icon of={MapPin} size={14} /> {place.townName} · {place.name}
              <button
                type="button"
                className="icon-button"
                aria-label={t('case.place_remove')}
                onClick={() => drafts.edit(draft.key, 'placeCode', null)}
              >
                <Icon of={X} size={14} />
              </button>
            </>
          ) : (
            <span className="meta">{t('case.place_none')}</span>
          )}
        </p>
      </div>
    </div>
  );
};
