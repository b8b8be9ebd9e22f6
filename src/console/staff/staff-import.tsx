import { useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { Ban, Check, UserPlus } from 'lucide-react';
import { useId, useState } from 'react';
import type { StaffImported, StaffImportPreview } from '../../access/schemas.ts';
import { ApiError, messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { ColumnHeads, Dialog, Tag } from '../ui/parts.tsx';
import { saveFile } from '../ui/save-file.ts';

const FATES = {
  add: { icon: UserPlus, tone: 'blue' },
  same: { icon: Check, tone: 'plain' },
  refused: { icon: Ban, tone: 'amber' },
} as const;

/** A spreadsheet of staff: what would become of each row, then, confirmed, the new people with their first passwords. */
export const StaffImport = ({ onClose }: { onClose: () => void }) => {
  const { t } = useWords();
  const id = useId();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<{ file: File; preview: StaffImportPreview } | null>(null);
  const [done, setDone] = useState<StaffImported | null>(null);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const run = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setProblem('');
    await work().catch((error: unknown) => setProblem(messageOf(error)));
    setBusy(false);
  };
  const look = (file: File | undefined): void => {
    setChosen(null);
    if (file) void run(async () => setChosen({ file, preview: await api.previewStaffImport(file) }));
  };
  const confirm = async (): Promise<void> => {
    if (!chosen) return;
    try {
      setDone(await api.importStaff(chosen.file, chosen.preview.digest));
      await queries.invalidateQueries({ queryKey: ['staff'] });
    } catch (error) {
      const theirs = error instanceof ApiError ? (error.details as { theirs?: StaffImportPreview }).theirs : undefined;
      if (theirs) setChosen({ ...chosen, preview: theirs });
      throw error;
    }
  };
  return (
    <Dialog title={t('import.title')} onClose={onClose} wide>
      {done ? (
        <Passwords added={done.added} />
      ) : (
        <div className="stack">
          <label htmlFor={id}>{t('import.choose')}</label>
          <input
            id={id}
            type="file"
            accept=".xlsx,.csv"
            data-act="choose-table"
            disabled={busy}
            onChange={(event) => look(event.target.files?.[0])}
          />
          <p className="meta">{t('import.note')}</p>
          <p className="problem" role="status">
            {problem}
          </p>
          {chosen && <Preview preview={chosen.preview} busy={busy} onConfirm={() => void run(confirm)} />}
        </div>
      )}
    </Dialog>
  );
};

const Preview = ({ preview, busy, onConfirm }: { preview: StaffImportPreview; busy: boolean; onConfirm: () => void }) => {
  const { t } = useWords();
  const count = (fate: keyof typeof FATES): number => preview.rows.filter((row) => row.fate === fate).length;
  const unread = [...preview.otherSheets, ...preview.unknownColumns];
  return (
    <>
      <p>
        {t('import.counts', { add: count('add'), same: count('same'), refused: count('refused') })}
        {unread.length > 0 && <small className="meta"> {t('import.other_sheets', { names: unread.join(t('list.comma')) })}</small>}
      </p>
      <div className="import-rows">
        <table className="table">
          <ColumnHeads
            of={['import.row', 'staff.account', 'staff.name', 'staff.roles', 'staff.extension', 'import.fate', 'import.why']}
            figures={['import.row']}
          />
          <tbody>
            {preview.rows.map((row) => (
              <tr key={row.row}>
                <td className="figure">{row.row}</td>
                <td>{row.account}</td>
                <td>{row.name}</td>
                <td className="wraps">{row.roles.map((role) => t(`role.${role}`)).join(t('list.comma'))}</td>
                <td>{row.extension ?? '—'}</td>
                <td>
                  <Tag {...FATES[row.fate]}>{t(`import.${row.fate}`)}</Tag>
                </td>
                <td className="wraps">
                  {row.problems.map((each) => (
                    <div key={`${each.column} ${each.text}`}>{each.text}</div>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="row">
        <Button type="primary" disabled={count('add') === 0} loading={busy} data-act="confirm-import" onClick={onConfirm}>
          {count('add') === 0 ? t('import.nobody') : t('import.confirm', { n: count('add') })}
        </Button>
      </p>
    </>
  );
};

/** A cell that a spreadsheet program might take for a formula is kept as text. */
const cell = (text: string): string => `"${(/^[=+\-@]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

const Passwords = ({ added }: { added: StaffImported['added'] }) => {
  const { t } = useWords();
  const save = (): void => {
    const rows = added.map(({ account, name, password }) => [account, name, password].map(cell).join(','));
    saveFile(new Blob([`\uFEFF${rows.join('\r\n')}\r\n`], { type: 'text/csv' }), 'passwords.csv');
  };
  return (
    <div className="stack">
      <p role="status">{t('import.added', { n: added.length })}</p>
      <div className="import-rows">
        <table className="table">
          <ColumnHeads of={['staff.account', 'staff.name', 'import.password']} />
          <tbody>
            {added.map((each) => (
              <tr key={each.account}>
                <td>{each.account}</td>
                <td>{each.name}</td>
                <td>
                  <code>{each.password}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="row">
        <Button type="primary" data-act="save-passwords" disabled={added.length === 0} onClick={save}>
          {t('import.save_passwords')}
        </Button>
      </p>
    </div>
  );
};
