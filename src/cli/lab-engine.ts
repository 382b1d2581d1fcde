import {
  connectDocker,
  destroyLabEngine,
  engineImage,
  engineName,
  folders,
  type LabEngineStatus,
  labEngines,
} from '../server/app.ts';
import { PlainError, UsageError } from './messages.ts';

/** `lab engine [remove]`. */
export async function labEngine(args: string[], options: { json: boolean; force: boolean }): Promise<number> {
  const [action] = args;
  if (action !== undefined && action !== 'remove')
    throw new UsageError(`There is no "engine ${action}": it is "engine" or "engine remove".`);
  const docker = connectDocker();
  const own = engineName(await engineImage(folders.images));
  const engines = await labEngines(docker);
  if (action === 'remove') {
    refuseInUse(
      engines.find(({ name }) => name === own),
      options.force,
    );
    await destroyLabEngine(docker, own);
    console.log(`${own} is removed, with its images.`);
  } else if (options.json) console.log(JSON.stringify(engines.map((each) => ({ ...each, own: each.name === own }))));
  else if (engines.length === 0) console.log('No lab engine runs.');
  else for (const each of engines) console.log(line(each, each.name === own));
  return 0;
}

function refuseInUse(engine: LabEngineStatus | undefined, force: boolean): void {
  if (!engine) return;
  // It would only be started again.
  if (engine.users > 0)
    throw new PlainError(`${engine.name} is used by ${engine.users} running programs: stop them first.`);
  if (engine.sandboxes > 0 && !force)
    throw new PlainError(`${engine.sandboxes} labs run in ${engine.name}: end them, or say --force.`);
}

function line({ name, state, sandboxes, users }: LabEngineStatus, isOwn: boolean): string {
  return `${name}  ${state}  ${sandboxes} sandboxes  ${users} users${isOwn ? '' : '  another version'}`;
}
