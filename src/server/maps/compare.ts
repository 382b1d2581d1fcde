import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Approach, CompareCommand, CompareView } from '../../shared/compare-names.ts';
import { type Engine, EngineFailedError } from '../engine/engine.ts';

/** A systemd machine on a busy server; ms. */
const deadlineMs = 75_000;
/** Characters of output shown per approach. */
const outputMost = 6000;

/** Options of `docker run`, and the image. */
const ways: Record<Approach, string> = {
  socket: '-v /var/run/docker.sock:/var/run/docker.sock docker:latest sleep infinity',
  dind: '--privileged docker:dind',
  kicbase: '--privileged kicbase:v0.0.32',
  unprivileged: '--runtime=sysbox-runc docker:dind',
};

const info = ['ID', 'ServerVersion', 'Driver', 'DockerRootDir', 'Containers', 'SecurityOptions']
  .map((field) => `${field}: {{.${field}}}`)
  .join('{{println}}');
const commands: Record<CompareCommand, string> = {
  ps: 'ps -e -o pid,comm',
  info: `docker info -f '${info}'`,
  containers: "docker ps -a --format '{{.Names}} {{.Image}}'",
  mounts: "awk '$2 ~ /^\\/(var.*|run.*|proc|sys|tmp)?$/ {print $2, $3, $4}' /proc/1/mounts",
  capabilities: "grep -E '^(Cap(Eff|Bnd)|Seccomp|NoNewPrivs):' /proc/1/status",
  'uid-map': 'cat /proc/1/uid_map',
};

/** The approaches side by side in one lab. What may be run is written here: the page only names it. */
export class Compare {
  readonly #engine: Engine;
  readonly #script = readFile(join(import.meta.dirname, 'compare.sh'), 'utf8');
  /** One at a time in a sandbox, so that starts are comparable. */
  readonly #busy = new Map<string, Promise<unknown>>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** @throws {EngineFailedError} when the approach's container could not be started. */
  async run(ref: string, approach: Approach, command: CompareCommand): Promise<CompareView> {
    const before = this.#busy.get(ref);
    const running = (before ?? Promise.resolve()).catch(() => undefined).then(() => this.#run(ref, approach, command));
    this.#busy.set(ref, running);
    try {
      return await running;
    } finally {
      if (this.#busy.get(ref) === running) this.#busy.delete(ref);
    }
  }

  async #run(ref: string, approach: Approach, command: CompareCommand): Promise<CompareView> {
    const container = `by-${approach}`;
    const start = `docker run -d --name ${container} ${ways[approach]}`;
    const inside = `docker exec ${container}`;
    const full = `${inside} sh -c "${commands[command].replace(/["$\\]/g, '\\$&')}"`;
    const argv = ['bash', '-c', await this.#script, 'compare', container, start, `${inside} docker info`, full];
    const result = await this.#engine.exec(ref, argv, { deadline: deadlineMs });
    const [first = '', ...lines] = result.stdout.split('\n');
    if (!/^\d+$/.test(first)) throw new EngineFailedError(`${container} did not start: ${result.stderr.trim()}`);
    const output = lines.join('\n').trimEnd().slice(0, outputMost);
    return { approach, container, start, command: full, output, code: result.code, startedMs: Number(first) };
  }
}
