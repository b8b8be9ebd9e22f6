import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Button } from 'antd';
import { Download, FileUp } from 'lucide-react';
import { useRef, useState } from 'react';
import type { ImportView } from '../../city/schemas.ts';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { ColumnHeads, Empty, Failed, Icon, Loading, Moment, PageTop, PanelHead } from '../ui/parts.tsx';

const LIST = ['city', 'imports'];
const LOOK_MS = 2_000;

/** What the city hands over in spreadsheets: looked at, confirmed, and what became of each. */
export const CityPage = () => {
  const { t } = useWords();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const asked = Number((useSearch({ strict: false }) as { import?: unknown }).import);
  const importId = Number.isInteger(asked) && asked > 0 ? asked : null;
  const [problem, setProblem] = useState('');
  const [reading, setReading] = useState(false);
  const profile = useQuery({ queryKey: ['profile'], queryFn: api.profile });
  const imports = useQuery({
    queryKey: LIST,
    queryFn: api.cityImports,
    refetchInterval: (query) => (query.state.data?.some(({ state }) => state === 'running') ? LOOK_MS : false),
  });
  const show = (next: number | null): void =>
    void navigate({ to: '/city', search: (next === null ? {} : { import: next }) as never, replace: true });
  const take = async (file: File): Promise<void> => {
    setReading(true);
    setProblem('');
    try {
      const uploaded = await api.uploadCityImport(file);
      queries.setQueryData([...LIST, uploaded.importId], uploaded);
      show(uploaded.importId);
    } catch (error) {
      setProblem(messageOf(error));
    }
    setReading(false);
    await queries.invalidateQueries({ queryKey: LIST, exact: true });
  };
  const failed = profile.error ?? imports.error;
  const closed = profile.data?.profile === 'city';
  return (
    <main className="page">
      <PageTop title={t('city.title')} note={t('city.note')}>
        {profile.data && !closed && <FileButton reading={reading} onFile={(file) => void take(file)} />}
      </PageTop>
      <div className="page-body">
        {failed ? (
          <Failed
            error={failed}
            onRetry={() => {
              void profile.refetch();
              void imports.refetch();
            }}
          />
        ) : null}
        {!failed && (!profile.data || !imports.data) && <Loading rows={10} height={36} />}
        {closed && <Empty title={t('city.closed')}>{t('city.closed_note')}</Empty>}
        {profile.data && !closed && (
          <div className="padded stack">
            <p className="meta">{t('city.accepts')}</p>
            <p className="problem" role="alert">
              {problem}
            </p>
          </div>
        )}
        {!failed && importId !== null && <Preview key={importId} importId={importId} onClosed={() => show(null)} />}
        {imports.data && !closed && (
          <section className="panel" aria-label={t('city.imports')}>
            <PanelHead title={t('city.imports')} />
            {imports.data.length === 0 ? <Empty title={t('city.none')}>{t('city.none_note')}</Empty> : <Imports rows={imports.data} />}
          </section>
        )}
      </div>
    </main>
  );
};

const FileButton = ({ reading, onFile }: { reading: boolean; onFile: (file: File) => void }) => {
  const { t } = useWords();
  const box = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={box}
        type="file"
        hidden
        accept=".xlsx,.csv"
        aria-label={t('city.choose')}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          // The same file may be chosen again after it was mended.
          event.target.value = '';
          if (file) onFile(file);
        }}
      />
      <Button type="primary" icon={<Icon of={FileUp} />} loading={reading} data-act="city-choose" onClick={() => box.current?.click()}>
        {t(reading ? 'city.reading' : 'city.choose')}
      </Button>
    </>
  );
};

/** What the file would do, before anybody confirms. */
const Preview = ({ importId, onClosed }: { importId: number; onClosed: () => void }) => {
  const { t } = useWords();
  const queries = useQueryClient();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const { data, error, refetch } = useQuery({ queryKey: [...LIST, importId], queryFn: () => api.cityImport(importId) });
  const act = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    try {
      await work();
      onClosed();
    } catch (failure) {
      setProblem(messageOf(failure));
    }
    setBusy(false);
    await queries.invalidateQueries({ queryKey: LIST });
  };
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading rows={6} height={36} />;
  const { preview } = data;
  if (!preview) return null;
  return (
    <section className="panel city-preview" aria-label={t('city.preview', { name: data.fileName })}>
      <PanelHead title={t('city.preview', { name: data.fileName })} side={preview.sheet && t('city.sheet', { sheet: preview.sheet })} />
      <dl className="city-counts">
        {(['created', 'present', 'refused'] as const).map((what) => (
          <div key={what}>
            <dt>{t(`city.${what}`)}</dt>
            <dd>{preview[what]}</dd>
          </div>
        ))}
      </dl>
      {preview.otherSheets.length > 0 && (
        <p className="meta padded">{t('city.other_sheets', { sheets: preview.otherSheets.join(t('list.comma')) })}</p>
      )}
      {preview.unknownColumns.length > 0 && (
        <p className="meta padded">{t('city.unknown_columns', { columns: preview.unknownColumns.join(t('list.comma')) })}</p>
      )}
      {preview.rows.length > 0 && (
        <>
          <h3 className="city-head">{t('city.first_rows')}</h3>
          <table className="table">
            <ColumnHeads of={['city.row', 'city.number', 'city.category', 'city.course']} />
            <tbody>
              {preview.rows.map((row) => (
                <tr key={row.row}>
                  <td>{row.row}</td>
                  <td>{row.cityNumber}</td>
                  <td className="cut narrow">{row.category}</td>
                  <td className="cut">{row.course}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      <h3 className="city-head">{t(preview.refused > 0 ? 'city.refused_rows' : 'city.no_refused')}</h3>
      {preview.refusedRows.length > 0 && <RefusedRows rows={preview.refusedRows} />}
      {preview.refused > preview.refusedRows.length && <p className="meta padded">{t('city.refused_more')}</p>}
      <p className="problem padded" role="alert">
        {problem}
      </p>
      <div className="row padded">
        {preview.created > 0 ? (
          <Button type="primary" loading={busy} data-act="city-confirm" onClick={() => void act(() => api.confirmCityImport(importId))}>
            {t('city.confirm', { n: preview.created })}
          </Button>
        ) : (
          <span className="meta">{t('city.confirm_refused')}</span>
        )}
        <Button disabled={busy} data-act="city-drop" onClick={() => void act(() => api.dropCityImport(importId))}>
          {t('city.drop')}
        </Button>
      </div>
    </section>
  );
};

const RefusedRows = ({ rows }: { rows: NonNullable<ImportView['preview']>['refusedRows'] }) => {
  const { t } = useWords();
  return (
    <table className="table">
      <ColumnHeads of={['city.row', 'city.number', 'city.why']} />
      <tbody>
        {rows.map((row) => (
          <tr key={row.row}>
            <td>{row.row}</td>
            <td>{row.cityNumber || '—'}</td>
            <td className="wraps">
              {row.reasons.map(({ field, code }) => `${t(`city_field.${field}`)} ${t(`city_reason.${code}`)}`).join(t('list.comma'))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

const Imports = ({ rows }: { rows: readonly ImportView[] }) => {
  const { t } = useWords();
  return (
    <table className="table">
      <ColumnHeads
        of={['city.file', 'city.state', 'city.created', 'city.present', 'city.refused', 'city.by', 'city.at', 'history.details']}
        figures={['city.created', 'city.present', 'city.refused']}
      />
      <tbody>
        {rows.map((row) => (
          <tr key={row.importId}>
            <td className="cut">{row.fileName}</td>
            <td>{t(`city_state.${row.state}`)}</td>
            <td className="figure">{row.created}</td>
            <td className="figure">{row.present}</td>
            <td className="figure">{row.refused}</td>
            <td>{row.uploadedByName}</td>
            <td>
              <Moment at={row.endedAt ?? row.uploadedAt} />
            </td>
            <td>
              {row.state === 'previewed' && (
                <Link to="/city" search={{ import: row.importId } as never}>
                  {t('city.open_preview')}
                </Link>
              )}
              {row.refused > 0 && (
                <a href={api.refusedRowsPath(row.importId)} download>
                  <Icon of={Download} size={14} /> {t('city.download')}
                </a>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
