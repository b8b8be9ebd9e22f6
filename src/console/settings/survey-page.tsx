import { useQuery } from '@tanstack/react-query';
import { Segmented } from 'antd';
import { useState } from 'react';
import { api } from '../api/endpoints.ts';
import { useWords } from '../i18n/i18n.ts';
import { Failed, Loading, PageTop } from '../ui/parts.tsx';
import { SettingsTabs } from './settings-tabs.tsx';
import { RecordingsPart } from './survey-recordings.tsx';
import { RulesEditor } from './survey-rules.tsx';
import { ScriptEditor } from './survey-script.tsx';

const PARTS = ['script', 'rules', 'recordings'] as const;
type Part = (typeof PARTS)[number];

/** What a callback asks, when and how often, how many at once. */
export const SurveySettingsPage = () => {
  const { t } = useWords();
  const [part, setPart] = useState<Part>('script');
  return (
    <main className="page">
      <PageTop title={t('survey_set.title')}>
        <SettingsTabs />
      </PageTop>
      <div className="page-body padded survey-settings">
        <Segmented<Part>
          aria-label={t('survey_set.title')}
          value={part}
          onChange={setPart}
          options={PARTS.map((each) => ({ value: each, label: t(`survey_set.part_${each}`) }))}
        />
        {part === 'script' && <ScriptPart />}
        {part === 'rules' && <RulesPart />}
        {part === 'recordings' && <VoicesPart />}
      </div>
    </main>
  );
};

const ScriptPart = () => {
  const script = useQuery({ queryKey: ['survey-script'], queryFn: api.surveyScript });
  const prompts = useQuery({ queryKey: ['prompts'], queryFn: api.prompts });
  const error = script.error ?? prompts.error;
  if (error)
    return (
      <Failed
        error={error}
        onRetry={() => {
          void script.refetch();
          void prompts.refetch();
        }}
      />
    );
  if (!script.data || !prompts.data) return <Loading rows={8} height={36} />;
  const { data } = script;
  return <ScriptEditor key={`${data.version} ${data.live.version}`} view={data} prompts={prompts.data.prompts} />;
};

const RulesPart = () => {
  const { data, error, refetch } = useQuery({ queryKey: ['survey-rules'], queryFn: api.surveyRules });
  const [savedVersion, setSavedVersion] = useState<number | null>(null);
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading rows={8} height={36} />;
  return <RulesEditor key={data.version} view={data} isSaved={savedVersion === data.version} onSaved={setSavedVersion} />;
};

const VoicesPart = () => {
  const { data, error, refetch } = useQuery({ queryKey: ['prompts'], queryFn: api.prompts });
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading rows={8} height={36} />;
  return <RecordingsPart view={data} />;
};
