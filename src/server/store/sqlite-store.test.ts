import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { openSqliteStore } from './sqlite-store.ts';
import { describeStore, labRow, sandboxRow } from './store.contract.ts';
import { NewerSchemaError, StoreError } from './store.ts';

const folder = mkdtempSync(join(tmpdir(), 'matryoshka-store-'));
after(() => rmSync(folder, { recursive: true }));
let count = 0;
const newFile = () => join(folder, `${++count}.db`);

describeStore('in memory', () => openSqliteStore(':memory:'));
describeStore('on a file', () => openSqliteStore(newFile()));

describe('the store’s file', () => {
  it('keeps install id, secret and rows when it is opened again', async () => {
    const file = newFile();
    const first = openSqliteStore(file);
    await first.createLearner('a', 1);
    await first[Symbol.asyncDispose]();
    await using second = openSqliteStore(file);
    assert.deepEqual([second.installId, second.secret], [first.installId, first.secret]);
    assert.equal((await second.createLearner('b', 1)).number, 2);
  });

  it('is an install of its own when it was copied, and the same one when it was moved', async () => {
    const [file, copied, moved] = [newFile(), newFile(), newFile()];
    const first = openSqliteStore(file);
    await first.createLearner('a', 1);
    await first.insertLab(labRow('a', { id: 'lab' }));
    await first.insertSandbox(sandboxRow());
    await first[Symbol.asyncDispose]();
    copyFileSync(file, copied);
    const open = async (path: string) => {
      await using store = openSqliteStore(path);
      const sandboxes = (await store.sandboxesIn(['ready'])).length;
      const state = (await store.lab('lab'))?.state;
      return { install: store.installId, of: store.copyOf, secret: store.secret, sandboxes, state };
    };
    const copy = await open(copied);
    assert.notEqual(copy.install, first.installId);
    assert.deepEqual([copy.of, copy.secret, copy.sandboxes, copy.state], [file, first.secret, 0, 'ended']);
    assert.deepEqual(await open(copied), { ...copy, of: undefined }, 'the copy stays what it has become');
    renameSync(file, moved);
    const { install, of, sandboxes, state } = await open(moved);
    assert.deepEqual([install, of, sandboxes, state], [first.installId, undefined, 1, 'starting']);
  });

  it('is closed to other users, also one that was open to them', async () => {
    const file = newFile();
    const modes = () => [file, `${file}-wal`, `${file}-shm`].map((each) => statSync(each).mode & 0o777);
    const umask = process.umask(0);
    try {
      await using first = openSqliteStore(file);
      assert.deepEqual(modes(), [0o600, 0o600, 0o600]);
      chmodSync(file, 0o644);
      await using _ = openSqliteStore(file);
      assert.deepEqual(modes(), [0o600, 0o600, 0o600]);
      void first;
    } finally {
      process.umask(umask);
    }
  });

  it('gives one pooled sandbox to only one of two stores that want it', async () => {
    const file = newFile();
    await using one = openSqliteStore(file);
    await using two = openSqliteStore(file);
    assert.equal(one.installId, two.installId);
    for (const id of ['a', 'b']) await one.createLearner(id, 1);
    const labs = [labRow('a'), labRow('b')] as const;
    for (const lab of labs) await two.insertLab(lab);
    const row = sandboxRow();
    await one.insertSandbox(row);
    const taken = await Promise.all([one.takePooled('box', labs[0].id, 1), two.takePooled('box', labs[1].id, 1)]);
    assert.deepEqual(taken.map((sandbox) => sandbox?.id).filter(Boolean), [row.id]);
    const reset = { state: 'ready' } as const;
    const changes = [one, two].map((store) => store.changeLab(labs[0].id, { states: ['starting'] }, reset));
    assert.deepEqual((await Promise.all(changes)).sort(), [false, true]);
  });

  it('refuses a schema that newer code wrote, and says what to do', () => {
    const file = newFile();
    const db = new DatabaseSync(file);
    db.exec('PRAGMA user_version = 99');
    db.close();
    assert.throws(
      () => openSqliteStore(file),
      (error) => {
        assert.ok(error instanceof NewerSchemaError);
        assert.match(error.message, /schema 99.*start the newer version, or use another LAB_DATA_DIR/);
        return true;
      },
    );
  });

  it('cannot be opened below a file, or when it is none of ours', () => {
    const blocked = join(folder, 'a-file');
    writeFileSync(blocked, 'no database, and no folder either: it only has to be long enough to look like something');
    for (const path of [join(blocked, 'matryoshka.db'), blocked, join(folder, 'no-such-folder', 'matryoshka.db')]) {
      assert.throws(
        () => openSqliteStore(path),
        (error) => {
          assert.ok(error instanceof StoreError);
          assert.ok(error.message.includes(path));
          return true;
        },
      );
    }
  });

  it('says that the disk is full, and works again when there is room', async (t) => {
    const disk = join(folder, 'disk');
    const ballast = join(disk, 'ballast');
    mkdirSync(disk);
    if (!mounted(disk)) return t.diagnostic('only root can mount a small disk: nothing was tried');
    t.after(() => execFileSync('umount', ['--lazy', disk]));
    await using store = openSqliteStore(join(disk, 'matryoshka.db'));
    await store.createLearner('a', 1);
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(ballast, Buffer.alloc(Number(bavail) * Number(bsize)));
    await assert.rejects(async () => {
      for (let n = 0; n < 100; n++) await store.createLearner(`${n} ${'x'.repeat(10_000)}`, 1);
    }, StoreError);
    await assert.rejects(store.insertLab(labRow('a', { failure: 'x'.repeat(400_000) })), StoreError);
    assert.equal((await store.learner('a'))?.number, 1, 'what was kept can be read');
    rmSync(ballast);
    await store.probe();
    await store.createLearner('after', 1);
  });
});

/** Mounts half a megabyte on the folder; false where this user may not. */
function mounted(disk: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
