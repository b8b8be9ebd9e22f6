/**
 * Telephone numbers as they arrive from Chinese trunks. Libraries call 12345 or 95588 invalid and a bare 8-digit landline
 * valid for the wrong place, so the short and local shapes are ours; what we store is always both the number as received
 * and one normal form that two spellings of the same line share.
 */
export type CallerNumber =
  | { kind: 'withheld'; received: string }
  | { kind: 'malformed'; received: string }
  | { kind: 'number'; received: string; normal: string };

const WITHHELD = new Set(['', 'anonymous', 'restricted', 'unavailable', 'unknown', '<unknown>', 'private', 'asterisk', 's']);

/**
 * @param received what the trunk sent, untrusted
 * @param areaCode the hotline's own area code with its 0, such as "0533": a bare landline is completed with it
 */
export const parseCallerNumber = (received: string, areaCode: string): CallerNumber => {
  const kept = received.slice(0, 64);
  if (WITHHELD.has(kept.trim().toLowerCase())) return { kind: 'withheld', received: kept };
  let digits = kept.replace(/[\s\-().]/g, '');
  if (!/^\+?\d{3,20}$/.test(digits)) return { kind: 'malformed', received: kept };
  digits = digits.replace(/^(?:\+86|0086)/, '');
  if (digits.startsWith('+')) return { kind: 'number', received: kept, normal: digits };
  // Some trunks prefix 0 to a mobile from another province, and some 86.
  const mobile = /^(?:0|86)?(1[3-9]\d{9})$/.exec(digits);
  if (mobile?.[1]) return { kind: 'number', received: kept, normal: mobile[1] };
  if (/^0\d{9,11}$/.test(digits)) return { kind: 'number', received: kept, normal: digits };
  // The leading 0 of an area code gets lost on some trunks: 5335550001 is 0533-5550001.
  const bareArea = areaCode.slice(1);
  if (digits.startsWith(bareArea) && (digits.length === bareArea.length + 7 || digits.length === bareArea.length + 8))
    return { kind: 'number', received: kept, normal: `0${digits}` };
  if (/^[2-9]\d{6,7}$/.test(digits)) return { kind: 'number', received: kept, normal: `${areaCode}${digits}` };
  return { kind: 'number', received: kept, normal: digits };
};

/** 138 **** 2046 / 0533 **** 018: enough to recognise a line by, not enough to ring it. */
export const maskNumber = (normal: string): string => {
  if (/^1\d{10}$/.test(normal)) return `${normal.slice(0, 3)} **** ${normal.slice(7)}`;
  if (normal.length >= 9) return `${normal.slice(0, 4)} **** ${normal.slice(-3)}`;
  if (normal.length <= 4) return '****';
  return `**** ${normal.slice(-2)}`;
};

/** 138 1234 2046 / 0533 5550 018, grouped as people read it. */
export const groupNumber = (normal: string): string => {
  if (/^1\d{10}$/.test(normal)) return `${normal.slice(0, 3)} ${normal.slice(3, 7)} ${normal.slice(7)}`;
  if (/^0\d{9,11}$/.test(normal)) return `${normal.slice(0, 4)} ${normal.slice(4, 8)} ${normal.slice(8)}`;
  return normal;
};
