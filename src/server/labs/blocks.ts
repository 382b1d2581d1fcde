import type { Place, TerminalView } from '../../shared/api.ts';
import { type Block, blockChain, blockCommand, blockLevel } from '../../shared/lesson.ts';
import type { Engine } from '../engine/engine.ts';
import type { Terminals } from '../terminals/terminals.ts';
import type { Checks } from './checks.ts';
import { type Course, UnknownPlaceError } from './course.ts';
import type { LabManager } from './lab-manager.ts';

/** A container of the block's chain does not run; the first one that is missing. */
export class ContainerMissingError extends Error {
  readonly container: string;

  constructor(container: string) {
    super(`container ${container} does not run`);
    this.container = container;
  }
}

interface Options {
  engine: Engine;
  manager: LabManager;
  terminals: Terminals;
  course: Course;
  checks: Checks;
}

/** Runs blocks of lessons: the page sends an id, the text is looked up here. */
export class Blocks {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Types the block into the terminal it belongs to, opened when it is not there.
   *
   * @throws {UnknownPlaceError | ContainerMissingError | TerminalBusyError | TerminalLimitError} and what
   *   `LabManager.ready` throws.
   */
  async run(labId: string, place: Place, blockId: string, force: boolean): Promise<TerminalView> {
    const { engine, manager, terminals, course, checks } = this.#options;
    const { step } = course.step(place);
    const block = Object.hasOwn(step.blocks, blockId) ? step.blocks[blockId] : undefined;
    if (!block?.run && !block?.write)
      throw new UnknownPlaceError(`step "${place.step}" has no block "${blockId}" that can be run`);
    const { lab, sandbox, spec } = await manager.ready(labId);
    await checks.prepare(labId, place);
    await terminals.open(lab, sandbox.engineRef, spec);
    await this.#requireChain(sandbox.engineRef, blockChain(block));
    const terminal = terminals.in(lab, blockChain(block), blockLevel(block));
    await terminal.type(textOf(block, await engine.info()), force);
    await manager.touch(labId);
    return terminal.view;
  }

  /** Each container of the chain must run, looked at from inside the one before. */
  async #requireChain(ref: string, chain: readonly string[]): Promise<void> {
    for (const [depth, container] of chain.entries()) {
      const steps = chain.slice(0, depth).flatMap((outer) => ['docker', 'exec', outer]);
      const command = [...steps, 'docker', 'inspect', '-f', '{{.State.Running}}', container];
      const result = await this.#options.engine.exec(ref, command, { deadline: 5000 });
      if (result.stdout.trim() !== 'true') throw new ContainerMissingError(container);
    }
  }
}

/** The block's text for this machine. */
function textOf(block: Block, info: { cgroup: 'v1' | 'v2'; standins: readonly string[] }): string {
  const known = [info.cgroup === 'v1' ? 'cgroup1' : 'cgroup2', info.standins.length > 0 ? 'standin' : 'official'];
  return blockCommand(block, known);
}
