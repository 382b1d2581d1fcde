import type { Place, Standing, TerminalView } from '../../shared/api.ts';
import { type Block, blockChain, blockCommand, blockLevel, chainOf, type Variable } from '../../shared/lesson.ts';
import type { Engine } from '../engine/engine.ts';
import { standsIn, type Terminals } from '../terminals/terminals.ts';
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

/** The shell of the terminal stands elsewhere than the block belongs. */
export class WrongLevelError extends Error {
  readonly belongs: { level: number; chain: readonly string[] };
  readonly here: Standing;

  constructor(terminal: string, belongs: { level: number; chain: readonly string[] }, here: Standing) {
    super(`the shell of ${terminal} stands elsewhere`);
    this.belongs = belongs;
    this.here = here;
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
   * Types the block into the terminal it belongs to, preferably the one named, opened when there is none.
   *
   * @throws {UnknownPlaceError | ContainerMissingError | WrongLevelError | TerminalBusyError | TerminalLimitError} and
   *   what `LabManager.ready` throws.
   */
  async run(
    labId: string,
    place: Place,
    blockId: string,
    { force, terminal: preferred }: { force: boolean; terminal?: string | undefined },
  ): Promise<TerminalView> {
    const { engine, manager, terminals, course, checks } = this.#options;
    const { step } = course.step(place);
    const block = Object.hasOwn(step.blocks, blockId) ? step.blocks[blockId] : undefined;
    if (!block?.run && !block?.write)
      throw new UnknownPlaceError(`step "${place.step}" has no block "${blockId}" that can be run`);
    const { lab, sandbox, spec } = await manager.ready(labId);
    await checks.prepare(labId, place);
    await terminals.open(lab, sandbox.engineRef, spec);
    const belongs = { level: blockLevel(block), chain: blockChain(block) };
    await requireChain(engine, sandbox.engineRef, belongs.chain);
    await terminals.locate(lab.id);
    const terminal = terminals.for(lab.id, belongs.chain, belongs.level, preferred);
    if (!force && !standsIn(terminal.here, belongs.chain, belongs.level)) {
      throw new WrongLevelError(terminal.name, belongs, terminal.here);
    }
    const nonce = checks.nonce(labId);
    const values = { 'lab.id': lab.id, ...(nonce ? { 'attempt.nonce': nonce } : {}) };
    await terminal.type(textOf(block, await engine.info(), values), force);
    await manager.touch(labId);
    return terminal.view;
  }

  /** Opens the terminals that a step asks for, once its setup has run; where a container is missing it opens none. */
  async openTerminals(labId: string, place: Place): Promise<void> {
    const { engine, manager, terminals, course, checks } = this.#options;
    const chains = course.step(place).step.terminals.map(chainOf);
    if (chains.length === 0) return;
    const { lab, sandbox, spec } = await manager.ready(labId);
    await checks.prepare(labId, place);
    await terminals.open(lab, sandbox.engineRef, spec);
    for (const chain of chains) {
      const isThere = await requireChain(engine, sandbox.engineRef, chain).then(() => true, isMissing);
      if (isThere) terminals.for(lab.id, chain, chain.length + 1, undefined);
    }
  }
}

/** `false` for a missing container; other errors are thrown on. */
function isMissing(error: unknown): false {
  if (error instanceof ContainerMissingError) return false;
  throw error;
}

/** Each container of the chain must run, looked at from inside the one before. @throws {ContainerMissingError} */
export async function requireChain(engine: Engine, ref: string, chain: readonly string[]): Promise<void> {
  for (const [depth, container] of chain.entries()) {
    const steps = chain.slice(0, depth).flatMap((outer) => ['docker', 'exec', outer]);
    const command = [...steps, 'docker', 'inspect', '-f', '{{.State.Running}}', container];
    const result = await engine.exec(ref, command, { deadline: 5000 });
    if (result.stdout.trim() !== 'true') throw new ContainerMissingError(container);
  }
}

/** The block's text for this machine. */
function textOf(
  block: Block,
  info: { cgroup: 'v1' | 'v2'; standins: readonly string[] },
  values: Partial<Record<Variable, string>>,
): string {
  const known = [info.cgroup === 'v1' ? 'cgroup1' : 'cgroup2', info.standins.length > 0 ? 'standin' : 'official'];
  return blockCommand(block, known, values);
}
