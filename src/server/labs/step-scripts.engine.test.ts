import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Engine } from '../engine/engine.ts';
import type { EnteredRung } from '../engine/isolation.ts';
import { testRung } from '../engine/testing.ts';
import { silentLog } from '../log.ts';
import { courseFolder } from './course-fixture.ts';
import { EventRecorder } from './event-recorder.ts';
import { LabCatalog } from './lab-catalog.ts';
import { LessonCatalog } from './lesson-catalog.ts';
import { StepScripts } from './step-scripts.ts';

const labs = join(import.meta.dirname, '../../../labs');
const place = { lesson: 'box', step: 'start' };

describe('a check in a real sandbox', { timeout: 120_000 }, () => {
  let rung: EnteredRung;
  let engine: Engine;
  let ref: string;
  let recorder: EventRecorder;
  let folder: string;

  before(async () => {
    rung = await testRung();
    engine = rung.engine;
    const spec = (await LabCatalog.load(labs)).spec('dind') ?? assert.fail('labs/dind is what the lessons run on');
    ref = await engine.create({ id: 'check', shape: 'check', spec, leaseUntil: Date.now() + 120_000 });
    await engine.waitReady(ref, spec.ready.daemon);
    folder = await mkdtemp(join(tmpdir(), 'matryoshka-scripts-'));
    recorder = new EventRecorder({ engine, folder, log: silentLog });
    recorder.follow(ref);
  });

  after(async () => {
    await recorder?.[Symbol.asyncDispose]();
    if (ref) await engine.remove(ref);
    await rung?.[Symbol.asyncDispose]();
    if (folder) await rm(folder, { recursive: true });
  });

  /** What a check with this text is judged as. */
  async function judged(t: TestContext, text: string) {
    const folder = await courseFolder(t, { 'lessons/basics/box/steps/start/check.sh': text });
    const lessons = await LessonCatalog.load(join(folder, 'lessons'));
    return await new StepScripts(engine, lessons, recorder).check(ref, place, 'nonce');
  }

  it('is our fault when it has a syntax error', async (t) => {
    assert.equal((await judged(t, '#!/bin/sh\nif then\n')).status, 'broken');
  });

  it('is our fault when it uses an unknown command', async (t) => {
    assert.equal((await judged(t, '#!/bin/sh\nno-such-command\n')).status, 'broken');
  });

  it('is our fault when it gives a reason that the lesson does not know', async (t) => {
    assert.equal((await judged(t, '#!/bin/sh\necho elsewhere\nexit 10\n')).status, 'broken');
  });

  it('says why not yet, with the environment and the tools that it was promised', async (t) => {
    const text = `#!/bin/sh
[ "$LAB_NONCE" = nonce ] && [ -r "$LAB_EVENTS" ] && [ "$LAB_ANSWERS" = /lab/a ] || exit 1
[ "$(command -v docker)" = /opt/lab/bin/docker ] && jq --version >/dev/null && curl --version >/dev/null || exit 1
echo "not-there engine=$(docker info -f '{{.ServerVersion}}') cgroup=$LAB_CGROUP step=$LAB_STEP"
exit 10
`;
    const verdict = await judged(t, text);
    assert.ok(verdict.status === 'not-yet', JSON.stringify(verdict));
    assert.equal(verdict.reason, 'not-there');
    assert.equal(verdict.values.step, 'box/start');
    assert.match(verdict.values.cgroup ?? '', /^v[12]$/);
    assert.match(verdict.values.engine ?? '', /^\d+\./);
  });

  it('sees all that the daemon did, but no exec, up to this moment and over a restart of the daemon', async (t) => {
    const text = `#!/bin/sh
jq -s -r '[.[] | select(.Type == "container" and (.Action | test("^(create|destroy|exec)"))) | "\\(.Action):\\(.Actor.Attributes.name)"] | join(",")' "$LAB_EVENTS" |
  sed 's/^/not-there saw=/'
exit 10
`;
    const sh = async (command: string) => {
      const result = await engine.exec(ref, ['sh', '-c', command], { deadline: 30_000 });
      assert.equal(result.code, 0, result.stderr);
    };
    await sh('docker run --name early alpine true; docker rm early; service docker restart');
    await sh('docker create --name later alpine; docker exec later true || docker rm later');
    const verdict = await judged(t, text);
    assert.ok(verdict.status === 'not-yet', JSON.stringify(verdict));
    const saw = verdict.values.saw?.split(',') ?? [];
    assert.deepEqual(saw, ['create:early', 'destroy:early', 'create:later', 'destroy:later']);
  });
});
