import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { openTerminal } from './testing.ts';

describe('the keyboard of a terminal', () => {
  const last = <T>(all: T[]) => all.at(-1) ?? assert.fail('nothing came');

  it('is the learner’s; an instructor takes it and gives it back, and everybody is told', async () => {
    const { pty, view, events, terminal } = openTerminal();
    const owner = view();
    const instructor = view({ role: 'instructor' });
    instructor.viewer.receive({ type: 'keyboard', take: true });
    await turn();
    assert.equal(terminal.view.keyboard, 'instructor');
    assert.deepEqual([last(owner.states()).canWrite, last(instructor.states()).canWrite], [false, true]);
    pty().print('$ ');
    owner.type('mine');
    instructor.type('his');
    assert.equal(pty().typed, 'his');
    instructor.viewer.receive({ type: 'keyboard', take: false });
    await turn();
    assert.deepEqual([last(owner.states()).canWrite, last(instructor.states()).canWrite], [true, false]);
    assert.deepEqual(events.filter((event) => event === 'change').length, 2);
  });

  it('goes to who took it last when two fight for it, and each change of a turn is told once', async () => {
    const { view, terminal } = openTerminal();
    const owner = view();
    const [first, second] = [view({ role: 'instructor' }), view({ role: 'instructor' })];
    const told = owner.states().length;
    for (let n = 0; n < 1000; n++) {
      first.viewer.receive({ type: 'keyboard', take: true });
      second.viewer.receive({ type: 'keyboard', take: true });
      owner.viewer.receive({ type: 'keyboard', take: true });
    }
    second.viewer.receive({ type: 'keyboard', take: true });
    first.viewer.receive({ type: 'keyboard', take: false });
    await turn();
    assert.equal(owner.states().length, told + 1);
    const writers = [owner, first, second].map((viewer) => last(viewer.states()).canWrite);
    assert.deepEqual(writers, [false, false, true], 'nobody can give away what another one has');
    owner.viewer.receive({ type: 'keyboard', take: true });
    assert.equal(terminal.view.keyboard, 'learner', 'the lab is his: he can take it back at any time');
  });

  it('comes back to the learner when the instructor has gone', () => {
    const { view, terminal } = openTerminal();
    view();
    const instructor = view({ role: 'instructor' });
    instructor.viewer.receive({ type: 'keyboard', take: true });
    instructor.viewer[Symbol.dispose]();
    assert.equal(terminal.view.keyboard, 'learner');
  });
});

describe('the size of a terminal', () => {
  it('is the learner’s, whoever types; of two windows that of the one he types in', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { pty, view } = openTerminal();
    const wide = view({ size: { columns: 120, rows: 40 } });
    const small = view({ size: { columns: 60, rows: 20 } });
    const instructor = view({ role: 'instructor', size: { columns: 20, rows: 5 } });
    pty().print('$ ');
    t.mock.timers.tick(50);
    assert.deepEqual(pty().size, { columns: 60, rows: 20 });
    wide.type('x');
    t.mock.timers.tick(50);
    assert.deepEqual(pty().size, { columns: 120, rows: 40 });
    instructor.viewer.receive({ type: 'keyboard', take: true });
    instructor.viewer.receive({ type: 'resize', columns: 21, rows: 6 });
    instructor.type('x');
    t.mock.timers.tick(50);
    await turn();
    assert.deepEqual(pty().size, { columns: 120, rows: 40 });
    assert.equal(instructor.states().at(-1)?.columns, 120);
    assert.equal(small.states().at(-1)?.columns, 120);
  });

  it('is told to the shell at once, then at most twenty times a second', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { pty, view } = openTerminal();
    const { viewer } = view();
    const told: number[] = [];
    pty().resize = ({ columns }) => told.push(columns);
    for (let n = 1; n <= 1000; n++) {
      viewer.receive({ type: 'resize', columns: ((n - 1) % 500) + 1, rows: 24 });
      if (n % 10 === 0) t.mock.timers.tick(10);
    }
    t.mock.timers.tick(50);
    assert.deepEqual([told[0], told.at(-1)], [1, 500]);
    assert.ok(told.length <= 22, `${told.length} sizes in a second`);
  });

  it('is changed for a moment to make a full-screen program paint itself for who comes late', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { pty, view } = openTerminal();
    view();
    pty().print('$ top\r\n\x1b[?2004l~~~');
    const told: number[] = [];
    pty().resize = ({ rows }) => told.push(rows);
    view();
    t.mock.timers.tick(50);
    assert.deepEqual(told, [23, 24]);
    pty().print('\x1b[?2004h$ ');
    view();
    t.mock.timers.tick(50);
    assert.deepEqual(told, [23, 24], 'a prompt needs no painting');
    // vi takes pastes, too.
    pty().print('\x1b[?1049h\x1b[?2004h~~~');
    view();
    t.mock.timers.tick(50);
    assert.deepEqual(told, [23, 24, 23, 24]);
  });
});
