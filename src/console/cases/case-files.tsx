import { useQuery, useQueryClient } from '@tanstack/react-query';
import { FileText, Paperclip } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import type { CaseFileView } from '../../cases/files-schemas.ts';
import { ApiError } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { may } from '../app/places.ts';
import { session } from '../app/session.ts';
import { useWords } from '../i18n/i18n.ts';
import { bytesOf } from '../ui/format.ts';
import { Failed, Icon, Moment, PanelHead } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { filesOf, sendFile, smallPicture } from './upload.ts';

const MOST_BYTES = 10 * 1024 * 1024;
const MOST_FILES = 30;
const ACCEPT = 'image/*,video/mp4,.heic,.pdf,.docx,.xlsx';

interface Going {
  key: number;
  name: string;
  /** 0 to 1; null once it was refused. */
  share: number | null;
  problem: string | null;
}

const keyOf = (caseId: number) => ['case', String(caseId), 'files'];
const useFiles = (caseId: number) => useQuery({ queryKey: keyOf(caseId), queryFn: () => api.caseFiles(caseId), retry: false });

/** Sends files one after the other, so that a bad line brings at least the first ones. */
const useUploads = (caseId: number, onAdded: (file: CaseFileView) => void) => {
  const { t } = useWords();
  const queries = useQueryClient();
  const [going, setGoing] = useState<Going[]>([]);
  const next = useRef(0);
  const leaving = useRef(new AbortController());
  useEffect(() => {
    const controller = new AbortController();
    leaving.current = controller;
    return () => controller.abort();
  }, []);
  const change = (key: number, to: Partial<Going>): void =>
    setGoing((before) => before.map((each) => (each.key === key ? { ...each, ...to } : each)));
  const problemOf = (error: unknown): string => {
    if (!(error instanceof ApiError) || error.status === 0) return t('files.away');
    return error.code === 'request.too_large' ? t('files.too_large') : error.message;
  };
  const one = async (file: File, key: number): Promise<void> => {
    if (file.size > MOST_BYTES) return change(key, { share: null, problem: t('files.too_large') });
    try {
      const added = await sendFile<CaseFileView>(
        api.addCaseFilePath(caseId, file.name),
        file,
        (share) => change(key, { share }),
        leaving.current.signal,
      );
      const small = added.isPicture ? await smallPicture(file) : null;
      // A list without the small picture is still whole.
      if (small) await api.addPreview(caseId, added.fileId, small).catch(() => {});
      onAdded(added);
      setGoing((before) => before.filter((each) => each.key !== key));
      await queries.invalidateQueries({ queryKey: keyOf(caseId) });
    } catch (error) {
      change(key, { share: null, problem: problemOf(error) });
    }
  };
  const add = async (files: readonly File[]): Promise<void> => {
    const begun = files.map((file) => ({ file, key: next.current++ }));
    setGoing((before) => [
      ...before.filter((each) => each.problem === null),
      ...begun.map(({ file, key }) => ({ key, name: file.name, share: 0, problem: null })),
    ]);
    for (const { file, key } of begun) await one(file, key);
  };
  return { going, add };
};

/** The button, the place to drop on, and how far each file is. What is pasted on the page comes here too. */
const Adder = ({ caseId, onAdded, pastes }: { caseId: number; onAdded: (file: CaseFileView) => void; pastes: boolean }) => {
  const { t } = useWords();
  const { going, add } = useUploads(caseId, onAdded);
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const note = useId();
  useEffect(() => {
    if (!pastes) return;
    const onPaste = (event: ClipboardEvent): void => {
      const files = filesOf(event.clipboardData);
      if (files.length === 0) return;
      event.preventDefault();
      void add(files);
    };
    window.addEventListener('paste', onPaste);
    return () => window.removeEventListener('paste', onPaste);
  });
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the button does the same by keyboard */}
      <div
        className="files-drop"
        data-over={over}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void add(filesOf(event.dataTransfer));
        }}
      >
        <button type="button" className="plain-button" aria-describedby={note} onClick={() => input.current?.click()}>
          <Icon of={Paperclip} size={14} /> {t('files.add')}
        </button>
        <span className="meta" id={note}>
          {t('files.limits', { most: MOST_FILES })}
        </span>
        <input
          ref={input}
          type="file"
          hidden
          multiple
          accept={ACCEPT}
          data-act="choose-files"
          onChange={(event) => {
            const chosen = [...(event.target.files ?? [])];
            event.target.value = '';
            void add(chosen);
          }}
        />
      </div>
      {going.length > 0 && (
        <ul className="files-going" aria-live="polite">
          {going.map((each) => (
            <li key={each.key}>
              <span className="file-name">{each.name}</span>{' '}
              {each.problem === null ? (
                <progress max={1} value={each.share ?? 0} aria-label={each.name} />
              ) : (
                <span className="fact-amber">{each.problem}</span>
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
};

const Thumbnail = ({ caseId, file }: { caseId: number; file: CaseFileView }) => {
  const [none, setNone] = useState(!file.isPicture);
  if (none) return <Icon of={FileText} size={24} className="file-icon" />;
  return <img src={api.previewPath(caseId, file.fileId)} alt="" loading="lazy" className="file-icon" onError={() => setNone(true)} />;
};

/** Photos and papers of a case. Opening one is put on record; the small pictures are not the files. */
export const CaseFiles = ({ caseId }: { caseId: number }) => {
  const { t } = useWords();
  const { me } = useStore(session);
  const { data, error, refetch } = useFiles(caseId);
  const adds = me !== null && (['cases.write', 'cases.dispatch', 'cases.handle', 'cases.supervise'] as const).some((each) => may(me, each));
  return (
    <div className="panel case-files">
      <PanelHead title={t('files.title')} side={data ? t('files.count', { n: data.length, most: MOST_FILES }) : undefined} />
      {error && !data ? <Failed error={error} onRetry={() => void refetch()} /> : null}
      {data?.length === 0 && <p className="meta">{t('files.none')}</p>}
      <ul className="files-list">
        {(data ?? []).map((file) => (
          <li key={file.fileId}>
            <Thumbnail caseId={caseId} file={file} />
            <div>
              <a href={api.caseFilePath(caseId, file.fileId)} target="_blank" rel="noreferrer" className="file-name" title={file.name}>
                {file.name}
              </a>
              <span className="meta">
                {bytesOf(file.bytes)} · {file.staffName} · <Moment at={file.at} />
                {!file.scanned && ` · ${t('files.not_scanned')}`}
              </span>
            </div>
          </li>
        ))}
      </ul>
      {adds && <Adder caseId={caseId} onAdded={() => {}} pastes />}
    </div>
  );
};

/** Photos of a visit, in the form that records it: chosen among those of the case, or added there and then. */
export const VisitPhotos = (props: { caseId: number; chosen: readonly number[]; onChange: (chosen: number[]) => void }) => {
  const { t } = useWords();
  const { caseId, chosen, onChange } = props;
  const { data } = useFiles(caseId);
  const latest = useRef(chosen);
  latest.current = chosen;
  const choose = (fileId: number, is: boolean): void => {
    latest.current = is ? [...latest.current, fileId] : latest.current.filter((each) => each !== fileId);
    onChange([...latest.current]);
  };
  return (
    <fieldset className="plan">
      <legend>{t('carry.photos')}</legend>
      <ul className="files-list">
        {(data ?? [])
          .filter((file) => file.isPicture)
          .map((file) => (
            <li key={file.fileId}>
              <Thumbnail caseId={caseId} file={file} />
              <label className="check-line">
                <input
                  type="checkbox"
                  checked={chosen.includes(file.fileId)}
                  onChange={(event) => choose(file.fileId, event.target.checked)}
                />{' '}
                <span className="file-name">{file.name}</span>
              </label>
            </li>
          ))}
      </ul>
      <Adder caseId={caseId} onAdded={(file) => choose(file.fileId, true)} pastes={false} />
    </fieldset>
  );
};
