import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Terminal } from '@xterm/xterm';
import { waitForPaints } from './between-paints.ts';

/** What of xterm.js is touched; it notes what it does to the page. */
function terminal() {
  const done: string[] = [];
  const renders: (() => void)[] = [];
  const core = {
    _syncTextArea: () => void done.push('place'),
    _selectionService: { refresh: () => void done.push('select') },
  };
  const fake = {
    _core: core,
    selected: false,
    hasSelection: () => fake.selected,
    onRender: renders.push.bind(renders),
  };
  waitForPaints(fake as unknown as Terminal);
  const paint = () => {
    for (const listener of renders) listener();
  };
  return { fake, core, done, paint };
}

it('the text area follows the cursor when that is painted', () => {
  const { core, done, paint } = terminal();
  core._syncTextArea();
  assert.deepEqual(done, []);
  paint();
  assert.deepEqual(done, ['place']);
});

it('a selection is painted as long as there is one, and once more when it is gone', () => {
  const { fake, core, done } = terminal();
  core._selectionService.refresh();
  assert.deepEqual(done, []);
  fake.selected = true;
  core._selectionService.refresh();
  core._selectionService.refresh();
  fake.selected = false;
  core._selectionService.refresh();
  assert.deepEqual(done, ['select', 'select', 'select']);
  core._selectionService.refresh();
  assert.equal(done.length, 3);
});

it('another xterm.js is left as it is', () => {
  const other = { onRender: () => assert.fail('nothing to place') };
  assert.doesNotThrow(() => waitForPaints(other as unknown as Terminal));
});
