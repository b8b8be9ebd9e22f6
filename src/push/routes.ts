import type { FastifyPluginAsync } from 'fastify';
import { SESSION_COOKIE } from '../access/session.ts';
import { currentSession } from '../http/guard.ts';
import type { PushHub } from './hub.ts';

/** The console's WebSocket. Session and Origin were checked before the upgrade, by the same door as any other request. */
export const pushRoutes = (deps: { hub: PushHub }): FastifyPluginAsync => {
  const plugin: FastifyPluginAsync = async (app) => {
    app.get('/api/push', { websocket: true, config: { access: { signedIn: true } }, schema: { hide: true } }, (socket, request) => {
      deps.hub.connect(socket, currentSession(request), request.cookies[SESSION_COOKIE] ?? '');
    });
    app.addHook('preClose', async () => deps.hub.close());
  };
  // In the framework's terms: not a scope of its own. The goodbye must come before the server closes what sockets are left,
  // and hooks of a scope run after those of the whole.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
};
