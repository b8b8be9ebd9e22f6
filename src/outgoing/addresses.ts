import { BlockList, isIP } from 'node:net';

/**
 * Where the service may send at an administrator's bidding. Whoever can edit an address must not be able to make the service knock
 * on the doors of its own network: the switch, the database, a cloud's metadata.
 */
type Range = readonly [address: string, bits: number, family: 'ipv4' | 'ipv6'];

const PRIVATE: readonly Range[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 96, 'ipv6'], // unspecified, loopback and what was once IPv4 within IPv6
  ['64:ff9b::', 32, 'ipv6'], // IPv4 behind a translator
  ['100::', 64, 'ipv6'],
  ['2002::', 16, 'ipv6'], // 6to4 carries an IPv4 address that would be reached
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 9, 'ipv6'], // link-local and the site-local of old
  ['ff00::', 8, 'ipv6'],
];

const blockListOf = (ranges: readonly Range[]): BlockList => {
  const list = new BlockList();
  for (const [address, bits, family] of ranges) list.addSubnet(address, bits, family);
  return list;
};
const privateOnes = blockListOf(PRIVATE);
const loopback = blockListOf([
  ['127.0.0.0', 8, 'ipv4'],
  ['::1', 128, 'ipv6'],
]);

/** "10.20.0.0/16", "10.1.2.3", "fd00::/8". @returns null for anything else */
export const parseRange = (text: string): Range | null => {
  const [address = '', bits, ...rest] = text.trim().split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return null;
  const [most, family] = version === 4 ? ([32, 'ipv4'] as const) : ([128, 'ipv6'] as const);
  if (bits === undefined) return [address, most, family];
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most ? [address, Number(bits), family] : null;
};

/** An IPv4 address in the dress of IPv6 is the IPv4 address; `URL` writes it in hexadecimal. */
const plainly = (address: string): string => {
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (dotted) return dotted;
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address);
  if (!hex) return address;
  const [high, low] = [Number.parseInt(hex[1] ?? '', 16), Number.parseInt(hex[2] ?? '', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
};

const isIn = (list: BlockList, address: string): boolean => {
  const plain = plainly(address);
  const version = isIP(plain);
  return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
};

export type AddressRule = (address: string) => boolean;

/** May the service connect to this address? @param opened private ranges that the operator of the machine has opened */
export const createAddressRule = (opened: readonly string[]): AddressRule => {
  const open = blockListOf(opened.map(parseRange).filter((range) => range !== null));
  return (address) => isIP(plainly(address)) !== 0 && (isIn(open, address) || !isIn(privateOnes, address));
};

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

export const isLoopbackAddress: AddressRule = (address) => isIn(loopback, address);
/** Written out as this machine itself; a name that only leads here is not that. */
export const isLoopback = (url: URL): boolean => hostOf(url) === 'localhost' || isLoopbackAddress(hostOf(url));

export type AddressFault = 'url_unreadable' | 'url_has_login' | 'not_https' | 'address_private';

/** What is wrong with an address as it is written; what its name leads to is looked at when it is used. */
export const addressFault = (text: string, allowed: AddressRule): AddressFault | null => {
  if (!URL.canParse(text)) return 'url_unreadable';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'url_unreadable';
  if (url.username !== '' || url.password !== '') return 'url_has_login';
  if (isLoopback(url)) return null;
  if (url.protocol !== 'https:') return 'not_https';
  const host = hostOf(url);
  return isIP(host) !== 0 && !allowed(host) ? 'address_private' : null;
};
