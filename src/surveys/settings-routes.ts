import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { currentStaff } from '../http/index.ts';
import type { Scripts } from './scripts.ts';
import type { SurveySettings } from './settings.ts';
import {
  OfDraft,
  SaveScript,
  SaveSurveyRules,
  ScriptView,
  SurveyRulesView,
  TrialView,
  TryScript,
  VersionView,
} from './settings-schemas.ts';
import type { SurveyScript } from './survey.ts';

/** What the service checked key by key is a script; the schema says the same of its shape. */
const asScript = (script: unknown): SurveyScript => script as SurveyScript;

/** What is asked, when, how often: an administrator's. */
export const surveySettingsRoutes =
  (deps: { settings: SurveySettings; scripts: Scripts }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { settings, scripts } = deps;
    const tags = ['settings'];
    const reads = { access: { any: ['settings.manage', 'surveys.manage'] } } as const;
    const manages = { access: { any: ['settings.manage'] } } as const;

    app.get(
      '/api/settings/surveys/rules',
      {
        config: reads,
        schema: { summary: '回访时段、重拨与线路 When, how often, how many at once', tags, response: { 200: SurveyRulesView } },
      },
      () => settings.view(),
    );
    app.put(
      '/api/settings/surveys/rules',
      {
        config: manages,
        schema: {
          summary: '设置回访时段、重拨与线路 Set them; in force at once',
          tags,
          body: SaveSurveyRules,
          response: { 200: SurveyRulesView },
        },
      },
      (request) => settings.save(request.body, currentStaff(request).staffId),
    );
    app.get(
      '/api/settings/surveys/script',
      {
        config: reads,
        schema: { summary: '问卷：草稿、在用与历次版本 The draft, what is in force, and what was', tags, response: { 200: ScriptView } },
      },
      () => scripts.view(),
    );
    app.get(
      '/api/settings/surveys/script/versions/:version',
      {
        config: reads,
        schema: {
          summary: '一个版本的问卷 One version; 0 is the one that ships',
          tags,
          params: Type.Object({ version: Type.Integer({ minimum: 0 }) }),
          response: { 200: VersionView },
        },
      },
      async (request) => {
        const { version } = request.params;
        return { version, script: (await scripts.version(version)) as VersionView['script'] };
      },
    );
    app.put(
      '/api/settings/surveys/script',
      {
        config: manages,
        schema: {
          summary: '保存问卷草稿；有毛病的不收，逐题指出 Keep the draft; one with faults is refused, each named by its step',
          tags,
          body: SaveScript,
          response: { 200: ScriptView },
        },
      },
      (request) => scripts.save({ ...request.body, script: asScript(request.body.script) }, currentStaff(request).staffId),
    );
    app.post(
      '/api/settings/surveys/script/trial',
      {
        config: { ...manages, rateLimit: { max: 10, timeWindow: '1 minute' } },
        schema: {
          summary: '打到自己的电话上试听草稿，不记结果 Hear the draft on one’s own telephone; nothing of it is a result',
          tags,
          body: TryScript,
          response: { 200: TrialView },
        },
      },
      (request) => scripts.tryOut(request.body, currentStaff(request).staffId),
    );
    app.post(
      '/api/settings/surveys/script/activate',
      {
        config: manages,
        schema: { summary: '启用草稿为新版本 Put the draft in force as a new version', tags, body: OfDraft, response: { 200: ScriptView } },
      },
      (request) => scripts.activate(request.body.version, currentStaff(request).staffId),
    );
  };
