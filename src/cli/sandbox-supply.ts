import type { Core, LabSpec, LiveSandbox } from '../server/app.ts';

/** A sandbox of a test ends itself when the test takes longer, or died. */
const leaseMs = 15 * 60_000;

/** Makes the sandboxes of a row of tests ahead, so that no test waits for one; removes them behind the tests' backs. */
export class SandboxSupply implements AsyncDisposable {
  readonly #core: Core;
  /** What is still to be made, in the order in which it will be asked for. */
  readonly #wanted: string[];
  readonly #ahead: number;
  readonly #ready: { spec: string; sandbox: Promise<LiveSandbox> }[] = [];
  readonly #removals = new Set<Promise<void>>();

  /** `wanted` are the labs of the sandboxes that will be asked for, one entry for each. */
  constructor(core: Core, wanted: readonly string[], ahead: number) {
    this.#core = core;
    this.#wanted = [...wanted];
    this.#ahead = ahead;
    this.#fill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#wanted.length = 0;
    for (const { sandbox } of this.#ready) this.#remove(sandbox);
    await Promise.allSettled(this.#removals);
  }

  /** Runs an action in a fresh sandbox of the lab. */
  async use<T>(spec: string, action: (sandbox: LiveSandbox) => Promise<T>): Promise<T> {
    const sandbox = this.#take(spec);
    try {
      return await action(await sandbox);
    } finally {
      this.#remove(sandbox);
    }
  }

  #take(spec: string): Promise<LiveSandbox> {
    const at = this.#ready.findIndex((each) => each.spec === spec);
    const [made] = at < 0 ? [] : this.#ready.splice(at, 1);
    if (!made && this.#wanted.includes(spec)) this.#wanted.splice(this.#wanted.indexOf(spec), 1);
    this.#fill();
    return made?.sandbox ?? this.#create(spec);
  }

  #fill(): void {
    while (this.#ready.length < this.#ahead) {
      const spec = this.#wanted.shift();
      if (!spec) return;
      const sandbox = this.#create(spec);
      // Whoever takes it is told.
      sandbox.catch(() => undefined);
      this.#ready.push({ spec, sandbox });
    }
  }

  #create(spec: string): Promise<LiveSandbox> {
    const lab = this.#core.labs.spec(spec) as LabSpec;
    return this.#core.sandboxes.create(lab, { purpose: 'test', leaseUntil: Date.now() + leaseMs });
  }

  #remove(sandbox: Promise<LiveSandbox>): void {
    const removal = sandbox.then((made) => this.#core.sandboxes.remove(made)).catch(() => undefined);
    this.#removals.add(removal);
    void removal.finally(() => this.#removals.delete(removal));
  }
}
