import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { initialsOf } from './initials.ts';
import { Category, Place, Unit } from './schemas.ts';
import type { Directory } from './service.ts';

/** The lists an agent picks from while writing a case. */
export const directoryRoutes =
  (deps: { directory: Directory }): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/directory/categories',
      {
        config: { access: { any: ['knowledge.read', 'directory.manage'] } },
        schema: { summary: '诉求类别 Subjects', tags: ['directory'], response: { 200: Type.Array(Category) } },
      },
      () => deps.directory.categories(),
    );
    app.get(
      '/api/directory/places',
      {
        config: { access: { any: ['knowledge.read', 'directory.manage'] } },
        schema: { summary: '镇街和社区 Places', tags: ['directory'], response: { 200: Type.Array(Place) } },
      },
      () => deps.directory.places(),
    );
    app.get(
      '/api/directory/units',
      {
        config: { access: { any: ['knowledge.read', 'staff.manage', 'directory.manage'] } },
        schema: { summary: '承办单位 Handling units', tags: ['directory'], response: { 200: Type.Array(Unit) } },
      },
      async () => (await deps.directory.units()).map(({ code, name, active }) => ({ code, name, active, pinyin: initialsOf(name) })),
    );
  };
