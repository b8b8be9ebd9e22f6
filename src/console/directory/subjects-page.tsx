import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Button } from 'antd';
import { CircleSlash, Plus } from 'lucide-react';
import { useState } from 'react';
import type { CategoryItem } from '../../directory/editing-schemas.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { Empty, Failed, Icon, Loading, PageTop, PanelHead, Tag } from '../ui/parts.tsx';
import { DirectoryTabs, SelectLine, TextLine, useChange, WholeProblem } from './parts.tsx';

interface Address {
  subject?: string;
  below?: string;
}

/** The tree of subjects, three levels deep. What was used stays: it is retired, not deleted. */
export const SubjectsPage = () => {
  const { t } = useWords();
  const navigate = useNavigate();
  const { subject, below } = useSearch({ strict: false }) as Address;
  const { data, error, refetch } = useQuery({ queryKey: ['directory', 'categories'], queryFn: api.editCategories });
  const chosen = data?.find(({ code }) => code === String(subject));
  const show = (address: Address): void => void navigate({ to: '/directory/subjects', search: address as never });
  return (
    <main className="page">
      <PageTop
        title={t('directory.subjects')}
        note={data && t('directory.subjects_count', { n: data.filter(({ active }) => active).length })}
      >
        <Button icon={<Icon of={Plus} />} data-act="new-subject" onClick={() => show({ subject: 'new' })}>
          {t('directory.add_subject')}
        </Button>
        <DirectoryTabs />
      </PageTop>
      <div className="page-split">
        <div>
          {error && <Failed error={error} onRetry={() => void refetch()} />}
          {!data && !error && <Loading rows={14} height={32} />}
          {data?.length === 0 && <Empty title={t('directory.no_subjects')}>{t('directory.no_subjects_note')}</Empty>}
          {data && data.length > 0 && (
            <div className="padded">
              <Tree of={data} parent={null} chosen={chosen} />
            </div>
          )}
        </div>
        <aside className="page-side" aria-label={t('directory.subject')}>
          {data && subject === 'new' && <SubjectEditor key={`new ${below}`} category={null} below={below ?? ''} all={data} onShow={show} />}
          {data && chosen && <SubjectEditor key={`${chosen.code} ${chosen.version}`} category={chosen} below="" all={data} onShow={show} />}
          {data && !chosen && subject !== 'new' && (
            <Empty title={t('directory.choose_subject')}>{t('directory.choose_subject_note')}</Empty>
          )}
        </aside>
      </div>
    </main>
  );
};

const Tree = ({ of, parent, chosen }: { of: readonly CategoryItem[]; parent: string | null; chosen: CategoryItem | undefined }) => {
  const { t } = useWords();
  // One whose parent is not in the list stands at the top rather than nowhere.
  const known = new Set(of.map(({ code }) => code));
  const here = of.filter((each) => (each.parentCode !== null && known.has(each.parentCode) ? each.parentCode : null) === parent);
  return (
    <ul className="tree">
      {here.map((each) => {
        const isLeaf = !of.some(({ parentCode }) => parentCode === each.code);
        const line = (
          <>
            <Link to="/directory/subjects" search={{ subject: each.code } as never} data-row aria-current={each.code === chosen?.code}>
              {each.name}
            </Link>{' '}
            <span className="meta">{each.code}</span> {!each.active && <Tag icon={CircleSlash}>{t('directory.retired')}</Tag>}
          </>
        );
        if (isLeaf)
          return (
            <li key={each.code} className="leaf">
              {line}
            </li>
          );
        return (
          <li key={each.code}>
            <details open={chosen !== undefined && (chosen.code === each.code || chosen.path.startsWith(`${each.path}/`))}>
              <summary>{line}</summary>
              <Tree of={of} parent={each.code} chosen={chosen} />
            </details>
          </li>
        );
      })}
    </ul>
  );
};

const LEVELS = 3;

const SubjectEditor = (props: {
  category: CategoryItem | null;
  below: string;
  all: readonly CategoryItem[];
  onShow: (address: Address) => void;
}) => {
  const { category, all, onShow } = props;
  const { t } = useWords();
  const [form, setForm] = useState({
    code: '',
    name: category?.name ?? '',
    parentCode: category?.parentCode ?? props.below,
    active: category?.active ?? true,
  });
  const { busy, wrong, run, touch } = useChange();
  const set = (part: Partial<typeof form>): void => {
    setForm({ ...form, ...part });
    touch();
  };
  const save = (): void => {
    const parentCode = form.parentCode || null;
    const work = () =>
      category
        ? api.saveCategory(category.code, { version: category.version, name: form.name, parentCode, active: form.active })
        : api.addCategory({ code: form.code, name: form.name, parentCode });
    void run(work, (saved) => onShow({ subject: saved.code }));
  };
  const parents = all.filter((each) => each.level < LEVELS && each.code !== category?.code && each.active);
  return (
    <form
      className="panel stack"
      aria-label={t('directory.subject')}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <PanelHead title={category ? category.name : t('directory.add_subject')} side={category?.code} />
      {category && <p className="meta">{category.path}</p>}
      {!category && (
        <TextLine
          name="code"
          word="directory.code"
          hint="directory.code_hint"
          value={form.code}
          wrong={wrong}
          onChange={(code) => set({ code })}
        />
      )}
      <TextLine name="name" word="directory.name" value={form.name} wrong={wrong} onChange={(name) => set({ name })} />
      <SelectLine
        name="parentCode"
        word="directory.above"
        value={form.parentCode}
        wrong={wrong}
        onChange={(parentCode) => set({ parentCode })}
        options={[['', t('directory.top')], ...parents.map(({ code, path }): [string, string] => [code, path])]}
      />
      {category && (
        <label className="check-line">
          <input type="checkbox" checked={form.active} onChange={(event) => set({ active: event.target.checked })} />{' '}
          {t('directory.offered')} <small className="meta">{t('directory.offered_note')}</small>
        </label>
      )}
      <WholeProblem wrong={wrong} fields={['code', 'name', 'parentCode']} />
      <div className="row wrap">
        <Button type="primary" htmlType="submit" loading={busy} data-act="save-subject">
          {t('act.save')}
        </Button>
        {category && category.level < LEVELS && (
          <Button data-act="subject-below" onClick={() => onShow({ subject: 'new', below: category.code })}>
            {t('directory.add_below')}
          </Button>
        )}
        {category && (
          <Button
            data-act="delete-subject"
            disabled={busy}
            onClick={() =>
              void run(
                () => api.removeCategory(category.code, category.version),
                () => onShow({}),
              )
            }
          >
            {t('directory.delete_unused')}
          </Button>
        )}
      </div>
    </form>
  );
};
