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
