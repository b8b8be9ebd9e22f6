import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import t from 'tap';
import { isHotlineError } from '../../src/core/errors.ts';
import { createAri } from '../../src/telephony/asterisk/ari.ts';
import { silentLog } from '../../src/telephony/asterisk/log.ts';
import { phoneObjects } from '../../src/telephony/asterisk/provisioning.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** As much of a switch's own description as the library needs to know two operations. */
const DESCRIPTION = {
  '/ari/asterisk/ping': { ping: 'pong' },
  '/ari/api-docs/resources.json': {
    apiVersion: '9.0.0',
    swaggerVersion: '1.1',
    basePath: '',
    apis: [{ path: '/api-docs/asterisk.{format}', description: 'Asterisk resources' }],
  },
  '/ari/api-docs/asterisk.json': {
    apiVersion: '9.0.0',
    swaggerVersion: '1.1',
    basePath: '',
    resourcePath: '/api-docs/asterisk.{format}',
    apis: [
      {
        path: '/asterisk/config/dynamic/{configClass}/{objectType}/{id}',
        operations: (['PUT', 'DELETE'] as const).map((httpMethod) => ({
          httpMethod,
          nickname: httpMethod === 'PUT' ? 'updateObject' : 'deleteObject',
          responseClass: httpMethod === 'PUT' ? 'List[ConfigTuple]' : 'void',
          parameters: [
            ...['configClass', 'objectType', 'id'].map((name) => ({
              name,
              paramType: 'path',
              required: true,
              allowMultiple: false,
              dataType: 'string',
            })),
            ...(httpMethod === 'PUT'
              ? [{ name: 'fields', paramType: 'body', required: false, allowMultiple: false, dataType: 'containers' }]
              : []),
          ],
        })),
      },
    ],
    models: {},
  },
} as Record<string, unknown>;

const json = (response: ServerResponse, status: number, body: unknown) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
};

const fakeAri = async (test: { teardown(work: () => unknown): void }, answer: Answer, describe?: Answer) => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      const path = request.url ?? '';
      if (request.method !== 'GET') {
        asked.push(`${request.method} ${path} ${body}`);
        answer(request, response, body);
      } else if (describe) describe(request, response, body);
      else if (DESCRIPTION[path])
        json(response, 200, {
          ...(DESCRIPTION[path] as object),
          ...(path.endsWith('json') ? { basePath: `http://${request.headers.host}/ari` } : {}),
        });
      else json(response, 404, {});
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  test.teardown(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, url, server };
};

const ariTo = (test: { teardown(work: () => unknown): void }, url: string, requestTimeoutMs = 3000) => {
  const ari = createAri({ url, user: 'hotline', secret: 'very-secret', log: silentLog, requestTimeoutMs });
  test.teardown(() => ari.stop());
  return ari;
};

const object = { objectType: 'aor' as const, name: '8001', fields: { max_contacts: '1' } };
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (err: unknown) => err,
  );

t.test('puts and takes away, a second time too', async (t) => {
  let there = false;
  const { asked, url } = await fakeAri(t, (request, response) => {
    if (request.method === 'PUT') {
      there = true;
      json(response, 200, [{ attribute: 'max_contacts', value: '1' }]);
    } else if (there) {
      there = false;
      response.writeHead(204).end();
    } else json(response, 404, { message: 'Object not found' });
  });
  const ari = ariTo(t, url);
  await ari.put(object);
  await ari.put(object);
  await ari.remove('aor', '8001');
  await ari.remove('aor', '8001');
  t.equal(asked.length, 4);
  t.equal(asked[0], 'PUT /ari/asterisk/config/dynamic/res_pjsip/aor/8001 {"fields":[{"attribute":"max_contacts","value":"1"}]}');
});

t.test('500, nonsense, and an answer that never comes: each an error of ours, and the next request works', async (t) => {
  let mood: 'fine' | '500' | '400' | 'nonsense' | 'silence' | 'cut' = 'fine';
  const { url } = await fakeAri(t, (_request, response) => {
    if (mood === 'fine') json(response, 200, []);
    if (mood === '500') json(response, 500, { error: 'Allocation failed' });
    if (mood === '400') json(response, 400, { message: 'no such attribute' });
    if (mood === 'nonsense') json(response, 200, '<html>');
    if (mood === 'cut') response.writeHead(200, { 'content-length': 1000 }).end('x', () => response.destroy());
  });
  const ari = ariTo(t, url, 400);
  const expected = {
    '500': 'telephony.refused',
    '400': 'telephony.refused',
    nonsense: 'telephony.unavailable',
    silence: 'telephony.timeout',
    cut: 'telephony.timeout',
  } as const;
  for (const [name, code] of Object.entries(expected)) {
    mood = 'fine';
    // The thread may have to begin anew, which takes longer than an answer may.
    await t.resolves(
      ari.put(object).catch(() => ari.put(object)),
      `before ${name}`,
    );
    mood = name as typeof mood;
    const err = await failureOf(ari.put(object));
    t.ok(isHotlineError(err, code), `${name}: ${isHotlineError(err) ? err.code : String(err)}`);
  }
});

t.test('one that describes itself with a 500, or with nonsense, takes nothing down', async (t) => {
  for (const [status, body] of [
    [500, '{}'],
    [200, 'nonsense'],
    [200, '{}'],
  ] as const) {
    const { url } = await fakeAri(
      t,
      (_request, response) => json(response, 200, []),
      (request, response) => (request.url === '/ari/asterisk/ping' ? json(response, 200, { ping: 'pong' }) : json(response, status, body)),
    );
    const err = await failureOf(ariTo(t, url, 1500).put(object));
    t.ok(isHotlineError(err) && (err.code === 'telephony.unavailable' || err.code === 'telephony.timeout'), `${status} ${body}`);
  }
});

t.test('a wrong password, a web server of another kind, nobody, silence: told in words to act on, without the secret', async (t) => {
  const wrong = await fakeAri(
    t,
    () => {},
    (_request, response) => json(response, 401, {}),
  );
  const foreign = await fakeAri(
    t,
    () => {},
    (_request, response) => json(response, 200, '<html>hello</html>'),
  );
  const silent = await fakeAri(
    t,
    () => {},
    () => {},
  );
  const gone = await fakeAri(t, () => {});
  gone.server.close();
  const told = async (url: string) => {
    const err = await failureOf(ariTo(t, url, 300).put(object));
    return isHotlineError(err) ? `${err.code} ${JSON.stringify(err.details)} ${err.message}` : String(err);
  };
  t.match(await told(wrong.url), /telephony.unavailable.*wrong user or password for hotline/);
  t.match(await told(foreign.url), /telephony.unavailable.*not a working ARI/);
  t.match(await told(silent.url), /telephony.timeout/);
  t.match(await told(gone.url), /telephony.unavailable.*nobody answers/);
  for (const url of [wrong.url, foreign.url]) t.notMatch(await told(url), /very-secret/);
});

t.test('a telephone as the switch must hold it', async (t) => {
  const [auth, aor, endpoint] = phoneObjects({ extension: '8001', displayName: '李"<明>\\', secret: 'tops', kind: 'browser' });
  t.match(auth, { objectType: 'auth', fields: { auth_type: 'digest', password_digest: /^MD5:[0-9a-f]{32}$/ } });
  t.notMatch(JSON.stringify(auth), /tops/, 'the password itself never reaches the switch');
  t.match(aor, { fields: { max_contacts: '1', remove_existing: 'yes' } });
  t.match(endpoint, {
    fields: {
      webrtc: 'yes',
      transport: 'transport-ws',
      context: 'hotline-agents',
      rtp_timeout: '5',
      rtp_timeout_hold: '5',
      device_state_busy_at: '1',
      callerid: '"李明" <8001>',
      direct_media: 'no',
    },
  });
  const order = Object.keys(endpoint?.fields ?? {});
  t.ok(order.indexOf('disallow') < order.indexOf('allow'), 'the other way round there is no codec left');
  const desk = phoneObjects({ extension: '8002', displayName: '王', secret: 'x', kind: 'desk' })[2];
  t.notOk(desk?.fields.webrtc);
  for (const one of [endpoint, desk])
    for (const codec of one?.fields.allow?.split(',') ?? ['none'])
      t.match(codec, /^[au]law$/, 'a codec of more than 8,000 samples a second shreds the recording');
});
