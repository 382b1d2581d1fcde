import assert from 'node:assert/strict';
import { existsSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { PhaseError, Phases, ShownError } from './phases.mjs';
import { temporaryFolder } from './temporary-folder.mjs';

/**
 * Phases that write plain lines into `text`.
 *
 * @param {string} logsDir
 * @param {boolean} [quiet]
 */
function recorded(logsDir, quiet = false) {
  const lines = { text: '' };
  const stream = new Writable({
    write(chunk, _, done) {
      lines.text += chunk;
      done();
    },
  });
  const phases = new Phases({ stream: /** @type {NodeJS.WriteStream} */ (stream), logsDir, quiet });
  return { lines, phases };
}

test('a finished phase is one line with its time, and is remembered', async (context) => {
  const { lines, phases } = recorded(temporaryFolder(context));
  const work = async (/** @type {import('./phases.mjs').Phase} */ phase) => {
    phase.note('private');
    return 7;
  };
  assert.equal(await phases.run('engine', work), 7);
  assert.match(lines.text, /^✓ engine {2}\d+\.\d s {2}private\n$/);
  assert.equal(phases.finished[0]?.name, 'engine');
});

test('a quiet phase that is quick says nothing and writes no log', async (context) => {
  const folder = temporaryFolder(context);
  const { lines, phases } = recorded(folder, true);
  await phases.run('dependencies', async () => {});
  assert.equal(lines.text, '');
  assert.equal(existsSync(join(folder, 'dependencies.log')), false);
});

test('a failing phase says its name, its log, the last lines and the fix, also when quiet', async (context) => {
  const folder = temporaryFolder(context);
  const { lines, phases } = recorded(folder, true);
  const work = phases.run('host packages', async (phase) => {
    for (let line = 1; line <= 20; line += 1) writeSync(phase.log(), `line ${line}\n`);
    throw new PhaseError('It is broken.', 'mend it.');
  });
  await assert.rejects(work, ShownError);
  assert.match(lines.text, /✗ host packages/);
  assert.ok(lines.text.includes(join(folder, 'host-packages.log')));
  assert.match(lines.text, /\| line 6\n[\s\S]*\| line 20\n/);
  assert.doesNotMatch(lines.text, /\| line 5\n/);
  assert.match(lines.text, /Fix: mend it\./);
});

test('a data folder that cannot be written is named', async (context) => {
  const file = join(temporaryFolder(context), 'file');
  writeFileSync(file, '');
  const { lines, phases } = recorded(join(file, 'logs'));
  await assert.rejects(
    phases.run('dependencies', async (phase) => void phase.log()),
    ShownError,
  );
  assert.match(lines.text, /cannot be written[\s\S]*LAB_DATA_DIR/);
});
