import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import t from 'tap';
import { LARGEST_FILE, MOST_FILES } from '../../src/cases/files-service.ts';
import { openSession } from '../helpers/session.ts';
import { wholeApp } from '../helpers/whole-app.ts';

const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from('a photo')]);
const BYTES = 'application/octet-stream';

/** The seeded district with the sessions of the people a test asks for. */
const openDistrict = async () => {
  const dataDirectory = t.testdir();
  const { app, store } = await wholeApp(t, { dataDirectory });
  await app.http.ready();
  t.teardown(() => app.http.close());
  const { staff, cases } = store.schema;
  const people = await store.read((db) => db.select().from(staff));
  const rows = await store.read((db) => db.select().from(cases));
  const as = async (account: string): Promise<Record<string, string>> => {
    const token = await openSession(store, people.find((each) => each.account === account)?.id ?? 0);
    return { cookie: `hotline_session=${token}`, 'x-hotline': '1' };
  };
  const add = (caseId: number, who: Record<string, string>, payload: Buffer, name = '门口.jpg') =>
    app.http.inject({
      method: 'POST',
      url: `/api/cases/${caseId}/files?name=${encodeURIComponent(name)}`,
      headers: { ...who, 'content-type': BYTES },
      payload,
    });
  const get = (path: string, who: Record<string, string>) => app.http.inject({ method: 'GET', url: path, headers: who });
  return { app, store, rows, as, add, get, attachments: join(dataDirectory, 'attachments') };
};

// Once for all: filling the district takes its time.
const district = await openDistrict();

t.test('a photo goes onto a case, lies under its hash and comes back as what it is', async (t) => {
  const { store, rows, as, add, get, attachments } = district;
  const dispatcher = await as('dispatch1');
  const { id = 0 } = rows.find((each) => each.state === 'handling' && !each.confidential) ?? {};
  const added = await add(id, dispatcher, JPEG, '../../门口 1.exe');
  t.equal(added.statusCode, 200, added.body);
  const sha256 = createHash('sha256').update(JPEG).digest('hex');
  t.match(added.json(), { name: '门口 1.jpg', mime: 'image/jpeg', isPicture: true, bytes: JPEG.length, sha256, unitCode: null });
  t.same(readFileSync(join(attachments, sha256.slice(0, 2), sha256)), JPEG);
  t.same(readdirSync(join(attachments, 'incoming')), [], 'nothing is left aside');
  t.equal((await get(`/api/cases/${id}/files`, dispatcher)).json().length, 1);
  const opened = await get(`/api/cases/${id}/files/${added.json().fileId}`, dispatcher);
  t.same(opened.rawPayload, JPEG);
  t.match(opened.headers, {
    'content-type': 'image/jpeg',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'content-disposition': /^inline; filename="file\.jpg"; filename\*=UTF-8''%E9%97%A8/,
    'cache-control': 'private, no-store',
  });
  const paper = await add(id, dispatcher, Buffer.from('%PDF-1.7 …'), '说明.pdf');
  t.match((await get(`/api/cases/${id}/files/${paper.json().fileId}`, dispatcher)).headers['content-disposition'], /^attachment;/);
  const { history } = store.schema;
  const acts = (await store.read((db) => db.select().from(history))).filter((each) => each.act === 'case.file_added');
  t.match(acts, [{ thingId: String(id), details: { sha256 } }, {}]);
  t.notMatch(JSON.stringify(acts), '门口', 'the record holds no name of a file');

  for (const page of ['<!doctype html><script>1</script>', '<svg onload=alert(1)>'])
    t.match((await add(id, dispatcher, Buffer.from(page), 'a.jpg')).json(), { code: 'file.type_refused' });
  t.match((await add(id, dispatcher, Buffer.alloc(0))).json(), { code: 'request.invalid' });
  t.same(readdirSync(join(attachments, 'incoming')), [], 'what was refused is gone');
  t.equal((await get(`/api/cases/${id}/files/9999`, dispatcher)).statusCode, 404);
  const other = rows.find((each) => each.id !== id)?.id ?? 0;
  t.equal((await get(`/api/cases/${other}/files/${added.json().fileId}`, dispatcher)).statusCode, 404, 'by another case it is not found');

  for (let more = 2; more < MOST_FILES; more++) await add(id, dispatcher, JPEG);
  t.match((await add(id, dispatcher, JPEG)).json(), { code: 'file.too_many' });
});

t.test('a unit sees the files of its own cases, and of a protected one only its own', async (t) => {
  const { rows, as, add, get } = district;
  const dispatcher = await as('dispatch1');
  const unitOf = (code: string | null) => as(`unit-${(code ?? '').toLowerCase()}`);
  const guarded = rows.find((each) => each.confidential && each.leadUnit !== null && /^[TD]/.test(each.leadUnit));
  if (!guarded) throw new Error('there is no confidential case');
  const unit = await unitOf(guarded.leadUnit);
  const theirs = await add(guarded.id, dispatcher, JPEG, '来电人张三.jpg');
  t.equal(theirs.statusCode, 200, theirs.body);
  t.same((await get(`/api/cases/${guarded.id}/files`, unit)).json(), [], 'a photo of the citizen may tell who called');
  t.equal((await get(`/api/cases/${guarded.id}/files/${theirs.json().fileId}`, unit)).statusCode, 404);
  const own = await add(guarded.id, unit, JPEG, '现场.jpg');
  t.match(own.json(), { unitCode: guarded.leadUnit, name: '现场.jpg' });
  t.equal((await get(`/api/cases/${guarded.id}/files`, unit)).json().length, 1);
  t.equal((await get(`/api/cases/${guarded.id}/files`, dispatcher)).json().length, 2);

  const stranger = await unitOf(guarded.leadUnit === 'D01' ? 'D02' : 'D01');
  t.equal((await add(guarded.id, stranger, JPEG)).statusCode, 404);
  t.equal((await get(`/api/cases/${guarded.id}/files`, stranger)).statusCode, 404);
  t.equal((await get(`/api/cases/${guarded.id}/files/${own.json().fileId}`, stranger)).statusCode, 404);
});

t.test('two gigabytes cost nothing', async (t) => {
  const { app, rows, as, add, attachments } = district;
  const dispatcher = await as('dispatch1');
  const id = rows.find((each) => each.state === 'ledger')?.id ?? 0;
  const announced = await app.http.inject({
    method: 'POST',
    url: `/api/cases/${id}/files?name=a.jpg`,
    headers: { ...dispatcher, 'content-type': BYTES, 'content-length': String(2 ** 31) },
    payload: JPEG,
  });
  t.equal(announced.statusCode, 413, 'what says so is not read at all');
  t.equal(
    (await add(id, dispatcher, Buffer.concat([JPEG, Buffer.alloc(LARGEST_FILE - JPEG.length)]))).statusCode,
    200,
    'the limit itself passes',
  );

  await app.http.listen({ port: 0, host: '127.0.0.1' });
  const address = app.http.server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const sent = await new Promise<{ status: number; bytes: number }>((resolve) => {
    let bytes = 0;
    let status = 0;
    const path = `/api/cases/${id}/files?name=a.jpg`;
    const going = httpRequest({ port, host: '127.0.0.1', path, method: 'POST', headers: { ...dispatcher, 'content-type': BYTES } });
    const end = (): void => resolve({ status, bytes });
    going.on('response', (response) => {
      status = response.statusCode ?? 0;
      response.resume().on('end', end).on('close', end);
    });
    going.on('error', end);
    const piece = Buffer.concat([JPEG, Buffer.alloc(1 << 20)]);
    const more = (): void => {
      if (status !== 0 || going.destroyed || bytes > 2 ** 31) return;
      bytes += piece.length;
      going.write(piece, () => setImmediate(more));
    };
    more();
  });
  t.ok(sent.bytes < 200 * 1024 * 1024, `it was cut off after ${Math.round(sent.bytes / 2 ** 20)} MB`);
  t.ok(sent.status === 413 || sent.status === 0, 'told so, or cut off before it could be told');
  t.same(readdirSync(join(attachments, 'incoming')), []);
});
