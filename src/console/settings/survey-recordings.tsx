import { useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { CloudOff, Plus, Upload } from 'lucide-react';
import { useRef, useState } from 'react';
import type { PromptsView, StudioView } from '../../prompts/schemas.ts';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { may } from '../app/places.ts';
import { session } from '../app/session.ts';
import { useWords } from '../i18n/i18n.ts';
import { Icon, Moment, Tag } from '../ui/parts.tsx';
import { useStore } from '../ui/store.ts';
import { PromptSound } from './prompt-sound.tsx';
import { spokenPieces } from './survey-view.ts';

const KEY = ['prompts'];
type Language = 'zh' | 'en';

/** What the hotline says, sound by sound: heard, replaced by a studio's recording, gone back on. */
export const RecordingsPart = ({ view }: { view: PromptsView }) => {
  const { t } = useWords();
  const { me } = useStore(session);
  const [wanted, setWanted] = useState('');
  const [language, setLanguage] = useState<Language>('zh');
  const mayChange = me !== null && may(me, 'settings.manage');
  const rows = spokenPieces(view.prompts, language, wanted);
  return (
    <div className="script">
      <div className="row script-bar">
        <Input
          className="script-note"
          aria-label={t('survey_set.find_prompt')}
          placeholder={t('survey_set.find_prompt')}
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
        <select
          className="select script-version"
          aria-label={t('survey_set.spoken_in')}
          value={language}
          onChange={(event) => setLanguage(event.target.value as Language)}
        >
          <option value="zh">{t('survey_set.spoken_zh')}</option>
          <option value="en">{t('survey_set.spoken_en')}</option>
        </select>
        {!view.onSwitch && (
          <Tag icon={CloudOff} tone="amber">
            {t('survey_set.not_on_switch')}
          </Tag>
        )}
      </div>
      <p className="meta">{t('survey_set.recordings_note')}</p>
      {mayChange && language === 'zh' && <OwnSentence view={view} />}
      <ul className="prompt-list">
        {rows.map(({ sound, text, mostSeconds }) => (
          <SoundRow
            key={`${language} ${sound}`}
            sound={sound}
            text={text}
            mostSeconds={mostSeconds}
            language={language}
            mayChange={mayChange}
            recording={view.recordings.find((each) => each.sound === sound && each.language === language) ?? null}
          />
        ))}
      </ul>
    </div>
  );
};

const useChange = () => {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const run = async (work: () => Promise<PromptsView>): Promise<boolean> => {
    setBusy(true);
    setProblem('');
    try {
      queries.setQueryData(KEY, await work());
      return true;
    } catch (error) {
      setProblem(messageOf(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, run };
};

interface RowProps {
  sound: string;
  text: string;
  mostSeconds: number | null;
  language: Language;
  mayChange: boolean;
  recording: StudioView | null;
}

const SoundRow = ({ sound, text, mostSeconds, language, mayChange, recording }: RowProps) => {
  const { t } = useWords();
  const { busy, problem, run } = useChange();
  const changes = recording?.changes ?? 0;
  const isOwn = sound.startsWith('custom.');
  return (
    <li className="prompt-row" data-sound={sound}>
      <PromptSound key={`${changes}`} id={sound} language={language} />
      <div>
        <p>{text}</p>
        <p className="meta">
          {sound}
          {mostSeconds !== null && ` · ${t('survey_set.at_most', { n: mostSeconds })}`}
          {recording?.versions.map(({ version, seconds, name, at, by }) => (
            <span key={version} className="prompt-version" data-chosen={version === recording.inForce}>
              {` · v${version} ${seconds.toFixed(1)} s ${name === '' ? t('survey_set.by_hand') : name} ${by ?? ''} `}
              <Moment at={at} />
            </span>
          ))}
        </p>
        <p className="problem" role="alert">
          {problem}
        </p>
      </div>
      {recording?.versions.length ? (
        <select
          className="select script-version"
          aria-label={`${t('survey_set.in_force')} ${sound}`}
          disabled={!mayChange || busy}
          value={recording.inForce ?? ''}
          onChange={(event) => {
            const inForce = event.target.value === '' ? null : Number(event.target.value);
            void run(() => api.chooseRecording(language, sound, { changes, inForce }));
          }}
        >
          {!isOwn && <option value="">{t('survey_set.rendered')}</option>}
          {recording.versions.map(({ version, name }) => (
            <option key={version} value={version}>
              {`v${version} ${name}`}
            </option>
          ))}
        </select>
      ) : (
        <span className="meta">{t('survey_set.rendered')}</span>
      )}
      {mayChange && (
        <ChooseFile
          label={`${t('survey_set.upload')} ${sound}`}
          busy={busy}
          onFile={(file) => void run(() => api.addRecording(language, sound, { changes, name: file.name }, file))}
        />
      )}
    </li>
  );
};

const ChooseFile = (props: { label: string; busy: boolean; disabled?: boolean; onFile: (file: File) => void }) => {
  const { t } = useWords();
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={field}
        type="file"
        accept=".wav,audio/wav,audio/x-wav"
        aria-label={props.label}
        className="visually-hidden"
        tabIndex={-1}
        data-act="choose-recording"
        onChange={(event) => {
          const file = event.target.files?.[0];
          // The same file again is a new try.
          event.target.value = '';
          if (file) props.onFile(file);
        }}
      />
      <Button
        icon={<Icon of={Upload} />}
        loading={props.busy}
        disabled={props.disabled ?? false}
        aria-label={props.label}
        data-act="upload-recording"
        onClick={() => field.current?.click()}
      >
        {t('survey_set.upload')}
      </Button>
    </>
  );
};

/** A sentence nothing is rendered for: its words and its recording are the house's own. */
const OwnSentence = ({ view }: { view: PromptsView }) => {
  const { t } = useWords();
  const { busy, problem, run } = useChange();
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const sound = `custom.${name}`;
  const isFree = /^[a-z0-9_]{1,40}$/.test(name) && !view.recordings.some((each) => each.sound === sound);
  return (
    <section className="row script-bar" aria-label={t('survey_set.own_sentence')}>
      <Icon of={Plus} size={14} />
      <span>{t('survey_set.own_sentence')}</span>
      <Input
        className="script-name"
        aria-label={t('survey_set.own_name')}
        placeholder={t('survey_set.own_name')}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Input
        className="script-note"
        aria-label={t('survey_set.own_text')}
        placeholder={t('survey_set.own_text')}
        maxLength={300}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <ChooseFile
        label={`${t('survey_set.upload')} ${t('survey_set.own_sentence')}`}
        busy={busy}
        disabled={!isFree || text.trim() === ''}
        onFile={(file) =>
          void run(() => api.addRecording('zh', sound, { changes: 0, name: file.name, text: text.trim() }, file)).then((done) => {
            if (!done) return;
            setName('');
            setText('');
          })
        }
      />
      <span className="problem" role="alert">
        {problem}
      </span>
    </section>
  );
};
