import { buffer } from 'node:stream/consumers';
import t from 'tap';
import { fromBufferPromise } from 'yauzl';
import { namedTable, openTable, type Table, type TableLimits, type TableRow, xlsxStream } from '../../src/documents/index.ts';
import { sheetXml, xlsx, zip } from '../helpers/spreadsheet.ts';

const all = async (table: Table): Promise<TableRow[]> => {
  const rows: TableRow[] = [];
  for await (const row of table.rows()) rows.push(row);
  return rows;
};
const read = async (bytes: Buffer, limits?: Partial<TableLimits>): Promise<TableRow[]> => all(await openTable(bytes, limits));
const entriesOf = async (bytes: Buffer): Promise<Map<string, string>> => {
  const zip = await fromBufferPromise(bytes, { autoClose: false });
  const texts = new Map<string, string>();
  for await (const entry of zip.eachEntry()) texts.set(entry.fileName, (await buffer(await zip.openReadStreamPromise(entry))).toString());
  zip.close();
  return texts;
};
const csv = (text: string): Buffer => Buffer.from(text);
/** 姓名,电话 / 王岩,8001 / 张 as a Chinese Windows saves it. */
const GBK = Buffer.from('d0d5c3fb2cb5e7bbb00d0acdf5d1d22c383030310d0ad5c5', 'hex');

t.test('a .csv is read however the program has saved it', async (t) => {
  const expected = [
    ['姓名', '电话'],
    ['王岩', '8001'],
  ];
  const text = '姓名,电话\r\n王岩,8001\r\n';
  const saved: [what: string, bytes: Buffer, encoding: Table['encoding']][] = [
    ['UTF-8', csv(text), 'utf-8'],
    ['UTF-8 with its mark', csv(`\ufeff${text}`), 'utf-8'],
    ['UTF-16 with tabs', Buffer.from(`\ufeff${text.replaceAll(',', '\t')}`, 'utf16le'), 'utf-16le'],
    ['GBK', GBK, 'gb18030'],
    ['semicolons', csv(text.replaceAll(',', ';')), 'utf-8'],
    ['a quoted comma in the first heading', csv(text.replace('姓名', '"姓名"')), 'utf-8'],
  ];
  for (const [what, bytes, encoding] of saved) {
    const table = await openTable(bytes);
    t.equal(table.encoding, encoding, what);
    t.same(
      (await all(table)).slice(0, 2).map(({ cells }) => cells),
      expected,
      what,
    );
  }
});

t.test('quotes, line ends inside a cell, ragged and empty rows keep the numbers a spreadsheet program shows', async (t) => {
  const rows = await read(csv('a,b\n"x\ny","say ""hi"""\n\n,,\nlast,1,2,3,,\n'));
  t.same(
    rows.map(({ number, cells }) => [number, ...cells]),
    [
      [1, 'a', 'b'],
      [2, 'x\ny', 'say "hi"'],
      [5, 'last', '1', '2', '3'],
    ],
  );
});

t.test('a character cut in two by the end of a piece is whole, in each encoding', async (t) => {
  const word = '热线'.repeat(40_000);
  for (const bytes of [csv(`a${word}\n`), Buffer.from(`\ufeff${word}\n`, 'utf16le')]) {
    const [row] = await read(bytes, { cellCharacters: 1_000_000 });
    t.equal(row?.cells[0]?.replace(/^a/, ''), word);
  }
});

const STYLES = `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/><numFmt numFmtId="165" formatCode="[$-804]yyyy/m/d h:mm"/><numFmt numFmtId="166" formatCode="[Red]#,##0_);\\(#,##0\\)"/><numFmt numFmtId="167" formatCode="&quot;days&quot;0"/></numFmts>
<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>${[0, 14, 164, 165, 20, 166, 167, 31].map((id) => `<xf numFmtId="${id}"/>`).join('')}</cellXfs></styleSheet>`;
const styled = (style: number, value: number | string) => ({ xml: `<v>${value}</v>`, attributes: `s="${style}"` });

t.test('the cells of an .xlsx are what a person sees in them', async (t) => {
  const strings =
    '<sst><si><t xml:space="preserve"> 前后 </t></si><si><r><t>临湖</t></r><r><t>区</t></r><rPh sb="0" eb="1"><t>línhú</t></rPh></si><si><t>a_x000D_b&amp;c</t></si></sst>';
  const cells: [what: string, cell: { xml: string; attributes?: string }, text: string, note?: string][] = [
    ['a shared text keeps its spaces', { xml: '<v>0</v>', attributes: 't="s"' }, ' 前后 '],
    ['runs joined, the reading aid left out', { xml: '<v>1</v>', attributes: 't="s"' }, '临湖区'],
    ['escapes', { xml: '<v>2</v>', attributes: 't="s"' }, 'a\rb&c'],
    ['a telephone number typed as a number', { xml: '<v>1.99E10</v>' }, '19900000000'],
    ['a fraction', { xml: '<v>0.1</v>' }, '0.1'],
    ['18 digits are already rounded', { xml: '<v>370305199001011230</v>' }, '370305199001011200', 'digits_lost'],
    ['a day', styled(1, 46350), '2026-11-24'],
    ['a day in Chinese', styled(2, 46350), '2026-11-24'],
    ['a moment', styled(3, 46350.430555555555), '2026-11-24 10:20:00'],
    ['a time', styled(4, 0.4375), '10:30:00'],
    ['money is no day', styled(5, 46350), '46350'],
    ['the word days makes none', styled(6, 3), '3'],
    ['a built-in Chinese day', styled(7, 46350), '2026-11-24'],
    ['yes', { xml: '<v>1</v>', attributes: 't="b"' }, 'TRUE'],
    ['an error', { xml: '<v>#N/A</v>', attributes: 't="e"' }, '#N/A', 'error'],
    ['a formula', { xml: '<f>A1&amp;"x"</f><v>8001</v>' }, '8001', 'formula'],
    ['a formula of a text', { xml: '<f>A1</f><v>王岩</v>', attributes: 't="str"' }, '王岩', 'formula'],
  ];
  const [row] = await read(xlsx([cells.map(([, cell]) => cell)], { styles: STYLES, strings }));
  for (const [column, [what, , text, note]] of cells.entries()) {
    t.equal(row?.cells[column], text, what);
    t.same(row?.notes.filter((said) => said.column === column).map(({ kind }) => kind) ?? null, note ? [note] : [], what);
  }
  const [old] = await read(xlsx([[styled(1, 44888)]], { styles: STYLES, workbookPr: '<workbookPr date1904="1"/>' }));
  t.equal(old?.cells[0], '2026-11-24', 'days counted from 1904');
});

t.test('merged cells are told on each cell of them; other, hidden and empty things are left out', async (t) => {
  const bytes = xlsx([['单位', '姓名'], ['城管', '甲'], [null, '乙'], [], [null, '']], {
    merged: ['A2:A3', 'A1:XFD1'],
    sheets: '<sheet name="旧" state="hidden" r:id="rId2"/><sheet name="人员" r:id="rId1"/><sheet name="说明" r:id="rId2"/>',
    parts: [{ name: 'xl/worksheets/sheet2.xml', text: sheetXml([['not this']]) }],
  });
  const table = await openTable(bytes);
  t.match(table, { kind: 'xlsx', sheet: '人员', otherSheets: ['说明'], encoding: null });
  t.same(await all(table), [
    { number: 1, cells: ['单位', '姓名'], notes: [0, 1].map((column) => ({ column, kind: 'merged' })) },
    { number: 2, cells: ['城管', '甲'], notes: [{ column: 0, kind: 'merged' }] },
    { number: 3, cells: ['', '乙'], notes: [{ column: 0, kind: 'merged' }] },
  ]);
  t.equal((await all(table)).length, 3, 'and once more: a preview first, then the import');
});

t.test('a bad file is refused with its reason', async (t) => {
  const good = xlsx([['a']]);
  const bad: [what: string, bytes: Buffer, code: string, details: Record<string, unknown>][] = [
    ['nothing', Buffer.alloc(0), 'table.unreadable', { reason: 'empty' }],
    ['an old .xls', Buffer.from('d0cf11e0a1b11ae1000000', 'hex'), 'table.unreadable', { reason: 'old_format_or_password' }],
    ['a zip of something else', zip([{ name: 'word/document.xml', text: 'x' }]), 'table.unreadable', { reason: 'not_a_spreadsheet' }],
    ['cut off', good.subarray(0, good.length - 30), 'table.unreadable', { reason: 'damaged' }],
    [
      'no visible sheet',
      xlsx([['a']], { sheets: '<sheet name="a" state="veryHidden" r:id="rId1"/>' }),
      'table.unreadable',
      { reason: 'no_visible_sheet' },
    ],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452ff00', 'hex'), 'table.unreadable', { reason: 'encoding' }],
    ['bytes that would pass for letters', Buffer.from('6100622c63', 'hex'), 'table.unreadable', { reason: 'encoding' }],
    ['a lone quotation mark', csv('a,b\n"x,y\n'), 'table.unreadable', { reason: 'quote' }],
    [
      'XML cut off in the middle',
      xlsx([['a']], { parts: [{ name: 'xl/worksheets/sheet1.xml', text: '<worksheet><sheetData><row r="1">' }] }),
      'table.unreadable',
      { reason: 'damaged' },
    ],
    [
      'a password on one part',
      xlsx([['a']], { parts: [{ name: 'xl/styles.xml', text: '<styleSheet/>', flags: 1 }] }),
      'table.unreadable',
      { reason: 'encrypted' },
    ],
  ];
  for (const [what, bytes, code, details] of bad) await t.rejects(read(bytes), { code, details }, what);
});

t.test('a file that unpacks to more than it may is not unpacked', async (t) => {
  const bomb = sheetXml([]).replace('<sheetData>', `<sheetData>${' '.repeat(8_000_000)}`);
  const honest = xlsx([], { parts: [{ name: 'xl/worksheets/sheet1.xml', text: bomb }] });
  const lying = xlsx([], { parts: [{ name: 'xl/worksheets/sheet1.xml', text: bomb, claims: 400 }] });
  t.ok(honest.length < 20_000, 'the file itself is small');
  await t.rejects(openTable(honest, { unpackedBytes: 1_000_000 }), {
    code: 'table.too_large',
    details: { limit: 'unpackedBytes', atMost: 1_000_000 },
  });
  await t.rejects(read(lying, { unpackedBytes: 1_000_000 }), { code: 'table.unreadable', details: { reason: 'damaged' } });
});

t.test('each limit holds, and what is at it passes', async (t) => {
  const rows = (count: number): Buffer => xlsx(Array.from({ length: count }, (_, index) => [`r${index}`]));
  t.equal((await read(rows(3), { rows: 3 })).length, 3);
  const over: [limit: keyof TableLimits, bytes: Buffer, limits: Partial<TableLimits>][] = [
    ['rows', rows(4), { rows: 3 }],
    ['rows', csv('a\nb\nc\nd\n'), { rows: 3 }],
    ['columns', xlsx([['a', 'b', 'c']]), { columns: 2 }],
    ['columns', csv('a,b,c\n'), { columns: 2 }],
    ['cellCharacters', xlsx([['abcd']]), { cellCharacters: 3 }],
    ['cellCharacters', csv('abcd\n'), { cellCharacters: 3 }],
    ['cellCharacters', csv(`"${'x'.repeat(5_000)}\n`), { cellCharacters: 10, columns: 2 }],
    ['mergedRanges', xlsx([['a']], { merged: ['A1:B1', 'A2:B2'] }), { mergedRanges: 1 }],
    ['fileBytes', csv('abcd'), { fileBytes: 3 }],
  ];
  for (const [limit, bytes, limits] of over) await t.rejects(read(bytes, limits), { code: 'table.too_large', details: { limit } }, limit);
  const formatted = xlsx([['a'], ...Array.from({ length: 50 }, () => [{ xml: '' }])]);
  t.equal((await read(formatted, { rows: 1 })).length, 1, 'rows that are only formatted do not count');
});

t.test('columns are found by their headings, below titles and under other names', async (t) => {
  const headings = [
    { key: 'name', titles: ['姓名', 'name'], isRequired: true },
    { key: 'phone', titles: ['电话', '手机号'], isRequired: true },
    { key: 'note', titles: ['备注'], isRequired: false },
  ] as const;
  const named = async (bytes: Buffer) => namedTable(await openTable(bytes), headings);
  const table = await named(
    xlsx([
      ['临湖区热线人员表'],
      [],
      ['工号', ' 手机号（必填）', '姓 名*'],
      ['7', ' 19900000001 ', '王岩'],
      ['8'],
      [null, { xml: '<f>B4</f><v>1</v>' }, '李'],
    ]),
  );
  t.match(table, { headingRow: 3, unknown: ['工号'], present: ['phone', 'name'] });
  const rows = [];
  for await (const row of table.rows()) rows.push(row);
  t.same(rows, [
    { number: 4, values: { name: '王岩', phone: '19900000001', note: '' }, notes: [] },
    { number: 6, values: { name: '李', phone: '1', note: '' }, notes: [{ key: 'phone', kind: 'formula' }] },
  ]);
  await t.rejects(named(csv('姓名,备注\n王,x\n')), { code: 'table.headings_missing', details: { missing: ['电话'] } });
  await t.rejects(named(csv('甲,乙\n')), { code: 'table.headings_missing', details: { missing: ['姓名', '电话'] } });
  await t.rejects(named(csv('姓名,电话,手机号\n')), { code: 'table.headings_twice', details: { row: 1, twice: ['电话'] } });
});

t.test('fifty thousand rows are read one at a time', async (t) => {
  const line = ['261116235122004178', '临湖街道', '19900000001', '路灯不亮，请派人来看。'.repeat(6), '2026-11-24', '住房城建'];
  const bytes = xlsx(Array.from({ length: 50_000 }, () => line));
  let count = 0;
  for await (const { cells } of (await openTable(bytes)).rows()) count += cells.length === line.length ? 1 : 0;
  t.equal(count, 50_000);
});

t.test('what we write is read again as it was meant: texts as texts, dates as dates', async (t) => {
  const nasty = [
    '=1+1',
    '+86',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '<script>alert(1)</script>&"',
    '_x0041_',
    'a\u0000b\ud800',
    '姓\n名',
    ' 前后有空格 ',
  ];
  const instant = new Date('2026-11-24T16:30:00Z');
  const columns = [
    { title: '内容', width: 40 },
    { title: '时刻', width: 16 },
    { title: '数', width: 8 },
  ];
  const rows = nasty.map((text) => [text, instant, 3]);
  const bytes = await buffer(xlsxStream([{ name: '工单/1', columns, rows: [...rows, [null, null, null], ['=末', null, 1.5]] }]));
  const sheet = await read(bytes);
  t.same(sheet[0]?.cells.slice(0, 3), ['内容', '时刻', '数']);
  const texts = sheet.slice(1, 1 + nasty.length).map((row) => row.cells[0]);
  const shown = nasty.map((text) => (text.includes('\u0000') ? 'ab\ufffd' : text).trim());
  t.same(
    texts.map((text) => text?.trim()),
    shown,
  );
  t.same(
    new Set(sheet.slice(1, 1 + nasty.length).map((row) => row.cells[1])),
    new Set(['2026-11-25 00:30:00']),
    'the wall clock of Shanghai',
  );
  t.ok(
    sheet.every((row) => row.notes.length === 0),
    'nothing is a formula',
  );
  const xml = (await entriesOf(bytes)).get('xl/worksheets/sheet1.xml') ?? '';
  t.notMatch(xml, /<f[ >]/);
  t.equal(xml.match(/s="3" t="inlineStr"/g)?.length, 6, 'what begins like a formula stays a text when somebody edits it');
  t.match(xml, '<c r="B2" s="2"><v>46351.020833');
});

t.test('a failing source breaks the file off; whoever goes away leaves nothing running', async (t) => {
  const failing = async function* () {
    yield ['a'];
    throw new Error('the database has gone');
  };
  const columns = [{ title: 'x', width: 8 }];
  await t.rejects(buffer(xlsxStream([{ name: 's', columns, rows: failing() }])), { message: 'the database has gone' });
  let left = false;
  const endless = async function* () {
    try {
      for (let n = 0; ; n++) yield [`${n} ${Math.random()}`];
    } finally {
      left = true;
    }
  };
  const stream = xlsxStream([{ name: 's', columns, rows: endless() }]);
  let read = 0;
  for await (const piece of stream) {
    read += piece.length;
    if (read > 100_000) break;
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.ok(left);
});
