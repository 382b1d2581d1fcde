import { overlap, parseRange } from './address-ranges.mjs';

/** @typedef {{ table: string, rule: string }} Rule as iptables-save prints it: `-A CHAIN …` */

/**
 * @param {string} saved what iptables-save printed
 * @returns {Rule[]}
 */
export function rulesOf(saved) {
  let table = '';
  /** @type {Rule[]} */
  const rules = [];
  for (const line of saved.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim();
    if (line.startsWith('-A ')) rules.push({ table, rule: line.trim() });
  }
  return rules;
}

/**
 * @param {string} before
 * @param {string} after
 * @returns {Rule[]} those that were there before and are not now
 */
export function lostRules(before, after) {
  const now = new Set(rulesOf(after).map(({ table, rule }) => `${table} ${rule}`));
  return rulesOf(before).filter(({ table, rule }) => !now.has(`${table} ${rule}`));
}

/**
 * @param {string} saved
 * @param {string[]} bridges
 * @param {string | undefined} range the addresses that the engine's networks lie in
 * @returns {Rule[]} deletions of all rules that name one of the bridges or an address in the range
 */
export function rulesToDelete(saved, bridges, range) {
  const own = range ? parseRange(range) : undefined;
  /** @param {string} rule */
  const isOurs = (rule) => {
    const words = rule.split(' ');
    return words.some((word, index) => {
      const option = words[index - 1] ?? '';
      if (['-i', '-o'].includes(option)) return bridges.includes(word);
      const addresses = rangeOf(option, word);
      return own !== undefined && addresses !== undefined && overlap(own, addresses) && !word.endsWith('/0');
    });
  };
  return rulesOf(saved)
    .filter(({ rule }) => isOurs(rule))
    .map(({ table, rule }) => ({ table, rule: rule.replace(/^-A/, '-D') }));
}

/**
 * @param {string} option
 * @param {string} word
 */
function rangeOf(option, word) {
  if (['-s', '-d'].includes(option)) return parseRange(word);
  // A published port's rule names no bridge, only the container: 10.200.0.2:80.
  return option === '--to-destination' ? parseRange(`${word.split(':')[0]}/32`) : undefined;
}

const isSharedChain = /^DOCKER(-[A-Z0-9-]+)?$/;

/**
 * @param {string} saved
 * @returns {{ table: string, chain: string }[]} the chains that all engines on a machine use together
 */
export function sharedChains(saved) {
  let table = '';
  /** @type {{ table: string, chain: string }[]} */
  const chains = [];
  for (const line of saved.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim();
    const chain = /^:(\S+)/.exec(line)?.[1];
    if (chain && isSharedChain.test(chain)) chains.push({ table, chain });
  }
  return chains;
}

/**
 * @param {string} saved
 * @returns {{ table: string, rules: string[] }[] | undefined} how to remove the shared chains; undefined while one of
 *   them holds a rule for some interface or address, which is another engine's
 */
export function sharedChainsRemoval(saved) {
  const rules = rulesOf(saved);
  const chains = sharedChains(saved);
  /** @param {string} rule */
  const chainOf = (rule) => rule.split(' ')[1] ?? '';
  /** @param {string} rule */
  const targetOf = (rule) => /(?:^| )-j (\S+)/.exec(rule)?.[1] ?? '';
  const touching = rules.filter(({ rule }) => isSharedChain.test(chainOf(rule)) || isSharedChain.test(targetOf(rule)));
  if (touching.some(({ rule }) => / -[io] | -s /.test(rule))) return undefined;
  return [...new Set(chains.map(({ table }) => table))].map((table) => {
    const here = chains.filter((each) => each.table === table).map(({ chain }) => chain);
    const jumps = touching.filter((each) => each.table === table && !isSharedChain.test(chainOf(each.rule)));
    const deletions = jumps.map(({ rule }) => rule.replace(/^-A/, '-D'));
    return {
      table,
      rules: [...deletions, ...here.map((chain) => `-F ${chain}`), ...here.map((chain) => `-X ${chain}`)],
    };
  });
}
