import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Rung } from '../../shared/api.ts';
import { type ProbePlace, probePlaces, probeSandbox } from './probe.ts';
import { type TestLab, testLab } from './testing.ts';

/** Kernels differ in what they have, machines in what they withhold. */
const fewestHoles = 10;

/** What must be blocked everywhere. */
const blocked =
  'disk-nodes disk-mknod raw-devices kcore devtmpfs kernel-file-systems open-by-handle golden chroot quota disk-limit ' +
  'unremovable swap bpf perf io-uring keys async-io page-faults clock kernel-log kernel-addresses real-time ' +
  'core-pattern sysctls sys-files sys-disks hard-limits out-of-memory release-agent own-limits machine-group ' +
  'leave-group user-namespace user-ids host-processes namespaces other-roots left-open metadata host-addresses ' +
  'neighbours host-interfaces audit engine-sockets';
/** What a kernel, a processor or cgroup v1 may not have at all; else blocked, too. */
const blockedOrMissing =
  'io-ports disk-mount module-load module-unload kexec vsock vsock-32 calls-32 calls-x32 sysrq binfmt group-count';

function describeProbe(rung: Rung, tests: (results: (place: ProbePlace) => Promise<Record<string, string>>) => void) {
  describe(`the probe on the rung ${rung}`, { timeout: 600_000 }, () => {
    let lab: TestLab;

    before(async () => {
      lab = await testLab('dind', rung);
    });

    after(() => lab?.[Symbol.asyncDispose]());

    tests(async (place) => {
      const { results } = await probeSandbox(lab.engine, lab.ref, lab.spec, place);
      return Object.fromEntries(results.map(({ id, result }) => [id, result]));
    });
  });
}

describeProbe('lab-engine', (resultsAt) => {
  for (const place of probePlaces) {
    it(`is blocked in everything, ${place}`, async () => {
      const results = await resultsAt(place);
      const expected = Object.fromEntries([
        ...blocked.split(' ').map((id) => [id, 'blocked']),
        ...blockedOrMissing.split(' ').map((id) => [id, results[id] === 'unsupported' ? 'unsupported' : 'blocked']),
      ]);
      assert.deepEqual(results, expected);
    });
  }
});

describeProbe('privileged', (resultsAt) => {
  for (const place of probePlaces) {
    // A probe that cannot find anything proves nothing.
    it(`finds the holes, ${place}`, async () => {
      const results = await resultsAt(place);
      const open = Object.keys(results).filter((id) => results[id] === 'open');
      assert.ok(open.length >= fewestHoles, `only ${open}`);
      assert.ok(open.includes('user-namespace') && open.includes('core-pattern'), `${open}`);
      // An inner container's files lie on the lab's own disk.
      assert.equal(open.includes('disk-limit'), place !== 'privileged');
    });
  }
});
