import { answers, connectDocker, controlSocket, folders, leftSandboxes, oldVersions } from '../server/app.ts';
import { readConfig } from '../server/config.ts';
import { openCore } from './prepare.ts';

/** `lab sweep`: says what it removes, one line each; `dry` only says it. Exit code 1 when something would not go. */
export async function sweep(
  options: { versions: boolean; dry: boolean },
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  let failed = 0;
  let found = 0;
  const sweepAway = async (what: string, remove: () => Promise<void>) => {
    found++;
    const failure = options.dry ? undefined : await remove().catch((error: Error) => error);
    if (failure) failed++;
    const verb = options.dry ? 'would remove' : failure ? 'cannot remove' : 'removed';
    console.log(`${verb} ${what}${failure ? `: ${failure.message}` : ''}`);
  };
  if (await answers(controlSocket(readConfig(environment)))) {
    console.log('A server runs: it looks after its sandboxes by itself.');
  } else {
    await using core = await openCore(environment);
    for (const { id, why, remove } of await leftSandboxes(core)) await sweepAway(`sandbox ${id}: ${why}`, remove);
    for (const ref of await core.recorder.kept()) {
      const isKnown = (await core.engine.list()).some((sandbox) => sandbox.ref === ref);
      if (!isKnown) await sweepAway(`events of sandbox ${ref.slice(0, 12)}`, () => core.recorder.forget(ref));
    }
  }
  if (options.versions) {
    for (const { kind, name, remove } of await oldVersions(connectDocker(), folders.images)) {
      await sweepAway(`${kind} ${name}`, remove);
    }
  }
  if (found === 0) console.log('Nothing is left over.');
  return failed > 0 ? 1 : 0;
}
