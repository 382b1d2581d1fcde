import assert from 'node:assert/strict';
import test from 'node:test';
import { ShellWidths, widthOf } from './widths.ts';

const columns = (text: string) => [...text].reduce((sum, char) => sum + widthOf(char.codePointAt(0) ?? 0), 0);

test('characters take the columns that glibc gives them', () => {
  assert.equal(columns('plain'), 5);
  assert.equal(columns('套娃，ガ한'), 10);
  assert.equal(columns('e\u0301'), 1);
  assert.equal(columns('🪆'), 2);
  // Joined or not, the shell counts each of them.
  assert.equal(columns('👩\u200d💻'), 4);
  assert.equal(columns('🇨🇳'), 2);
  assert.equal(columns('❤\ufe0f'), 1);
});

test('marks join the cell before them; those that no script needs are not drawn', () => {
  const widths = new ShellWidths();
  let state = widths.charProperties(0x65, 0);
  assert.equal(state, 1 << 1);
  for (let i = 0; i < 4; i++) {
    state = widths.charProperties(0x301, state);
    assert.equal(state & 0b111, (1 << 1) | 1, 'joins a cell of one column');
  }
  for (let i = 0; i < 1000; i++) {
    state = widths.charProperties(0x301, state);
    assert.equal(state, 0, 'neither joins nor takes a column');
  }
  assert.equal(widths.charProperties(0x65, state), 1 << 1);
});

test('a mark at the beginning has nothing to join', () => {
  assert.equal(new ShellWidths().charProperties(0x301, 0), 0);
});
