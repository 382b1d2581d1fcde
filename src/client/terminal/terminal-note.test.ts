import '../testing.ts';
import assert from 'node:assert/strict';
import test from 'node:test';
import type { TerminalState } from '../../shared/terminal-protocol.ts';

const { noteOf } = await import('./terminal-note.ts');
const shell = (role: TerminalState['role'], keyboard: TerminalState['keyboard']): TerminalState => ({
  ...{ role, keyboard, canWrite: role === keyboard },
  ...{ columns: 80, rows: 24, liveFrom: 0, shell: 'running' },
});

test('a learner at his own terminal reads nothing', () => {
  assert.equal(noteOf({ kind: 'open' }, shell('learner', 'learner')), undefined);
  assert.equal(noteOf({ kind: 'open' }, undefined), undefined);
});

test('both are told who has the keyboard, and can change that', () => {
  const does = (role: TerminalState['role'], keyboard: TerminalState['keyboard']) =>
    noteOf({ kind: 'open' }, shell(role, keyboard))?.action?.does;
  assert.equal(does('learner', 'instructor'), 'take');
  assert.equal(does('instructor', 'learner'), 'take');
  assert.equal(does('instructor', 'instructor'), 'return');
});

test('a lost connection says when it is tried again, and offers to do it now', () => {
  const note = noteOf({ kind: 'waiting', retryAt: Date.now() + 4200 }, undefined);
  assert.match(note?.words ?? '', /5 s/);
  assert.equal(note?.action?.does, 'connect');
  assert.equal(noteOf({ kind: 'lost' }, undefined)?.action?.does, 'connect');
});

test('a shell that has exited says its code', () => {
  const note = noteOf({ kind: 'exited' }, { ...shell('learner', 'learner'), shell: 'exited', exitCode: 3 });
  assert.match(note?.words ?? '', /code 3/);
});
