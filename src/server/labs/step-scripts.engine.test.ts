import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type TestLab, testLab } from '../engine/testing.ts';
import { silentLog } from '../log.ts';
import { courseFolder } from './course-fixture.ts';
import { EventRecorder } from './event-recorder.ts';
import { LessonCatalog } from './lesson-catalog.ts';
import { StepScripts } from './step-scripts.ts';

const place = { lesson: 'box', step: 'start' };
const lessonFolder = join(import.meta.dirname, '../../../lessons');

describe('a check in a real sandbox', { timeout: 120_000 }, () => {
  let lab: TestLab;
  let recorder: EventRecorder;
  let folder: string;

  before(async () => {
    lab = await testLab();
    folder = await mkdtemp(join(tmpdir(), 'matryoshka-scripts-'));
    recorder = new EventRecorder({ engine: lab.engine, folder, log: silentLog });
    recorder.follow(lab.ref);
  });

  after(async () => {
    await recorder?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
    if (folder) await rm(folder, { recursive: true });
  });

  /** What a check with this text is judged as. */
  async function judged(t: TestContext, text: string) {
    const folder = await courseFolder(t, { 'lessons/basics/box/steps/start/check.sh': text });
    const lessons = await LessonCatalog.load(join(folder, 'lessons'));
    return await new StepScripts(lab.engine, lessons, recorder).check(lab.ref, place, 'nonce');
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

  it('is our fault when it prints a megabyte before anything else', async (t) => {
    const verdict = await judged(t, '#!/bin/sh\nyes not-a-reason | head -c 1048576\necho not-there\nexit 10\n');
    assert.equal(verdict.status, 'broken');
  });

  it('is run to its end, also when one of its commands reads its input', async (t) => {
    const verdict = await judged(
      t,
      `#!/bin/sh\n${'# a long way\n'.repeat(2000)}cat\n${': \n'.repeat(2000)}echo not-there\nexit 10\n`,
    );
    assert.equal(verdict.status, 'not-yet');
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
    await lab.run('docker run --name early alpine true; docker rm early; service docker restart');
    await lab.run('docker create --name later alpine; docker exec later true || docker rm later');
    const verdict = await judged(t, text);
    assert.ok(verdict.status === 'not-yet', JSON.stringify(verdict));
    const saw = verdict.values.saw?.split(',') ?? [];
    assert.deepEqual(saw, ['create:early', 'destroy:early', 'create:later', 'destroy:later']);
  });

  it('goes by what is true now: done ahead, undone, removed, done in another way, done twice', async () => {
    const scripts = new StepScripts(lab.engine, await LessonCatalog.load(lessonFolder), recorder);
    const at = (step: string) => ({ lesson: 'one-process-three-pids', step });
    const enter = async (step: string) => {
      const { code, stderr } = await scripts.run(lab.ref, at(step), 'setup', 'nonce');
      assert.equal(code, 0, stderr);
    };
    const says = async (step: string) => {
      const verdict = await scripts.check(lab.ref, at(step), 'nonce');
      return 'reason' in verdict ? verdict.reason : verdict.status;
    };
    // The second step before the first: its setup makes what the first one asks for, and going back keeps it.
    await enter('three-numbers');
    await enter('really-nested');
    assert.equal(await says('really-nested'), 'passed');
    // Undone before anybody looked.
    await lab.run('docker exec dind-test sh -c "docker rm -f container3; docker run --rm alpine true"');
    assert.equal(await says('really-nested'), 'no-container3');
    await lab.run('docker rm -fv $(docker ps -aq)');
    assert.equal(await says('really-nested'), 'no-dind');
    assert.equal(await says('three-numbers'), 'not-running');
    // By hand, from within, with another command; then once more, which fails for him and takes nothing away.
    await enter('really-nested');
    await lab.run('docker save alpine >/a.tar; docker cp /a.tar dind-test:/; rm /a.tar');
    await lab.run(
      'docker exec dind-test sh -c "docker load -i /a.tar; docker create --name container3 alpine sleep 99"',
    );
    await lab.run('docker exec dind-test docker start container3');
    await lab.run('! docker exec dind-test docker run -d --name container3 alpine sleep 4321');
    assert.equal(await says('really-nested'), 'passed');
  });
});
