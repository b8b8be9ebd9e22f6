import { stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { HotlineError } from '../core/errors.ts';

const NOT_BUILT = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>控制台尚未生成</title>
<body style="font:16px/1.6 system-ui,sans-serif;max-width:40em;margin:15vh auto;padding:0 1em">
<h1>控制台尚未生成</h1><p>服务已在运行，但浏览器界面还没有生成。请在项目目录运行：</p><pre>npm run build</pre><p>然后刷新本页。</p>
<hr><p lang="en">The service is running, but the console has not been built. Run <code>npm run build</code> and reload this page.</p></body></html>`;

const isFile = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
};

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new HotlineError('request.invalid', '地址格式不对 (malformed address)');
  }
};

/**
 * The built console. Its pages have addresses that are no files (`/calls/7`), which all get the same page; an address that
 * looks like a file and is none must stay a 404, or a stale console would be served a page where it expects a script.
 */
export const addConsole = async (app: FastifyInstance, directory: string): Promise<void> => {
  await app.register(fastifyStatic, { root: directory, serve: false, cacheControl: false, preCompressed: true });
  app.get('/*', { config: { access: { public: true }, rateLimit: false }, schema: { hide: true } }, async (request, reply) => {
    const path = normalize(decoded((request.params as { '*': string })['*']));
    if (path === 'api' || path.startsWith(`api${sep}`)) throw new HotlineError('thing.not_found', '没有这个接口 (no such address)');
    if (path.split(sep).some((part) => part === '..' || (part.startsWith('.') && part !== '.')))
      throw new HotlineError('thing.not_found', '没有找到 (not found)');
    if (path !== '.' && (await isFile(join(directory, path)))) {
      const hashed = path.startsWith(`assets${sep}`);
      return reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache').sendFile(path);
    }
    if (extname(path) !== '' && path !== 'index.html') throw new HotlineError('thing.not_found', '没有找到 (not found)');
    reply.header('cache-control', 'no-cache');
    if (await isFile(join(directory, 'index.html'))) return reply.sendFile('index.html');
    return reply.code(503).type('text/html; charset=utf-8').send(NOT_BUILT);
  });
};
