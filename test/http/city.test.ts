import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openSession } from '../helpers/session.ts';
import { xlsx } from '../helpers/spreadsheet.ts';
import { wholeApp } from '../helpers/whole-app.ts';

const BYTES = 'application/octet-stream';

const openDistrict = async () => {
  const dataDirectory = t.testdir();
  const { app, store } = await wholeApp(t, { dataDirectory });
  await app.http.ready();
  t.teardown(() => app.http.close());
  const people = await store.read((db) => db.select().from(store.schema.staff));
  const as = async (account: string): Promise<Record<string, string>> => {
    const token = await openSession(store, people.find((each) => each.account === account)?.id ?? 0);
    return { cookie: `hotline_session=${token}`, 'x-hotline': '1' };
  };
  return { app, store, as, dataDirectory };
};

const district = await openDistrict();
const inject = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, headers: Record<string, string>, payload?: object | Buffer) =>
  district.app.http.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });

const HANDED = {
  cityNumber: 'YZ-0001',
  requestType: 'complaint',
  category: '020101',
  course: '暖气不热',
  contactNumber: '19900000001',
};

t.test('the city’s machine hands a case over with a credential of its own and may do nothing else', async (t) => {
  const { as } = district;
  const administrator = await as('admin1');
  const made = await inject('POST', '/api/settings/machines', administrator, { name: '市平台', rights: ['handovers.give'] });
  t.equal(made.statusCode, 200, made.body);
  const { machineId, token } = made.json() as { machineId: number; token: string };
  const machine = { authorization: `Bearer ${token}` };
  const first = await inject('POST', '/api/city/cases', machine, HANDED);
  t.match(first.json(), { isNew: true, state: 'registered' });
  t.match((await inject('POST', '/api/city/cases', machine, HANDED)).json(), { isNew: false, number: first.json().number });
  const differing = await inject('POST', '/api/city/cases', machine, { ...HANDED, course: '另一件事' });
  t.match([differing.statusCode, differing.json()], [409, { code: 'city.body_differs', details: { differs: ['course'] } }]);
  t.match((await inject('POST', '/api/city/cases', machine, { ...HANDED, cityNumber: 'YZ-2', category: 'x' })).json(), {
    code: 'city.refused',
    details: { reasons: [{ field: 'category', code: 'unknown' }] },
  });
  t.match((await inject('POST', '/api/city/cases', machine, { ...HANDED, extra: 1 })).json(), { code: 'request.invalid' });
  t.match((await inject('GET', '/api/city/cases/YZ-0001', machine)).json(), { code: 'access.denied' }, 'only what it was given');
  t.equal((await inject('GET', '/api/cases', machine)).statusCode, 401, 'it is nobody on the routes of people');
  t.match((await inject('POST', '/api/city/cases', await as('dispatch1'), HANDED)).json(), { code: 'machine.credential_wrong' });
  const stranger = { authorization: `Bearer hlm_${randomBytes(32).toString('base64url')}` };
  t.match((await inject('POST', '/api/city/cases', stranger, HANDED)).json(), { code: 'machine.credential_wrong' });
  t.notMatch((await inject('GET', '/api/settings/machines', administrator)).body, token);
  t.equal((await inject('DELETE', `/api/settings/machines/${machineId}`, administrator)).statusCode, 204);
  t.match((await inject('POST', '/api/city/cases', machine, HANDED)).json(), { code: 'machine.credential_wrong' });
});

t.test('a machine that asks too often is told to wait, and the people are not', async (t) => {
  const administrator = await district.as('admin1');
  const made = await inject('POST', '/api/settings/machines', administrator, { name: '快', rights: ['handovers.follow'] });
  const machine = { authorization: `Bearer ${made.json().token}` };
  let refused = 0;
  for (let index = 0; index < 610 && refused === 0; index++) {
    const answer = await inject('GET', '/api/city/cases/none', machine);
    if (answer.statusCode === 429) {
      refused = index;
      t.match(answer.json(), { code: 'request.too_many' });
      t.match(answer.headers['retry-after'], /^\d+$/);
    }
  }
  t.equal(refused, 600);
  t.equal((await inject('GET', '/api/settings/machines', administrator)).statusCode, 200);
});

t.test('a spreadsheet with all that spreadsheets hold: previewed, dropped, never half in', async (t) => {
  const { as, dataDirectory } = district;
  const dispatcher = await as('dispatch1');
  const upload = (payload: Buffer, name = '交办.xlsx') =>
    inject('POST', `/api/city/imports?name=${encodeURIComponent(name)}`, { ...dispatcher, 'content-type': BYTES }, payload);
  const heads = ['市平台编号', '诉求类型', '诉求类别', '诉求内容', '联系电话'];
  const book = xlsx(
    [
      ['2026 年 11 月交办表'],
      heads,
      ['YZ-101', '投诉', '020101', '<script>alert(1)</script>', '19900000002'],
      ['YZ-102', '投诉', '020101', { xml: '<f>1+1</f><v>2</v>' }, '19900000002'],
      ['YZ-103', '投诉', '020101', '合并', '19900000002'],
      [{ xml: '<v>2026112400000001234</v>' }, '投诉', '020101', '长数字', '19900000002'],
    ],
    { merged: ['D5:D6'], parts: [{ name: 'xl/vbaProject.bin', text: 'macro' }] },
  );
  const uploaded = await upload(book);
  t.equal(uploaded.statusCode, 200, uploaded.body);
  const { importId, preview } = uploaded.json();
  t.match(preview, { created: 1, refused: 3, rows: [{ row: 3, course: '<script>alert(1)</script>' }] });
  t.same(
    preview.refusedRows.map((each: { row: number; reasons: { code: string }[] }) => [
      each.row,
      each.reasons.map(({ code }) => code).sort(),
    ]),
    [
      [4, ['formula']],
      [5, ['merged']],
      [6, ['digits_lost', 'merged']],
    ],
  );
  t.equal((await inject('DELETE', `/api/city/imports/${importId}`, dispatcher)).json().state, 'dropped');
  const left = (): string[] =>
    readdirSync(join(dataDirectory, 'imports'), { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [entry.name] : [],
    );
  t.same(left(), [], 'the file is gone with it');
  t.match((await upload(Buffer.from('d0cf11e0a1b11ae1', 'hex'))).json(), {
    code: 'table.unreadable',
    details: { reason: 'old_format_or_password' },
  });
  t.match((await upload(Buffer.alloc(0))).json(), { code: 'request.invalid' });
  t.same(left(), []);
  t.equal((await inject('GET', '/api/city/imports/99999', dispatcher)).statusCode, 404);
  t.equal(
    (await inject('GET', `/api/city/imports/${importId}/refused.csv`, dispatcher)).headers['content-type'],
    'text/csv; charset=utf-8',
  );
});
