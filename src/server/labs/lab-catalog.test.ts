import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { complaints, courseFolder, edited } from './course-fixture.ts';
import { LabCatalog } from './lab-catalog.ts';

test('a spec has its folder’s name as id, sizes in bytes and durations in milliseconds', async (t) => {
  const catalog = await LabCatalog.load(join(await courseFolder(t), 'labs'));
  const spec = catalog.spec('box');
  assert.deepEqual([spec?.id, spec?.limits.memory, spec?.life.ttl], ['box', 1.5 * 2 ** 30, 3_600_000]);
  assert.equal(catalog.spec('bag'), undefined);
});

test('the folder images is not a lab', async (t) => {
  const folder = await courseFolder(t);
  await mkdir(join(folder, 'labs/images/sandbox'), { recursive: true });
  const { specs } = await LabCatalog.load(join(folder, 'labs'));
  assert.deepEqual(
    specs.map(({ id }) => id),
    ['box'],
  );
});

test('a wrong unit names file, line and field', async (t) => {
  const folder = await courseFolder(t, edited('labs/box/lab.yaml', '384MiB', '384MB'));
  assert.deepEqual(await complaints(folder), ['labs/box/lab.yaml:6: reserve: not a size such as 768MiB or 1.5GiB']);
});

test('a folder without lab.yaml, and one that is not an id, are named', async (t) => {
  const folder = await courseFolder(t, { 'labs/Bag/other.txt': '' });
  assert.deepEqual(await complaints(folder), [
    'labs/Bag/lab.yaml:1: folder "Bag" is not an id: use kebab-case',
    'labs/Bag/lab.yaml:1: cannot be read (ENOENT)',
  ]);
});

test('what is no setting of a lab is refused: rights and mounts are not the author’s to give', async (t) => {
  const text = 'privileged: true\nbinds: ["/:/host"]\n';
  const folder = await courseFolder(t, edited('labs/box/lab.yaml', 'reserve:', `${text}reserve:`));
  assert.deepEqual(await complaints(folder), [
    'labs/box/lab.yaml:6: privileged: unknown field',
    'labs/box/lab.yaml:7: binds: unknown field',
  ]);
});

test('limits that contradict each other, or are too small for an engine, are refused', async (t) => {
  const limits = 'limits: {memory: 128MiB, cpus: 1, pids: 10, disk: {tmpfs: 768MiB}}';
  const sound = 'limits: {memory: 1.5GiB, cpus: 1, pids: 512, disk: {tmpfs: 768MiB}}';
  const whole = edited('labs/box/lab.yaml', sound, limits);
  assert.deepEqual(await complaints(await courseFolder(t, whole)), [
    'labs/box/lab.yaml:5: limits.memory: too little for an engine: at least 256MiB',
    'labs/box/lab.yaml:5: limits.pids: too few for an engine: at least 64',
    'labs/box/lab.yaml:5: limits.disk.tmpfs: counts as memory: it must be less than limits.memory',
    'labs/box/lab.yaml:6: reserve: more than the lab may ever use: at most limits.memory',
  ]);
});

test('images that no lab can have are refused', async (t) => {
  const folder = await courseFolder(t, edited('labs/box/lab.yaml', 'image: sandbox', 'image: debian'));
  assert.deepEqual(await complaints(folder), ['labs/box/lab.yaml:2: image: no such image: labs run on "sandbox"']);
  const other = await courseFolder(t, edited('labs/box/lab.yaml', '[alpine]', '[alpine, debian]'));
  await assert.rejects(LabCatalog.load(join(other, 'labs'), ['alpine:latest']), (error: Error) => {
    assert.match(error.message, /box\/lab.yaml:3: contains.1: no such image: debian. Known are: alpine:latest$/);
    return true;
  });
});
