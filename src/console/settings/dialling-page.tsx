import { InputNumber } from 'antd';
import { useState } from 'react';
import { DIALLING_ROLES, OPENED_CLASSES, type OpenedClass } from '../../calls/dialling.ts';
import type { DialRulesView } from '../../calls/schemas.ts';
import { api } from '../api/endpoints.ts';
import { may } from '../app/places.ts';
import { session } from '../app/session.ts';
import { useWords } from '../i18n/i18n.ts';
import { useStore } from '../ui/store.ts';
import { type EditorProps, SettingFoot, SettingPage, SettingPart, useSavingForm } from './versioned-setting.tsx';

const KEY = ['dial-rules'];
type Rules = DialRulesView['rules'];

/** Who may dial which kind of number, what must be confirmed, how often, and which number is shown. */
export const DiallingPage = () => {
  const { t } = useWords();
  return (
    <SettingPage
      title={t('dialling.title')}
      note={(view) => (view?.version === 0 ? t('dialling.never_set') : undefined)}
      queryKey={KEY}
      load={api.dialRules}
      editor={RulesEditor}
    />
  );
};

const RulesEditor = ({ view, isSaved, onSaved }: EditorProps<DialRulesView>) => {
  const { t } = useWords();
  const { me } = useStore(session);
  const [rules, setRules] = useState<Rules>(view.rules);
  const [touched, setTouched] = useState(false);
  const { busy, problem, touch, save } = useSavingForm<DialRulesView>(KEY, onSaved);
  const mayChange = me !== null && may(me, 'settings.manage');
  const change = (part: Partial<Rules>): void => {
    setRules({ ...rules, ...part });
    setTouched(true);
    touch();
  };
  const changeClass = (name: OpenedClass, part: Partial<Rules['classes'][OpenedClass]>): void =>
    change({ classes: { ...rules.classes, [name]: { ...rules.classes[name], ...part } } });
  const limit = (field: 'agentPerHour' | 'allPerHour', max: number) => (
    <div className="waiting-row">
      <label htmlFor={`dialling-${field}`}>{t(`dialling.${field}`)}</label>
      <InputNumber
        id={`dialling-${field}`}
        min={1}
        max={max}
        precision={0}
        value={rules[field]}
        disabled={!mayChange}
        onChange={(value) => value !== null && change({ [field]: value })}
      />
      <span className="meta">{t('dialling.an_hour')}</span>
    </div>
  );
  return (
    <form
      className="hours-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save(() => api.saveDialRules({ version: view.version, rules }));
      }}
    >
      <SettingPart title="dialling.classes">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('dialling.class')}</th>
              {DIALLING_ROLES.map((role) => (
                <th key={role} scope="col">
                  {t(`role.${role}`)}
                </th>
              ))}
              <th scope="col">{t('dialling.confirm')}</th>
            </tr>
          </thead>
          <tbody>
            {OPENED_CLASSES.map((name) => {
              const { roles, confirm } = rules.classes[name];
              const word = t(`number_class.${name}`);
              return (
                <tr key={name}>
                  <th scope="row">
                    {word} <span className="meta">{t(`number_class.${name}.note`)}</span>
                  </th>
                  {DIALLING_ROLES.map((role) => (
                    <td key={role}>
                      <input
                        type="checkbox"
                        aria-label={`${word} · ${t(`role.${role}`)}`}
                        data-dial={`${name}-${role}`}
                        checked={roles.includes(role)}
                        disabled={!mayChange}
                        onChange={(event) =>
                          changeClass(name, {
                            roles: DIALLING_ROLES.filter((each) => (each === role ? event.target.checked : roles.includes(each))),
                          })
                        }
                      />
                    </td>
                  ))}
                  <td>
                    <input
                      type="checkbox"
                      aria-label={`${word} · ${t('dialling.confirm')}`}
                      checked={confirm}
                      disabled={!mayChange}
                      onChange={(event) => changeClass(name, { confirm: event.target.checked })}
                    />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
        <p className="meta">{t('dialling.classes_note')}</p>
      </SettingPart>
      <SettingPart title="dialling.limits">
        {limit('agentPerHour', 1000)}
        {limit('allPerHour', 100_000)}
      </SettingPart>
      <SettingPart title="dialling.shown">
        <div className="waiting-row">
          <label htmlFor="dialling-shown">{t('dialling.shown_number')}</label>
          <select
            id="dialling-shown"
            className="select"
            value={rules.shownNumber ?? ''}
            disabled={!mayChange}
            onChange={(event) => change({ shownNumber: event.target.value || null })}
          >
            <option value="">{view.ownNumbers[0] ?? ''}</option>
            {view.ownNumbers.slice(1).map((number) => (
              <option key={number} value={number}>
                {number}
              </option>
            ))}
          </select>
        </div>
      </SettingPart>
      <SettingFoot
        problem={problem}
        saved={isSaved && !touched}
        mayChange={mayChange}
        busy={busy}
        act="save-dialling"
        onSwitch={view.onSwitch}
      />
    </form>
  );
};
