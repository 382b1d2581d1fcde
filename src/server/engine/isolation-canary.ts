import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Verdict } from '../../shared/api.ts';
import type { LabSpec } from '../../shared/lab-spec.ts';
import type { Engine } from './engine.ts';
import { type ProbeReport, probePlaces, probeSandbox } from './probe.ts';

/** A canary is gone in seconds; by itself if we die meanwhile. */
const leaseMs = 5 * 60_000;
/** Until a nested engine, or a systemd, is up on a busy machine. */
const upMs = 90_000;

interface SeedCommand {
  id: string;
  /** As the article has it; `-d` where it would wait for somebody to type. */
  run: string;
  container: string;
  /** Ends with 0 once what the command promises is there. */
  proof: string;
}

/** The commands of the two articles that the course comes from. */
const seedCommands: readonly SeedCommand[] = [
  {
    id: 'socket',
    run: 'docker run -v /var/run/docker.sock:/var/run/docker.sock --name docker0 -tid docker',
    container: 'docker0',
    proof: 'docker exec docker0 docker ps | grep docker0',
  },
  {
    id: 'dind',
    run: 'docker run -itd --name dind-test --privileged docker:dind',
    container: 'dind-test',
    proof:
      'docker save alpine | docker exec -i dind-test docker load && docker exec dind-test docker run --rm alpine true',
  },
  {
    id: 'kicbase',
    run: 'docker run -itd --name virtualvm1 --privileged -p 20022:22 registry.cn-hangzhou.aliyuncs.com/google_containers/kicbase:v0.0.32',
    container: 'virtualvm1',
    proof: 'docker exec virtualvm1 systemctl is-system-running && docker exec virtualvm1 docker ps',
  },
  {
    id: 'sysbox',
    run: 'docker run -itd --runtime=sysbox-runc --name sysbox-dind docker:dind',
    container: 'sysbox-dind',
    proof:
      "docker exec sysbox-dind docker info && test $(docker exec sysbox-dind awk '{print $2}' /proc/self/uid_map) -gt 0",
  },
];

export type CanaryReport = Pick<Verdict, 'commands' | 'probes'>;

/** What can be asked of a sandbox that nobody else has. */
export async function inCanary<T>(
  engine: Engine,
  spec: LabSpec,
  action: (ref: string) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const id = `canary-${randomBytes(4).toString('hex')}`;
  const ref = await engine.create({ id, shape: 'canary', spec, leaseUntil: Date.now() + leaseMs }, signal);
  try {
    await engine.waitReady(ref, spec.ready.daemon, signal);
    return await action(ref);
  } finally {
    await engine.remove(ref);
  }
}

/** Runs the articles' commands and the probe in a sandbox. */
export async function runCanary(
  engine: Engine,
  spec: LabSpec,
  onProgress: (what: string) => void = () => {},
  signal?: AbortSignal,
): Promise<CanaryReport> {
  return await inCanary(
    engine,
    spec,
    async (ref) => {
      const report: CanaryReport = { commands: [], probes: [] };
      for (const place of probePlaces) {
        onProgress(`probe ${place}`);
        report.probes.push(summary(await probeSandbox(engine, ref, spec, place)));
        signal?.throwIfAborted();
      }
      for (const command of seedCommands) {
        onProgress(command.run);
        report.commands.push(await tryCommand(engine, ref, command, signal));
      }
      return report;
    },
    signal,
  );
}

function summary({ place, results }: ProbeReport): Verdict['probes'][number] {
  const having = (wanted: string) => results.filter(({ result }) => result === wanted);
  return {
    place,
    blocked: having('blocked').length,
    unsupported: having('unsupported').length,
    open: having('open').map(({ id }) => id),
  };
}

async function tryCommand(
  engine: Engine,
  ref: string,
  { id, run, container, proof }: SeedCommand,
  signal?: AbortSignal,
): Promise<Verdict['commands'][number]> {
  const sh = (script: string) => engine.exec(ref, ['sh', '-c', script], { deadline: upMs });
  let last = await sh(run);
  const isStarted = last.code === 0;
  for (const end = Date.now() + upMs; isStarted && Date.now() < end; await sleep(200)) {
    signal?.throwIfAborted();
    last = await sh(proof);
    if (last.code === 0) break;
  }
  await sh(`docker rm -fv ${container}`);
  if (last.code === 0) return { id, worked: true };
  return { id, worked: false, detail: `${last.stderr}${last.stdout}`.trim().split('\n').at(-1) ?? '' };
}
