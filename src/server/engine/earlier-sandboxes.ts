import type Docker from 'dockerode';
import { translate } from './docker-streams.ts';
import { type EarlierSandbox, EngineFailedError, SandboxGoneError } from './engine.ts';
import { labEngines, linesIn, removeUnused, runIn } from './lab-engine.ts';
import { installLabel, sandboxLabel } from './sandbox-options.ts';

/**
 * What an install has in the machine's engine and its lab engines, except in that one where its labs are now: the lab
 * engine `own`, or without it the machine's.
 */
export async function earlierSandboxes(
  docker: Docker,
  install: string,
  own: string | undefined,
): Promise<EarlierSandbox[]> {
  const others = (await labEngines(docker)).filter(({ name, sandboxes }) => name !== own && sandboxes > 0);
  const found = await Promise.all(others.map(({ name }) => inLabEngine(docker, name, install)));
  return [...(own ? await inEngine(docker, install) : []), ...found.flat()];
}

async function inEngine(docker: Docker, install: string): Promise<EarlierSandbox[]> {
  const filters = { label: [`${installLabel}=${install}`, sandboxLabel] };
  const found = await translate(docker.listContainers({ all: true, filters }));
  return found.map(({ Id, Labels }) => ({
    id: Labels[sandboxLabel] ?? '',
    async remove() {
      await translate(docker.getContainer(Id).remove({ force: true, v: true })).catch((error: Error) => {
        if (!(error instanceof SandboxGoneError)) throw error;
      });
    },
  }));
}

/** Its socket may be out of reach, and its version another: it is asked by its own docker command. */
async function inLabEngine(docker: Docker, name: string, install: string): Promise<EarlierSandbox[]> {
  const container = docker.getContainer(name);
  const format = `{{.ID}} {{.Label "${sandboxLabel}"}}`;
  const filter = `label=${installLabel}=${install}`;
  const lines = await linesIn(container, ['docker', 'ps', '--all', '--filter', filter, '--format', format]);
  return lines.map((line) => {
    const [ref = '', id = ''] = line.split(' ');
    return {
      id,
      async remove() {
        const { code } = await runIn(container, ['docker', 'rm', '--force', '--volumes', ref]);
        if (code === null) return;
        if (code !== 0) throw new EngineFailedError(`The sandbox ${id} in ${name} cannot be removed.`);
        await removeUnused(docker, name);
      },
    };
  });
}
