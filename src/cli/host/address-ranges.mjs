import { existsSync, readFileSync } from 'node:fs';

/** @typedef {{ first: number, last: number }} Range IPv4 addresses as numbers, both ends included */

/** @param {string} text such as 10.1.2.3 */
export function parseAddress(text) {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** @param {number} address */
const formatAddress = (address) => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');

/**
 * @param {string} cidr such as 10.1.0.0/16
 * @returns {Range | undefined}
 */
export function parseRange(cidr) {
  const [base = '', bits = ''] = cidr.split('/');
  const address = parseAddress(base);
  const prefix = Number(bits);
  if (address === undefined || bits === '' || !Number.isInteger(prefix) || prefix < 0 || prefix > 32) return undefined;
  const size = 2 ** (32 - prefix);
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1 };
}

/**
 * @param {Range} one
 * @param {Range} other
 */
export const overlap = (one, other) => one.first <= other.last && other.first <= one.last;

/**
 * @param {string} text the content of /proc/net/fib_trie: all routing tables, also those of VPNs, and all addresses
 * @returns {Range[]}
 */
export function routedRanges(text) {
  /** @type {Range[]} */
  const ranges = [];
  let base = '';
  for (const line of text.split('\n')) {
    const leaf = /\|-- ([\d.]+)$/.exec(line.trim());
    if (leaf?.[1]) base = leaf[1];
    const prefix = /^\s*\/(\d+) \S+ [A-Z]+/.exec(line)?.[1];
    // The default route covers everything and so says nothing about what is taken.
    const range = prefix && prefix !== '0' ? parseRange(`${base}/${prefix}`) : undefined;
    if (range) ranges.push(range);
  }
  return ranges;
}

/**
 * @param {string} text the content of resolv.conf: name servers are reached over the default route, so no route
 *   protects their addresses from a bridge that takes them over
 * @returns {Range[]}
 */
export function nameserverRanges(text) {
  const addresses = [...text.matchAll(/^\s*nameserver\s+([\d.]+)\s*$/gm)].map((match) => parseRange(`${match[1]}/32`));
  return addresses.filter((range) => range !== undefined);
}

/** @returns {Range[]} */
export function rangesInUse() {
  /** @param {string} file */
  const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  return [...routedRanges(read('/proc/net/fib_trie')), ...nameserverRanges(read('/etc/resolv.conf'))];
}

/**
 * bridge: the bridge's own address; pool: what networks are carved from; range: holds both.
 *
 * @typedef {{ bridge: string, pool: string, range: string }} Addresses
 */

// Labs have engines of their own, whose networks lie in Docker's usual 172.17 to 172.31: 10.x comes first.
const candidates = [
  ...Array.from({ length: 56 }, (_, index) => `10.${200 + index}.0.0/16`),
  ...Array.from({ length: 200 }, (_, index) => `10.${199 - index}.0.0/16`),
  ...Array.from({ length: 16 }, (_, index) => `172.${31 - index}.0.0/16`),
  '192.168.0.0/16',
];

/**
 * @param {Range[]} taken
 * @param {string[]} [preferred] what was chosen last time: its networks are still in the engine's store
 * @returns {Addresses | undefined} undefined when everything private is taken
 */
export function chooseAddresses(taken, preferred = []) {
  const free = [...preferred, ...candidates].filter((cidr) => {
    const range = parseRange(cidr);
    return range && !taken.some((other) => overlap(range, other));
  });
  const range = free[0];
  const chosen = range ? parseRange(range) : undefined;
  if (!range || !chosen) return undefined;
  // One range of 2^16 serves both: its first 256 addresses the bridge, its upper half 2048 networks of 16.
  const half = chosen.first + (chosen.last - chosen.first + 1) / 2;
  return { bridge: `${formatAddress(chosen.first + 1)}/24`, pool: `${formatAddress(half)}/17`, range };
}
