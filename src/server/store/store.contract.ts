import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { labStates } from '../../shared/api.ts';
import { labTransitions, statesBefore } from '../labs/lab.ts';
import { type LabRow, LiveLabError, type SandboxRow, type Store } from './store.ts';

/** A lab that starts; any column can be another one. */
export function labRow(learnerId: string, changes: Partial<LabRow> = {}): LabRow {
  return {
    id: randomBytes(5).toString('hex'),
    learnerId,
    specId: 'box',
    state: 'starting',
    generation: 1,
    isolation: 'privileged',
    verdictId: undefined,
    createdAt: 1000,
    expiresAt: 5000,
    maxExpiresAt: 9000,
    lastActiveAt: 1000,
    place: undefined,
    endedBecause: undefined,
    endedBy: undefined,
    endedAt: undefined,
    failure: undefined,
    ...changes,
  };
}

/** A ready sandbox of the pool; any column can be another one. */
export function sandboxRow(changes: Partial<SandboxRow> = {}): SandboxRow {
  return {
    id: randomBytes(6).toString('hex'),
    purpose: 'pool',
    labId: undefined,
    generation: undefined,
    shape: 'box',
    state: 'ready',
    engineRef: 'ref',
    createdAt: 1000,
    leaseUntil: 9000,
    lastOutput: undefined,
    ...changes,
  };
}

/** What every Store promises. `open` gives an empty one. */
export function describeStore(name: string, open: () => Store): void {
  const place = { lesson: 'box', step: 'look' };

  describe(`store contract: ${name}`, () => {
    it('has an install id and a secret that stay', async () => {
      await using store = open();
      assert.match(store.installId, /^[0-9a-f]{8}$/);
      assert.ok(store.secret.length >= 40);
      await store.probe();
      await store.probe();
    });

    it('numbers learners from 1 and remembers their names', async () => {
      await using store = open();
      assert.deepEqual(await store.createLearner('a', 1), { id: 'a', number: 1, name: undefined });
      assert.equal((await store.createLearner('b', 2)).number, 2);
      await store.nameLearner('b', '小明');
      assert.deepEqual(await store.learner('b'), { id: 'b', number: 2, name: '小明' });
      assert.equal(await store.learner('c'), undefined);
    });

    it('gives a lab back as it was written', async () => {
      await using store = open();
      await store.createLearner('a', 1);
      const lab = labRow('a', { place, failure: 'because', endedBecause: 'failed', endedBy: 'platform', endedAt: 7 });
      await store.insertLab(lab);
      assert.deepEqual(await store.lab(lab.id), lab);
      assert.equal(await store.lab('none'), undefined);
    });

    it('keeps one live lab per learner', async () => {
      await using store = open();
      for (const id of ['a', 'b']) await store.createLearner(id, 1);
      const first = labRow('a');
      await store.insertLab(first);
      for (const state of ['starting', 'ready', 'ending'] as const) {
        await store.changeLab(first.id, { states: labStates }, { state });
        await assert.rejects(store.insertLab(labRow('a')), LiveLabError);
      }
      await store.insertLab(labRow('b'));
      await store.changeLab(first.id, { states: ['ending'] }, { state: 'ended' });
      const second = labRow('a', { createdAt: 500 });
      await store.insertLab(second);
      assert.equal((await store.latestLab('a'))?.id, second.id, 'the live one comes before younger ended ones');
    });

    it('answers with the lab that ended last when none lives', async () => {
      await using store = open();
      await store.createLearner('a', 1);
      assert.equal(await store.latestLab('a'), undefined);
      const [old, young] = [labRow('a', { state: 'ended' }), labRow('a', { state: 'ended', createdAt: 2000 })];
      await store.insertLab(young);
      await store.insertLab(old);
      assert.equal((await store.latestLab('a'))?.id, young.id);
    });

    it('changes a state only from the states that are expected, and says whether it did', async () => {
      await using store = open();
      await store.createLearner('a', 1);
      const lab = labRow('a');
      await store.insertLab(lab);
      for (const from of labStates) {
        for (const to of labStates) {
          await store.changeLab(lab.id, { states: labStates }, { state: from });
          const allowed = labTransitions[from].includes(to);
          assert.equal(
            await store.changeLab(lab.id, { states: statesBefore(to) }, { state: to }),
            allowed,
            `${from} → ${to}`,
          );
          assert.equal((await store.lab(lab.id))?.state, allowed ? to : from);
        }
      }
    });

    it('changes a lab only in the generation that is expected', async () => {
      await using store = open();
      await store.createLearner('a', 1);
      const lab = labRow('a', { state: 'ready', generation: 3 });
      await store.insertLab(lab);
      const next = { state: 'starting', generation: 4 } as const;
      assert.equal(await store.changeLab(lab.id, { states: ['ready'], generation: 2 }, next), false);
      assert.equal(await store.changeLab(lab.id, { states: ['ready'], generation: 3 }, next), true);
      assert.equal(await store.changeLab(lab.id, { states: ['ready'], generation: 3 }, next), false);
      assert.equal(await store.changeLab('none', { states: labStates }, next), false);
    });

    it('clears a place, and leaves it alone when another column changes', async () => {
      await using store = open();
      await store.createLearner('a', 1);
      const lab = labRow('a', { place });
      await store.insertLab(lab);
      await store.changeLab(lab.id, { states: labStates }, { lastActiveAt: 2 });
      assert.deepEqual((await store.lab(lab.id))?.place, place);
      await store.changeLab(lab.id, { states: labStates }, { place: undefined });
      assert.equal((await store.lab(lab.id))?.place, undefined);
    });

    it('lists labs and sandboxes by state, the oldest first', async () => {
      await using store = open();
      for (const id of ['a', 'b', 'c']) await store.createLearner(id, 1);
      const [young, old, ended] = [
        labRow('a', { createdAt: 2 }),
        labRow('b', { createdAt: 1 }),
        labRow('c', { state: 'ended' }),
      ];
      for (const lab of [young, old, ended]) await store.insertLab(lab);
      assert.deepEqual(await store.labsIn(['starting', 'ready']), [old, young]);
      const [second, first] = [sandboxRow({ createdAt: 2 }), sandboxRow({ createdAt: 1 })];
      for (const row of [second, first, sandboxRow({ state: 'removed' })]) await store.insertSandbox(row);
      assert.deepEqual(await store.sandboxesIn(['ready']), [first, second]);
    });

    it('gives the oldest ready sandbox of a shape to a lab, each only once', async () => {
      await using store = open();
      await store.createLearner('a', 1);
      const lab = labRow('a');
      await store.insertLab(lab);
      const [young, old] = [sandboxRow({ createdAt: 2 }), sandboxRow({ createdAt: 1 })];
      const others = [
        sandboxRow({ shape: 'other' }),
        sandboxRow({ state: 'creating' }),
        sandboxRow({ state: 'removing' }),
        sandboxRow({ purpose: 'test' }),
      ];
      for (const row of [young, old, ...others]) await store.insertSandbox(row);
      const taken = { ...old, purpose: 'lab', labId: lab.id, generation: 1 };
      assert.deepEqual(await store.takePooled('box', lab.id, 1), taken);
      assert.deepEqual(await store.sandboxOf(lab.id), taken);
      assert.equal((await store.takePooled('box', lab.id, 2))?.id, young.id);
      assert.equal((await store.sandboxOf(lab.id))?.id, young.id, 'the one of the latest generation');
      assert.equal(await store.takePooled('box', lab.id, 3), undefined);
    });

    it('moves a sandbox only from the states that are expected', async () => {
      await using store = open();
      const row = sandboxRow({ state: 'creating', engineRef: undefined });
      await store.insertSandbox(row);
      assert.equal(await store.changeSandbox(row.id, ['ready'], { state: 'removing' }), false);
      assert.equal(await store.changeSandbox(row.id, ['creating'], { state: 'ready', engineRef: 'r' }), true);
      assert.equal(await store.changeSandbox(row.id, ['creating'], { state: 'ready' }), false);
      assert.deepEqual(await store.sandboxesIn(['ready']), [{ ...row, state: 'ready', engineRef: 'r' }]);
    });

    it('keeps the last verdict of a subject, under one id', async () => {
      await using store = open();
      const none = { commands: [], probes: [] };
      const red = { rung: 'privileged', isolation: 'privileged', state: 'red', at: 1, ...none } as const;
      assert.equal(await store.verdict('here'), undefined);
      const id = await store.keepVerdict('here', red);
      assert.deepEqual(await store.verdict('here'), { id, verdict: red });
      assert.equal(await store.keepVerdict('here', { ...red, at: 2 }), id);
      assert.equal((await store.verdict('here'))?.verdict.at, 2);
      await store.createLearner('a', 1);
      await store.insertLab(labRow('a', { id: 'judged', verdictId: id }));
      assert.equal((await store.lab('judged'))?.verdictId, id);
    });

    it('keeps the first moment of passing and the first prediction, and adds up the rest', async () => {
      await using store = open();
      await store.createLearner('a', 1);
      const record = (now: number, change: Parameters<Store['recordProgress']>[3]) =>
        store.recordProgress('a', place, now, change);
      const untouched = { ...place, enteredAt: 10, tries: 0, hints: 0, solutionSeen: false, answers: {} };
      assert.deepEqual(await record(10, {}), untouched);
      await record(20, { triesMore: 1, hints: 2, prediction: 'yes', answers: { one: '1', two: '2' } });
      await record(30, { triesMore: 1, hints: 1, prediction: 'no', passedAt: 30, solutionSeen: true });
      await record(40, { passedAt: 40, answers: { two: '二' } });
      const expected = {
        ...place,
        enteredAt: 10,
        passedAt: 30,
        tries: 2,
        hints: 2,
        solutionSeen: true,
        prediction: 'yes',
        answers: { one: '1', two: '二' },
      };
      assert.deepEqual(await store.stepProgress('a', place), expected);
      assert.deepEqual(await store.progress('a'), [expected]);
      assert.deepEqual(await store.progress('b'), []);
      assert.equal(await store.stepProgress('a', { lesson: 'box', step: 'other' }), undefined);
    });

    it('lets an instructor’s link be used once, a resume link again, and neither after its time', async () => {
      await using store = open();
      await store.createLearner('a', 1);
      await store.insertLink({ tokenHash: 'i', kind: 'instructor', createdAt: 1, expiresAt: 100 });
      await store.insertLink({ tokenHash: 'late', kind: 'instructor', createdAt: 1, expiresAt: 100 });
      await store.insertLink({ tokenHash: 'r', kind: 'resume', learnerId: 'a', createdAt: 1, expiresAt: 100 });
      assert.equal(await store.useLink('i', 'resume', 50), undefined, 'of another kind');
      assert.deepEqual(await store.useLink('i', 'instructor', 50), { learnerId: undefined });
      assert.equal(await store.useLink('i', 'instructor', 51), undefined);
      assert.equal(await store.useLink('late', 'instructor', 100), undefined);
      for (const now of [50, 51]) assert.deepEqual(await store.useLink('r', 'resume', now), { learnerId: 'a' });
      assert.equal(await store.useLink('r', 'resume', 100), undefined);
      assert.equal(await store.useLink('unknown', 'resume', 1), undefined);
    });

    it('knows an instructor’s session until it expires or is left', async () => {
      await using store = open();
      await store.insertInstructorSession({ tokenHash: 's', createdAt: 1, expiresAt: 100 });
      assert.equal(await store.isInstructorSession('s', 99), true);
      assert.equal(await store.isInstructorSession('s', 100), false);
      await store.deleteInstructorSession('s');
      assert.equal(await store.isInstructorSession('s', 99), false);
    });
  });
}
