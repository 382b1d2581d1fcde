import { setTimeout as sleep } from 'node:timers/promises';
import { type Core, type ShellCommand, spawnNodePty } from '../server/app.ts';
import { keyEchoes, type Typed } from './key-echo.ts';
import { type Row, row } from './row.ts';

/** Before, during and after each attack: the machine's other work changes by the minute. */
const keys = 60;
/** Until an attack is at its height. */
const riseMs = 3000;

/** As root in L1; each ends with its sandbox. */
const attacks: Record<string, string> = {
  'fork bomb': 'bomb() { bomb | bomb & }; bomb; sleep 600',
  'memory hog': 'while :; do tail /dev/zero; done',
  'busy loops': 'for i in 1 2 3 4; do while :; do :; done & done; wait',
  'full disk': 'while :; do cat /dev/zero >/var/lib/docker/full; done',
};

/** How soon a shell in a lab shows a key while its neighbour rages, beside a neighbour that does nothing. */
export async function benchNeighbours({ engine, sandboxes, labs }: Core): Promise<Row[]> {
  const spec = labs.spec('dind') ?? labs.specs[0];
  if (!spec) throw new Error('there is no lab');
  const make = () => sandboxes.create(spec, { purpose: 'test', leaseUntil: Date.now() + 900_000 });
  const victim = await make();
  try {
    const shell = { terminal: 'host', chain: [], columns: 80, rows: 24 };
    using typed = await openShell(engine.shellCommand(victim.engineRef, shell));
    const results: Row[] = [];
    for (const [name, script] of Object.entries(attacks)) {
      const attacker = await make();
      const quiet = await keyEchoes(typed, keys);
      const raging = engine
        .exec(attacker.engineRef, ['bash', '-c', script], { deadline: 600_000 })
        .catch(() => undefined);
      await sleep(riseMs);
      const loud = await keyEchoes(typed, 2 * keys);
      await sandboxes.remove(attacker);
      await raging;
      quiet.push(...(await keyEchoes(typed, keys)));
      results.push(
        row(`key → echo, before and after: ${name}`, 'ms', quiet),
        row(`key → echo, neighbour: ${name}`, 'ms', loud, quiet),
      );
    }
    return results;
  } finally {
    await sandboxes.remove(victim);
  }
}

async function openShell(command: ShellCommand): Promise<Typed & Disposable> {
  let onText = (_: string) => {};
  const onData = (bytes: Buffer) => onText(bytes.toString('latin1'));
  const shown = (text: string) =>
    new Promise<void>((resolve) => {
      onText = (output) => (output.includes(text) ? resolve() : undefined);
    });
  const prompt = shown('# ');
  const pty = spawnNodePty(command, { columns: 80, rows: 24 }, { onData, onExit: () => {} });
  await prompt;
  return { type: (text) => pty.write(Buffer.from(text)), shown, [Symbol.dispose]: () => pty.kill() };
}
