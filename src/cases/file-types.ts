/** What a file is, by its first bytes; what its name or its sender says of it is not believed. */
export interface FileType {
  mime: string;
  extension: string;
  /** A browser may show it in the page: pictures that cannot carry a script. */
  isPicture: boolean;
}

/** Bytes that must be there to tell. */
export const HEAD_BYTES = 64;

const at = (head: Uint8Array, offset: number, text: string): boolean =>
  [...text].every((character, index) => head[offset + index] === character.charCodeAt(0));

const picture = (mime: string, extension: string): FileType => ({ mime, extension, isPicture: true });
const document = (mime: string, extension: string): FileType => ({ mime, extension, isPicture: false });

const OFFICE = 'application/vnd.openxmlformats-officedocument.';
/** All of them are zips and look alike at the front; those that may hold macros (.docm, .xlsm) are not among them. */
const ZIPPED: Readonly<Record<string, FileType>> = {
  docx: document(`${OFFICE}wordprocessingml.document`, 'docx'),
  xlsx: document(`${OFFICE}spreadsheetml.sheet`, 'xlsx'),
};

const HEIC = ['heic', 'heix', 'mif1', 'msf1'];
const VIDEO = ['isom', 'iso2', 'mp41', 'mp42', 'qt  ', 'avc1', 'M4V '];

const byBrand = (head: Uint8Array): FileType | null => {
  if (!at(head, 4, 'ftyp')) return null;
  // Only Apple's browsers show it, so it is handed out and not shown.
  if (HEIC.some((brand) => at(head, 8, brand))) return document('image/heic', 'heic');
  return VIDEO.some((brand) => at(head, 8, brand)) ? document('video/mp4', 'mp4') : null;
};

const endingOf = (name: string): string => /\.([a-z0-9]{1,5})$/i.exec(name.trim())?.[1]?.toLowerCase() ?? '';

/**
 * @param head the first HEAD_BYTES bytes, or all of a shorter file
 * @param name only tells two kinds of office documents apart, which are the same at the front
 * @returns null for everything that is not taken: programs, pages, drawings with scripts, archives
 */
export const typeOf = (head: Uint8Array, name: string): FileType | null => {
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return picture('image/jpeg', 'jpg');
  if (head[0] === 0x89 && at(head, 1, 'PNG\r\n\x1a\n')) return picture('image/png', 'png');
  if (at(head, 0, 'GIF87a') || at(head, 0, 'GIF89a')) return picture('image/gif', 'gif');
  if (at(head, 0, 'RIFF') && at(head, 8, 'WEBP')) return picture('image/webp', 'webp');
  if (at(head, 0, '%PDF-')) return document('application/pdf', 'pdf');
  if (at(head, 0, 'PK\x03\x04')) return ZIPPED[endingOf(name)] ?? null;
  return byBrand(head);
};

const LONGEST_NAME = 80;

/**
 * A name to show and to hand out: no path, nothing that a file system, a header or a reader could take for something else
 * (marks that turn the direction of writing hide an ending), and the ending that the bytes say.
 */
export const harmlessName = (name: string, type: FileType): string => {
  const last = name.normalize('NFC').split(/[\\/]/).at(-1) ?? '';
  const stem = last
    // biome-ignore lint/suspicious/noControlCharactersInRegex: naming them is the point
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff"*:<>?|;%]/g, '')
    .replace(/\.[a-z0-9]{1,5}$/i, '')
    .replace(/^[.\s]+|[.\s]+$/g, '')
    .toWellFormed();
  return `${[...stem].slice(0, LONGEST_NAME).join('') || '附件'}.${type.extension}`;
};
