import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooseAddresses, rangesInUse } from './address-ranges.mjs';
import { lostRules, rulesOf, rulesToDelete, sharedChains, sharedChainsRemoval } from './firewall-rules.mjs';
import { systemPath } from './machine.mjs';
import { PhaseError } from './phases.mjs';
import { CommandError, run } from './run-command.mjs';

const env = { ...process.env, PATH: systemPath() };

/**
 * What the engine's network took from the host, and how the host was before.
 *
 * @typedef {{ bridge: string, address: string, pool: string, range: string, hadDockerChains: boolean, forwarded: string,
 *   forwardPolicy: string, added?: import('./firewall-rules.mjs').Rule[] }} NetworkRecord
 *   added: rules of the engine that name none of its bridges
 */

const forwarding = '/proc/sys/net/ipv4/ip_forward';

/**
 * The engine gets a bridge of its own, never docker0: that one may belong to another engine, and a name that is made
 * from the state folder tells for sure what to remove at the end.
 *
 * @param {string} dir
 */
export const bridgeOf = (dir) => `matryo-${createHash('sha256').update(dir).digest('hex').slice(0, 6)}`;

/** @param {string} dir */
const networkStore = (dir) => join(dir, 'data/network/files/local-kv.db');

/** @param {string} dir */
const recordFile = (dir) => join(dir, 'network.json');

/**
 * Makes the bridge. What an earlier engine left must be removed before, or its addresses look taken.
 *
 * @param {string} dir
 * @returns {Promise<NetworkRecord & { rulesBefore: string }>}
 */
export async function makeNetwork(dir) {
  const rangeFile = join(dir, 'last-range');
  const last = existsSync(rangeFile) ? readFileSync(rangeFile, 'utf8').trim() : undefined;
  const chosen = chooseAddresses(rangesInUse(), last ? [last] : []);
  if (!chosen) {
    throw new PhaseError(
      'Every private range of IPv4 addresses is routed on this machine already; an engine of our own has no room.',
      'set DOCKER_HOST to an engine that you configured yourself.',
    );
  }
  const bridge = bridgeOf(dir);
  const rulesBefore = await savedRules();
  /** @type {NetworkRecord} */
  const record = {
    bridge,
    address: chosen.bridge,
    pool: chosen.pool,
    range: chosen.range,
    hadDockerChains: sharedChains(rulesBefore).length > 0,
    forwarded: readFileSync(forwarding, 'utf8').trim(),
    forwardPolicy: /^:FORWARD (ACCEPT|DROP)/m.exec(rulesBefore)?.[1] ?? 'ACCEPT',
  };
  writeFileSync(recordFile(dir), JSON.stringify(record));
  writeFileSync(rangeFile, `${chosen.range}\n`);
  await run('ip', ['link', 'add', 'name', bridge, 'type', 'bridge'], { env });
  await run('ip', ['address', 'add', chosen.bridge, 'dev', bridge], { env });
  await run('ip', ['link', 'set', bridge, 'up'], { env });
  return { ...record, rulesBefore };
}

/**
 * Compares the firewall after the engine's start with the one before. A starting dockerd empties the chains that all
 * engines on a machine share: another engine gets its rules back. What came besides is remembered for the end.
 *
 * @param {string} dir
 * @param {NetworkRecord & { rulesBefore: string }} network
 */
export async function settleRules(dir, { rulesBefore, ...record }) {
  const rulesNow = await savedRules();
  const added = lostRules(rulesNow, rulesBefore).filter(({ rule }) => !rule.includes(` ${record.bridge} `));
  writeFileSync(recordFile(dir), JSON.stringify({ ...record, added: record.hadDockerChains ? added : [] }));
  const lost = lostRules(rulesBefore, rulesNow);
  for (const { table, rule } of lost.reverse()) await applyRules(table, [rule.replace(/^-A (\S+)/, '-I $1 1')]);
}

/**
 * Removes bridges and firewall rules of an engine that has ended, cleanly or not. Nothing happens when there are none.
 *
 * @param {string} dir
 */
export async function removeNetwork(dir) {
  if (!existsSync(recordFile(dir)) && !existsSync(networkStore(dir))) return;
  const record = readRecord(dir);
  const bridges = [bridgeOf(dir), ...networkBridges(dir)];
  for (const bridge of bridges) {
    const ports = join('/sys/class/net', bridge, 'brif');
    const links = existsSync(ports) ? readdirSync(ports) : [];
    for (const link of [...links, bridge]) await run('ip', ['link', 'delete', link], { env }).catch(ignoreCommandError);
  }
  const rules = await savedRules();
  for (const { table, rule } of rulesToDelete(rules, bridges, record?.range)) await applyRules(table, [rule]);
  const added = new Set(record?.added?.map(({ table, rule }) => `${table} ${rule}`));
  for (const { table, rule } of rulesOf(rules).filter((each) => added.has(`${each.table} ${each.rule}`))) {
    await applyRules(table, [rule.replace(/^-A/, '-D')]);
  }
  if (record && !record.hadDockerChains) await restoreForwarding(record);
  // At its next start dockerd would find its old default network in here, and then delete whatever is called docker0,
  // also another engine's. Networks are as short-lived as the labs that they were made for.
  rmSync(networkStore(dir), { force: true });
  rmSync(recordFile(dir), { force: true });
}

/**
 * @param {NetworkRecord} record
 */
async function restoreForwarding(record) {
  const removal = sharedChainsRemoval(await savedRules());
  if (!removal) return; // another engine has come to use them
  for (const { table, rules } of removal) await applyRules(table, rules);
  await run('iptables', ['--policy', 'FORWARD', record.forwardPolicy], { env }).catch(ignoreCommandError);
  if (record.forwarded === '0') writeFileSync(forwarding, '0');
}

/**
 * @param {string} dir
 * @returns {NetworkRecord | undefined}
 */
function readRecord(dir) {
  try {
    return JSON.parse(readFileSync(recordFile(dir), 'utf8'));
  } catch {
    return undefined; // missing, or killed while writing it: the bridge's name still tells most
  }
}

/**
 * The bridges of networks that containers were given: the engine's own store names them, also when it is dead.
 *
 * @param {string} dir
 */
function networkBridges(dir) {
  const store = networkStore(dir);
  if (!existsSync(store)) return [];
  const text = readFileSync(store, 'latin1');
  return readdirSync('/sys/class/net').filter((name) => /^br-[0-9a-f]{12}$/.test(name) && text.includes(name.slice(3)));
}

const savedRules = () => run('iptables-save', [], { env });

/**
 * @param {string} table
 * @param {string[]} rules
 */
async function applyRules(table, rules) {
  const input = `*${table}\n${rules.join('\n')}\nCOMMIT\n`;
  await run('iptables-restore', ['--noflush', '--wait', '10'], { env, input }).catch(ignoreCommandError);
}

/** @param {unknown} error */
function ignoreCommandError(error) {
  if (!(error instanceof CommandError)) throw error; // gone already, or never made
}
