import { useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { QueuesView, SaveSkills } from '../../queues/schemas.ts';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { Icon, PanelHead } from '../ui/parts.tsx';

/** A row keeps its place by a key of its own: a new one has no code yet. */
type Row = SaveSkills['skills'][number] & { key: number };

/** What agents can, as queues ask for it. One in use stays; the service says who uses it. */
export const SkillsEditor = ({ view }: { view: QueuesView }) => {
  const { t } = useWords();
  const queries = useQueryClient();
  const [rows, setRows] = useState<Row[]>(() => view.skills.map((skill, key) => ({ ...skill, key })));
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const edit = (next: Row[]): void => {
    setRows(next);
    setProblem('');
  };
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const skills = rows.map(({ key: _, ...skill }) => skill);
      queries.setQueryData(['queues'], await api.saveSkills({ version: view.version, skills }));
      await queries.invalidateQueries({ queryKey: ['standings'] });
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="panel stack"
      aria-label={t('queues.skills')}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <PanelHead title={t('queues.skills')} />
      {rows.length === 0 && <p className="meta">{t('queues.skill_none')}</p>}
      {rows.map((row) => (
        <div key={row.key} className="row">
          {(['zh', 'en'] as const).map((language) => (
            <Input
              key={language}
              aria-label={t(`queues.${language}`)}
              placeholder={t(`queues.${language}`)}
              maxLength={language === 'zh' ? 12 : 24}
              value={row[language]}
              onChange={(event) => edit(rows.map((each) => (each === row ? { ...each, [language]: event.target.value } : each)))}
            />
          ))}
          <button type="button" className="plain-button" onClick={() => edit(rows.filter((each) => each !== row))}>
            {t('queues.skill_remove')}
          </button>
        </div>
      ))}
      <p className="problem" role="status">
        {problem}
      </p>
      <div className="row">
        <Button type="primary" htmlType="submit" loading={busy} data-act="save-skill-list">
          {t('queues.skills_save')}
        </Button>
        <Button
          icon={<Icon of={Plus} />}
          onClick={() => edit([...rows, { code: null, zh: '', en: '', key: Math.max(-1, ...rows.map(({ key }) => key)) + 1 }])}
        >
          {t('queues.skill_add')}
        </Button>
      </div>
    </form>
  );
};
