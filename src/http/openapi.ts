import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { SESSION_COOKIE } from '../access/session.ts';
import type { RouteAccess } from './guard.ts';

export const DOCS_PREFIX = '/api/docs';

/** Must be registered before the routes it is to describe. */
export const describeRoutes = async (app: FastifyInstance, about: { version: string; publicUrl: string }): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: '12345 hotline',
        description: '政务服务热线系统接口。改变数据的请求须带本站 Origin，或不带 Origin 而带 `X-Hotline: 1`。',
        version: about.version,
      },
      servers: [{ url: about.publicUrl }],
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
          machine: { type: 'http', scheme: 'bearer', description: '系统凭证 credential of another system' },
        },
      },
    },
    hideUntagged: true,
    transform: ({ schema, url, route }) => {
      const access = route.config?.access;
      if (!access || 'public' in access) return { schema: { ...schema, security: [] }, url };
      if ('machine' in access)
        return {
          schema: {
            ...schema,
            security: [{ machine: [] }],
            description: `${schema?.description ?? ''}\n\n凭证权限 (right): ${access.machine}`,
          },
          url,
        };
      const right = 'any' in access ? `\n\n权限 (right): ${access.any.join(' | ')}` : '';
      return { schema: { ...schema, security: [{ session: [] }], description: `${schema?.description ?? ''}${right}` }, url };
    },
  });
};

export const addDocs = async (app: FastifyInstance, access: RouteAccess): Promise<void> => {
  app.get('/api/openapi.json', { config: { access }, schema: { hide: true } }, async () => app.swagger());
  await app.register(swaggerUi, {
    routePrefix: DOCS_PREFIX,
    indexPrefix: '',
    staticCSP: false, // the page keeps to the policy of the whole site
    uiConfig: { docExpansion: 'list', deepLinking: true, tryItOutEnabled: false, validatorUrl: null },
  });
};
