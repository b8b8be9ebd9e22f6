import { Button, Input, Segmented } from 'antd';
import { Check, CircleDashed, Lock, Megaphone, Siren, Star } from 'lucide-react';
import { useEffect } from 'react';
import { onKey } from '../app/keys.ts';
import { drafts, push } from '../app/services.ts';
import { useWords } from '../i18n/i18n.ts';
import { timeWithSeconds } from '../ui/format.ts';
import { CaseNumber, Icon, KeyCap } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { CategoryPicker } from './category-picker.tsx';
import { Conflict } from './conflict.tsx';
import { type Draft, elements, type Field } from './draft.ts';
import { PlacePicker } from './place-picker.tsx';

const TYPES = ['consultation', 'help', 'complaint', 'report', 'suggestion', 'praise', 'other'] as const;
const MARKS = [
  ['urgent', Siren],
  ['keyCase', Star],
  ['important', Megaphone],
  ['confidential', Lock],
] as const;

export const CaseFields = ({ draft, title, focusFirst = false }: { draft: Draft; title?: string; focusFirst?: boolean }) => {
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
  const text = (field: 'contactName' | 'happenedText' | 'purpose', placeholder = '') => (
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
        <h1 className="case-title">{title ?? t('case.new')}</h1>
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
        <PlacePicker draft={draft} />
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

/** @param inCall whether there is a citizen on the line to tell the number to */
export const CaseFoot = ({
  draft,
  primary,
  onPrimary,
  inCall = false,
}: {
  draft: Draft;
  primary: string;
  onPrimary: () => void;
  inCall?: boolean;
}) => {
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
      {inCall && (
        <p className="closing">
          {draft.number && (
            <>
              {t('case.before_end')} <b>{t('case.closing', { tail: draft.number.slice(-6) })}</b>
            </>
          )}
        </p>
      )}
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
