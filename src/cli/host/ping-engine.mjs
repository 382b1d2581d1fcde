import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';

/**
 * @typedef {'answers' | 'absent' | 'denied' | 'silent'} PingResult
 *   absent: nothing listens there; denied: something may, but we may not ask; silent: no or a wrong answer
 */

// A socket that starts its service on demand answers late.
const pingMilliseconds = 15_000;

/**
 * @param {string} host as in DOCKER_HOST
 * @param {{ certPath?: string | undefined, milliseconds?: number }} [options] certPath: TLS with the files in that folder
 * @returns {Promise<PingResult>}
 */
export function pingEngine(host, { certPath, milliseconds = pingMilliseconds } = {}) {
  if (host.startsWith('ssh://')) return pingByClient(host, milliseconds);
  const request = requestOptions(host, certPath);
  if (!request) return Promise.resolve('absent');
  return new Promise((resolve) => {
    const { get } = certPath ? https : http;
    const asked = get({ ...request, path: '/_ping', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? 'answers' : 'silent');
    });
    asked.setTimeout(milliseconds, () => asked.destroy(new Error('too late')));
    asked.on('error', (error) => resolve(resultOf(/** @type {NodeJS.ErrnoException} */ (error).code)));
  });
}

/**
 * @param {string} host
 * @param {string | undefined} certPath
 * @returns {https.RequestOptions | undefined}
 */
function requestOptions(host, certPath) {
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) };
  if (!URL.canParse(host)) return undefined;
  const { protocol, hostname, port } = new URL(host);
  if (!['tcp:', 'http:', 'https:'].includes(protocol)) return undefined;
  const address = { hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port: port || (certPath ? 2376 : 2375) };
  return certPath ? { ...address, ...readCertificates(certPath) } : address;
}

/** @param {string} folder */
function readCertificates(folder) {
  /** @param {string} name */
  const read = (name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name)) : undefined);
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
}

/**
 * @param {string | undefined} code
 * @returns {PingResult}
 */
function resultOf(code) {
  if (code === 'EACCES' || code === 'EPERM') return 'denied';
  return code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTFOUND' ? 'absent' : 'silent';
}

/**
 * @param {string} host
 * @param {number} milliseconds
 * @returns {Promise<PingResult>}
 */
function pingByClient(host, milliseconds) {
  return new Promise((resolve) => {
    const args = ['-H', host, 'version', '--format', '{{.Server.Version}}'];
    const client = spawn('docker', args, { stdio: 'ignore', timeout: milliseconds });
    client.on('error', () => resolve('absent'));
    client.on('close', (code) => resolve(code === 0 ? 'answers' : 'silent'));
  });
}
