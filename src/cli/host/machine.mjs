import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const isRoot = () => process.getuid?.() === 0;

/** @typedef {{ id: string, like: string[] }} OsRelease */

/**
 * @param {string} text the content of /etc/os-release
 * @returns {OsRelease}
 */
export function parseOsRelease(text) {
  /** @type {Map<string, string>} */
  const fields = new Map();
  for (const line of text.split('\n')) {
    const match = /^\s*([A-Z0-9_]+)=(.*?)\s*$/.exec(line);
    if (match?.[1] && match[2] !== undefined) fields.set(match[1], match[2].replace(/^(["'])(.*)\1$/, '$2'));
  }
  return { id: fields.get('ID') ?? '', like: (fields.get('ID_LIKE') ?? '').split(/\s+/).filter(Boolean) };
}

/** @param {OsRelease} os */
export const isDebianLike = ({ id, like }) => [id, ...like].some((name) => name === 'debian' || name === 'ubuntu');

/** Whether this machine installs packages with apt-get. */
export function usesApt() {
  if (!existsSync('/etc/os-release')) return false;
  return isDebianLike(parseOsRelease(readFileSync('/etc/os-release', 'utf8'))) && findCommand('apt-get') !== undefined;
}

/** Whether an init runs here that starts the services of freshly installed packages. */
export const startsServices = () => existsSync('/run/systemd/system');

// A user's PATH on Debian lacks the folders where dockerd, ip and iptables live.
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin'];

/**
 * @param {string} name
 * @param {string} [path]
 * @returns {string | undefined} where the command is
 */
export function findCommand(name, path = process.env.PATH ?? '') {
  for (const folder of [...path.split(delimiter).filter(Boolean), ...systemFolders]) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/** @returns {string} PATH with the system's folders, for children that need dockerd, ip and iptables */
export function systemPath() {
  const own = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return [...new Set([...own, ...systemFolders])].join(delimiter);
}

/**
 * When a process started, in the kernel's clock ticks since boot. Together with the pid it names a process for good:
 * the pid alone is used again.
 *
 * @param {number} pid
 * @param {string} [proc]
 * @returns {string | undefined} undefined when there is no such process
 */
export function startTimeOf(pid, proc = '/proc') {
  try {
    const stat = readFileSync(join(proc, String(pid), 'stat'), 'utf8');
    // The second field is the command's name in brackets, which may itself hold brackets and spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
