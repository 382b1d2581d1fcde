import { join } from 'node:path';
import { activeContext, DockerContextError } from './docker-context.mjs';
import { privateEngineDir } from './paths.mjs';
import { pingEngine } from './ping-engine.mjs';

/**
 * @typedef {{ outcome: 'found', env: Record<string, string>, detail: string, isPrivate: boolean }} FoundEngine
 *   env: what the program and docker's client need to reach it
 * @typedef {{ outcome: 'none' }} NoEngine there is none, and nobody said that there should be one
 * @typedef {{ outcome: 'problem', sentence: string, fix: string }} EngineProblem
 *   one was named or is there, but cannot be used; another one must not be taken silently
 * @typedef {{ env: NodeJS.ProcessEnv, usualSockets: string[], privateSocket: string, ping: typeof pingEngine }} Surroundings
 */

const runtimeDir = process.env.XDG_RUNTIME_DIR || `/run/user/${process.getuid?.() ?? 0}`;

/** @type {Surroundings} */
const thisMachine = {
  env: process.env,
  usualSockets: ['/var/run/docker.sock', join(runtimeDir, 'docker.sock')],
  privateSocket: join(privateEngineDir, 'docker.sock'),
  ping: pingEngine,
};

/**
 * DOCKER_HOST, else the active Docker context, else the usual sockets, else a private engine that runs already.
 *
 * @param {Surroundings} [surroundings]
 * @returns {Promise<FoundEngine | NoEngine | EngineProblem>}
 */
export async function findEngine(surroundings = thisMachine) {
  const { env } = surroundings;
  if (env.DOCKER_HOST) return engineOfDockerHost(env.DOCKER_HOST, surroundings);
  try {
    const context = activeContext(env);
    if (context) return await engineOfContext(context, surroundings);
  } catch (error) {
    if (!(error instanceof DockerContextError)) throw error;
    const fix = 'choose another one with `docker context use`, or set DOCKER_HOST.';
    return { outcome: 'problem', sentence: error.message, fix };
  }
  return engineOfSockets(surroundings);
}

/**
 * @param {string} host
 * @param {Surroundings} surroundings
 * @returns {Promise<FoundEngine | EngineProblem>}
 */
async function engineOfDockerHost(host, { env, privateSocket, ping }) {
  const certPath = env.DOCKER_TLS_VERIFY ? env.DOCKER_CERT_PATH || join(env.HOME || '', '.docker') : undefined;
  const result = await ping(host, { certPath });
  if (result === 'answers') return found(host, 'DOCKER_HOST', { isPrivate: host === `unix://${privateSocket}` });
  if (result === 'denied') return denied(host.replace('unix://', ''));
  return {
    outcome: 'problem',
    sentence: `DOCKER_HOST is ${host}, but no engine answers there.`,
    fix: 'start that engine, correct DOCKER_HOST, or unset it to let this command find an engine.',
  };
}

/**
 * @param {import('./docker-context.mjs').DockerContext} context
 * @param {Surroundings} surroundings
 * @returns {Promise<FoundEngine | EngineProblem>}
 */
async function engineOfContext({ name, host, certPath }, { ping }) {
  const result = await ping(host, { certPath });
  if (result === 'answers') return found(host, `Docker context ${name}`, certPath ? { certPath } : {});
  if (result === 'denied') return denied(host.replace('unix://', ''));
  return {
    outcome: 'problem',
    sentence: `The active Docker context "${name}" is ${host}, but no engine answers there.`,
    fix: 'start that engine, or type: docker context use default',
  };
}

/**
 * @param {Surroundings} surroundings
 * @returns {Promise<FoundEngine | NoEngine | EngineProblem>}
 */
async function engineOfSockets({ usualSockets, privateSocket, ping }) {
  /** @type {EngineProblem | undefined} */
  let problem;
  for (const socket of [...new Set([...usualSockets, privateSocket])]) {
    const result = await ping(`unix://${socket}`);
    const isPrivate = socket === privateSocket;
    if (result === 'answers') return found(`unix://${socket}`, isPrivate ? 'private engine' : socket, { isPrivate });
    if (isPrivate) continue; // what is left of a private engine is cleaned up by the next one
    if (result === 'denied') problem ??= denied(socket);
    if (result === 'silent') problem ??= silent(socket);
  }
  return problem ?? { outcome: 'none' };
}

/**
 * @param {string} host
 * @param {string} detail
 * @param {{ certPath?: string, isPrivate?: boolean }} options
 * @returns {FoundEngine}
 */
function found(host, detail, { certPath, isPrivate = false }) {
  const tls = certPath ? { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certPath } : {};
  return { outcome: 'found', env: { DOCKER_HOST: host, ...tls }, detail, isPrivate };
}

/**
 * @param {string} socket
 * @returns {EngineProblem}
 */
const denied = (socket) => ({
  outcome: 'problem',
  sentence: `There is an engine at ${socket}, but this user may not use it.`,
  fix: 'type: sudo usermod -aG docker "$USER", then log out and in again (or use `newgrp docker`).',
});

/**
 * @param {string} socket
 * @returns {EngineProblem}
 */
const silent = (socket) => ({
  outcome: 'problem',
  sentence: `Something listens at ${socket}, but it does not answer like an engine.`,
  fix: `look at that engine's log and restart it, or set DOCKER_HOST to another one.`,
});
