import { useQuery } from '@tanstack/react-query';
import { Button, Input, Segmented } from 'antd';
import { Check, CircleDashed, Lock, Megaphone, Siren, Star } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { api } from '../api/endpoints.ts';
import { onKey } from '../app/keys.ts';
import { drafts, push } from '../app/services.ts';
import { useWords } from '../i18n/i18n.ts';
import { timeWithSeconds } from '../ui/format.ts';
import { CaseNumber, Icon, KeyCap } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { type Draft, differingFields, elements, type Field } from './draft.ts';

const TYPES = ['consultation', 'help', 'complaint', 'report', 'suggestion', 'praise', 'other'] as const;
const MARKS = [
  ['urgent', Siren],
  ['keyCase', Star],
  ['important', Megaphone],
  ['confidential', Lock],
] as const;

export const CaseFields = ({ draft, focusFirst = false }: { draft: Draft; focusFirst?: boolean }) => {
  const { t } = useWords();
  const { form, key } = draft;
  const proposed = (field: Field): boolean => form.proposed.includes(field);
  useEffect(() => {
    if (!focusFirst || /^(INPUT|TEXTAREA)$/.test(document.activeElement?.tagName ?? '')) return;
    document.querySelector<HTMLElement>('#what textarea')?.focus();
  }, [focusFirst]);
  useEffect(() => {
    const stops = TYPES.map((type, index) => onKey(`request_type_${(index + 1) as 1}`, () => drafts.edit(key, 'requestType', type)));
    return () => {
      for (const stop of stops) stop();
    };
  }, [key]);
  const text = (field: 'contactName' | 'placeText' | 'happenedText' | 'purpose', placeholder = '') => (
    <div className="form-row">
      <label htmlFor={`${key}-${field}`}>{t(`field.${field}`)}</label>
      <div className={proposed(field) ? 'form-value proposed-field' : 'form-value'}>
        <Input
          id={`${key}-${field}`}
          value={form[field]}
          placeholder={placeholder}
          onChange={(event) => drafts.edit(key, field, event.target.value)}
          className={field === 'purpose' && !form.purpose ? 'wanted' : undefined}
        />
        {proposed(field) && (
          <button type="button" className="plain-button" onClick={() => drafts.confirm(key, field)}>
            {t('act.confirm')}
          </button>
        )}
      </div>
    </div>
  );
  return (
    <>
      <div className="page-top">
        <h1 className="case-title">{t('case.new')}</h1>
        {draft.number && <CaseNumber number={draft.number} />}
        <span className="grow" />
        <span className="elements">
          {t('case.elements')}
          {elements(draft).map(({ element, present }) => (
            <span key={element} className={present ? 'present' : 'absent'}>
              <Icon of={present ? Check : CircleDashed} size={14} />
              {t(`element.${element}`)}
            </span>
          ))}
        </span>
      </div>
      <div className="what-body form">
        {draft.conflict && <Conflict draft={draft} />}
        <div className="form-row">
          <span className="form-label">{t('case.request_type')}</span>
          <div className={proposed('requestType') ? 'proposed-field' : undefined}>
            <Segmented
              aria-label={t('case.request_type')}
              value={form.requestType ?? ''}
              onChange={(value) => drafts.edit(key, 'requestType', TYPES.find((type) => type === value) ?? null)}
              options={TYPES.map((type) => ({ value: type, label: t(`type.${type}`) }))}
            />
          </div>
        </div>
        {text('contactName')}
        {text('placeText')}
        {text('happenedText')}
        <div className="form-row grows">
          <label htmlFor={`${key}-course`}>{t('field.course')}</label>
          <div className="form-course">
            <Input.TextArea
              id={`${key}-course`}
              value={form.course}
              maxLength={2000}
              onChange={(event) => drafts.edit(key, 'course', event.target.value)}
            />
            <Saved draft={draft} />
          </div>
        </div>
        {text('purpose', t('case.purpose_hint'))}
        <CategoryPicker draft={draft} />
        <div className="form-row">
          <span className="form-label">{t('case.marks')}</span>
          <div className="marks">
            {MARKS.map(([field, icon]) => (
              <button
                key={field}
                type="button"
                className="mark"
                aria-pressed={form[field]}
                onClick={() => drafts.edit(key, field, !form[field])}
              >
                <Icon of={icon} size={15} /> {t(`field.${field}`)}
              </button>
            ))}
            <label className="check-line">
              <input type="checkbox" checked={form.wantsReply} onChange={(event) => drafts.edit(key, 'wantsReply', event.target.checked)} />{' '}
              {t('field.wantsReply')}
            </label>
          </div>
        </div>
      </div>
    </>
  );
};

const Saved = ({ draft }: { draft: Draft }) => {
  const { t } = useWords();
  const { link } = useStore(push.state);
  const here = link === 'down' || draft.dirty;
  const at = here ? draft.savedHereAt : draft.savedThereAt;
  return (
    <p className="saved meta">
      <span>{at ? t(here ? 'case.saved_here' : 'case.saved_there', { time: timeWithSeconds(at) }) : ''}</span>
      <span className="grow" />
      <span>{draft.form.course.length} / 2000</span>
    </p>
  );
};

const CategoryPicker = ({ draft }: { draft: Draft }) => {
  const { t } = useWords();
  const list = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const { data: categories } = useQuery({ queryKey: ['categories'], queryFn: api.categories, staleTime: Number.POSITIVE_INFINITY });
  const chosen = categories?.find((category) => category.code === draft.form.categoryCode);
  const words = (typed ?? '').trim().toLowerCase();
  const matching = words
    ? (categories ?? [])
        .filter((each) => each.level === 3 && (each.path.includes(words) || each.pinyin.toLowerCase().includes(words)))
        .slice(0, 8)
    : [];
  const choose = (code: string): void => {
    drafts.edit(draft.key, 'categoryCode', code);
    setTyped(null);
  };
  const unsure = draft.form.proposed.includes('categoryCode');
  return (
    <div className="form-row">
      <label htmlFor={`${list}-input`}>{t('field.categoryCode')}</label>
      <div className={unsure ? 'form-value proposed-field picker' : 'form-value picker'}>
        <Input
          id={`${list}-input`}
          role="combobox"
          aria-expanded={matching.length > 0}
          aria-controls={list}
          aria-autocomplete="list"
          placeholder={t('case.category_hint')}
          value={typed ?? chosen?.path ?? ''}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && matching[0] && !event.nativeEvent.isComposing) choose(matching[0].code);
            if (event.key === 'Escape') setTyped(null);
          }}
          onBlur={() => setTimeout(() => setTyped(null), 150)}
        />
        {unsure && (
          <button type="button" className="plain-button" onClick={() => drafts.confirm(draft.key, 'categoryCode')}>
            {t('act.confirm')}
          </button>
        )}
        <div id={list} role="listbox" aria-label={t('field.categoryCode')} className={matching.length ? 'menu picker-list' : 'hidden'}>
          {matching.map((each) => (
            <div
              key={each.code}
              role="option"
              tabIndex={-1}
              aria-selected={each.code === draft.form.categoryCode}
              onMouseDown={() => choose(each.code)}
            >
              {each.path}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
};

const Conflict = ({ draft }: { draft: Draft }) => {
  const { t } = useWords();
  if (!draft.conflict) return null;
  const { theirs, changedBy } = draft.conflict;
  return (
    <div className="conflict" role="alert">
      <b>{t('conflict.title', { name: changedBy ?? t('conflict.someone') })}</b>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('conflict.field')}</th>
            <th scope="col">{t('conflict.mine')}</th>
            <th scope="col">{t('conflict.theirs')}</th>
          </tr>
        </thead>
        <tbody>
          {differingFields(draft).map((field) => (
            <tr key={field}>
              <th scope="row">{t(`field.${field}`)}</th>
              <td>{String(draft.form[field] ?? '')}</td>
              <td>{String(theirs.form[field] ?? '')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Button onClick={() => drafts.resolve(draft.key, 'mine')}>{t('conflict.keep_mine')}</Button>{' '}
      <Button onClick={() => drafts.resolve(draft.key, 'theirs')}>{t('conflict.take_theirs')}</Button>
    </div>
  );
};

export const CaseFoot = ({ draft, primary, onPrimary }: { draft: Draft; primary: string; onPrimary: () => void }) => {
  const { t } = useWords();
  const { link } = useStore(push.state);
  const missing = elements(draft).filter(({ present }) => !present);
  useEffect(() => {
    const stops = [onKey('submit', onPrimary), onKey('save', () => void drafts.save(draft.key))];
    return () => {
      for (const stop of stops) stop();
    };
  });
  return (
    <div className="foot-pair">
      <p className="closing">
        {draft.number && (
          <>
            {t('case.before_end')} <b>{t('case.closing', { tail: draft.number.slice(-6) })}</b>
          </>
        )}
      </p>
      <div className="foot">
        {missing.length > 0 && (
          <b className="fact-amber">
            {t('case.lacks', { n: missing.length })} {missing.map(({ element }) => t(`element.${element}`)).join(t('list.comma'))}
          </b>
        )}
        <span className="grow" />
        <Button type="primary" data-act="save-case" onClick={onPrimary}>
          {link === 'down' ? t('case.save_here') : primary} <KeyCap>Ctrl ↵</KeyCap>
        </Button>
      </div>
    </div>
  );
};
