import { useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { Download } from 'lucide-react';
import { useId, useState } from 'react';
import type { SearchRequest } from '../../cases/life-schemas.ts';
import type { ListColumn } from '../../cases/views.ts';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { DialogOver, Failed, Icon, Loading } from '../ui/parts.tsx';
import { saveFile } from '../ui/save-file.ts';

interface ListProps {
  request: SearchRequest;
  columns: readonly ListColumn[];
}

/** The list as it stands, as a spreadsheet. */
export const ExportButton = (list: ListProps) => {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="plain-button" data-act="export" onClick={() => setOpen(true)}>
        <Icon of={Download} /> {t('export.button')}
      </button>
      {open && <ExportDialog {...list} onClose={() => setOpen(false)} />}
    </>
  );
};

/** How many it will be is told before anything is made, and what leaves the house is a choice. */
const ExportDialog = ({ request, columns, onClose }: ListProps & { onClose: () => void }) => {
  const { t, language } = useWords();
  const size = useQuery({ queryKey: ['cases', 'export', request], queryFn: () => api.exportSize(request), retry: false });
  const [texts, setTexts] = useState(false);
  const id = useId();
  const [full, setFull] = useState(false);
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ text: string; isProblem: boolean } | null>(null);
  const make = async (): Promise<void> => {
    setBusy(true);
    setSaid(null);
    try {
      const asked = { ...request, columns: [...columns], texts, language, ...(full ? { fullNumbers: { reason } } : {}) };
      const { bytes, name } = await api.exportCases(asked);
      saveFile(bytes, name);
      setSaid({ text: t('export.done', { name }), isProblem: false });
    } catch (error) {
      setSaid({ text: messageOf(error), isProblem: true });
    }
    setBusy(false);
  };
  return (
    <DialogOver title={t('export.title')} onClose={onClose}>
      {size.isPending && <Loading rows={3} height={28} />}
      {size.error && <Failed error={size.error} onRetry={() => void size.refetch()} />}
      {size.data && (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void make();
          }}
        >
          <p role="status">{size.data.cut ? t('export.cut', { n: size.data.mostRows }) : t('export.size', { n: size.data.rows })}</p>
          <label className="check-line">
            <input type="checkbox" checked={texts} onChange={(event) => setTexts(event.target.checked)} /> {t('export.texts')}
          </label>
          {size.data.mayFullNumbers && (
            <label className="check-line">
              <input type="checkbox" checked={full} data-act="export-full" onChange={(event) => setFull(event.target.checked)} />{' '}
              {t('export.full')}
            </label>
          )}
          {full && (
            <div className="stack">
              <label htmlFor={id}>{t('export.reason')}</label>
              <Input id={id} value={reason} maxLength={200} required minLength={2} onChange={(event) => setReason(event.target.value)} />
            </div>
          )}
          <p className="meta">{t('export.note')}</p>
          <p className={said?.isProblem === false ? 'well' : 'problem'} role="status">
            {busy ? t('export.busy') : said?.text}
          </p>
          <div className="dialog-foot">
            <Button onClick={onClose}>{t('act.close')}</Button>
            <Button type="primary" htmlType="submit" loading={busy} disabled={size.data.rows === 0} data-act="make-export">
              {t('export.make')}
            </Button>
          </div>
          {size.data.rows === 0 && <p className="meta">{t('export.none')}</p>}
        </form>
      )}
    </DialogOver>
  );
};
