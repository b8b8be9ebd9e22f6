import t from 'tap';
import { harmlessName, typeOf } from '../../src/cases/file-types.ts';

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));

t.test('a file is what its bytes say', async (t) => {
  const kinds: [Uint8Array, string, string | undefined][] = [
    [bytes([0xff, 0xd8, 0xff, 0xe0]), 'a.png', 'image/jpeg'],
    [bytes([0x89], 'PNG\r\n\x1a\n'), 'a.jpg', 'image/png'],
    [bytes('GIF89a'), 'a', 'image/gif'],
    [bytes('RIFF', [1, 2, 3, 4], 'WEBP'), 'a', 'image/webp'],
    [bytes('RIFF', [1, 2, 3, 4], 'WAVE'), 'a.webp', undefined],
    [bytes('%PDF-1.7'), 'a', 'application/pdf'],
    [bytes([0, 0, 0, 24], 'ftypheic'), 'a.jpg', 'image/heic'],
    [bytes([0, 0, 0, 24], 'ftypisom'), 'a', 'video/mp4'],
    [bytes('PK\x03\x04'), '说明.DOCX', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    [bytes('PK\x03\x04'), 'macros.docm', undefined],
    [bytes('PK\x03\x04'), 'bomb.zip', undefined],
    [bytes('<!doctype html><script>alert(1)</script>'), 'a.jpg', undefined],
    [bytes('<svg xmlns="http://www.w3.org/2000/svg">'), 'a.png', undefined],
    [bytes('MZ'), 'a.pdf', undefined],
    [bytes(), 'a.jpg', undefined],
  ];
  for (const [head, name, mime] of kinds) t.equal(typeOf(head, name)?.mime, mime, `${name} ${mime ?? 'refused'}`);
});

t.test('a name leads nowhere and hides nothing', async (t) => {
  const jpeg = { mime: 'image/jpeg', extension: 'jpg', isPicture: true };
  t.equal(harmlessName('../../etc/passwd', jpeg), 'passwd.jpg');
  t.equal(harmlessName('C:\\照片\\门口.JPEG', jpeg), '门口.jpg');
  t.equal(harmlessName('photo\u202egpj.exe', jpeg), 'photogpj.jpg', 'a mark that turns the writing round');
  t.equal(harmlessName('a"; filename="x.html\r\n', jpeg), 'a filename=x.jpg');
  t.equal(harmlessName('...', jpeg), '附件.jpg');
  t.equal([...harmlessName('长'.repeat(500), jpeg)].length, 84);
  t.ok(harmlessName('half \ud800', jpeg).isWellFormed());
});
