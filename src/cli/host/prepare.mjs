import { installDependencies, missingInstallation } from './dependencies.mjs';
import { findEngine } from './find-engine.mjs';
import { aptLine, canInstall, installPackages, missingPackages } from './host-packages.mjs';
import { startsServices, usesApt } from './machine.mjs';
import { privateEngineDir } from './paths.mjs';
import { PhaseError } from './phases.mjs';
import { privateEngineHost, usePrivateEngine } from './private-engine.mjs';
import { pause } from './run-command.mjs';

/**
 * @typedef {'none' | 'find' | 'require'} EngineDemand what a command needs: no engine; to know of one; one that answers
 * @typedef {{ engine: EngineDemand, browser: boolean, guest?: boolean }} Demand
 *   guest: it boots a machine of its own
 * @typedef {import('./find-engine.mjs').FoundEngine} FoundEngine
 * @typedef {Awaited<ReturnType<typeof findEngine>>} EngineSearch
 * @typedef {{ installation: import('./dependencies.mjs').Installation, packages: import('./host-packages.mjs').HostPackage[],
 *   engine: EngineSearch }} Need
 */

/**
 * What is missing for a demand. Looks only; changes nothing and asks nothing of the network.
 *
 * @param {Demand} demand
 * @returns {Promise<Need>}
 */
export async function findNeed({ engine: wanted, browser, guest }) {
  const installation = missingInstallation();
  const engine = wanted === 'none' ? /** @type {const} */ ({ outcome: 'none' }) : await findEngine();
  const makesEngine = wanted === 'require' && engine.outcome === 'none';
  const packages = missingPackages([
    ...(installation === 'ready' ? [] : [/** @type {const} */ ('dependencies')]),
    ...(makesEngine ? [/** @type {const} */ ('engine')] : []),
    ...(wanted === 'require' ? [/** @type {const} */ ('images')] : []),
    ...(browser ? [/** @type {const} */ ('test')] : []),
    ...(guest ? [/** @type {const} */ ('guest')] : []),
  ]);
  return { installation, packages, engine };
}

/**
 * @param {Need} need
 * @returns {string[]} what --offline lacks, as a person would install it
 */
export function missingOffline({ installation, packages }) {
  const required = packages.filter(({ optional }) => !optional);
  return [
    ...(installation === 'ready' ? [] : ['node_modules (run `npm start` once with the network)']),
    ...(required.length === 0 ? [] : [`${required.map(({ name }) => name).join(', ')} (${aptLine(required)})`]),
  ];
}

/**
 * Brings the machine to where the program can run.
 *
 * @param {Demand} demand
 * @param {Need} need
 * @param {import('./phases.mjs').Phases} phases
 * @returns {Promise<FoundEngine | undefined>}
 */
export async function prepare(demand, need, phases) {
  const wanted = need.packages.filter(({ optional }) => !optional || canInstall());
  if (demand.engine === 'require') await refuseEarly(need, phases);
  if (wanted.length > 0) await phases.run('host packages', (phase) => installPackages(wanted, phase));
  await phases.run('dependencies', async (phase) => {
    if (need.installation !== 'ready') await installDependencies(phase);
  });
  if (demand.engine === 'none') return undefined;
  if (demand.engine === 'find') return need.engine.outcome === 'found' ? need.engine : undefined;
  return phases.run('engine', async (phase) => {
    const engine = await provideEngine(need.engine);
    phase.note(engine.detail);
    return engine;
  });
}

/**
 * An engine that will not come must be said before minutes go into anything else.
 *
 * @param {Need} need
 * @param {import('./phases.mjs').Phases} phases
 */
async function refuseEarly({ engine, packages }, phases) {
  if (engine.outcome === 'found') return;
  if (engine.outcome === 'none' && canInstall()) return;
  await phases.run('engine', async () => {
    if (engine.outcome === 'problem') throw new PhaseError(engine.sentence, engine.fix);
    if (!usesApt()) {
      throw new PhaseError(
        'No engine answers on this machine.',
        'install and start Docker Engine, or set DOCKER_HOST.',
      );
    }
    const install = packages.some(({ neededFor }) => neededFor === 'engine')
      ? 'apt-get install -y docker.io'
      : 'service docker start';
    throw new PhaseError(
      'No engine answers on this machine, and only root can install and start one.',
      `type: sudo ${install} && sudo usermod -aG docker "$USER", then log in again; or run this command as root.`,
    );
  });
}

/**
 * @param {EngineSearch} search
 * @returns {Promise<FoundEngine>}
 */
async function provideEngine(search) {
  if (search.outcome === 'problem') throw new PhaseError(search.sentence, search.fix);
  if (search.outcome === 'found' && !search.isPrivate) return search;
  if (search.outcome === 'none') {
    const engine = await engineOfPackage();
    if (engine) return engine;
  }
  const how = await usePrivateEngine();
  const env = { DOCKER_HOST: privateEngineHost() };
  return { outcome: 'found', env, detail: `private engine ${how}, ${privateEngineDir}`, isPrivate: true };
}

/** Where an init starts services, docker.io's own engine comes up a moment after its installation. */
async function engineOfPackage() {
  if (!startsServices()) return undefined;
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await pause(250)) {
    const search = await findEngine();
    if (search.outcome === 'found') return search;
  }
  return undefined;
}
