import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** @typedef {{ name: string, host: string, certPath?: string }} DockerContext */

export class DockerContextError extends Error {}

/**
 * The context that the docker command would use, as its client reads it: DOCKER_CONTEXT, else `currentContext`.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {DockerContext | undefined} undefined for the default context
 */
export function activeContext(env) {
  const folder = env.DOCKER_CONFIG || join(env.HOME || homedir(), '.docker');
  const name = env.DOCKER_CONTEXT || currentContext(join(folder, 'config.json'));
  if (!name || name === 'default') return undefined;
  const id = createHash('sha256').update(name).digest('hex');
  const file = join(folder, 'contexts/meta', id, 'meta.json');
  const host = existsSync(file) ? readJson(file)?.Endpoints?.docker?.Host : undefined;
  if (typeof host !== 'string' || !host) {
    throw new DockerContextError(`The active Docker context "${name}" does not exist or names no engine (${file}).`);
  }
  const certPath = join(folder, 'contexts/tls', id, 'docker');
  return existsSync(certPath) ? { name, host, certPath } : { name, host };
}

/** @param {string} file */
function currentContext(file) {
  const name = existsSync(file) ? readJson(file)?.currentContext : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** @param {string} file */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new DockerContextError(`${file} cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
}
