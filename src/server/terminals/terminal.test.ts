import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { closeCodes } from '../../shared/terminal-protocol.ts';
import { highWaterBytes } from './flow-control.ts';
import { openTerminal } from './testing.ts';

const kib = 1024;
const atPrompt = '\x1b[?2004h$ ';
const owner = { role: 'learner', keyboard: 'learner', canWrite: true };

describe('a terminal', () => {
  it('starts its shell with the first viewer, in his size, and only then', () => {
    const { ptys, pty, view } = openTerminal();
    assert.equal(ptys.length, 0);
    const { states } = view({ size: { columns: 101, rows: 37 } });
    assert.deepEqual(pty().size, { columns: 101, rows: 37 });
    assert.deepEqual(states(), [{ ...owner, columns: 101, rows: 37, liveFrom: 0, shell: 'starting' }]);
    view();
    assert.equal(ptys.length, 1);
  });

  it('replays what a viewer missed, says from where it is live, and goes on', async () => {
    const { pty, view } = openTerminal();
    view();
    pty().print('one ');
    await turn();
    const late = view({ from: 2 });
    assert.equal(late.states()[0]?.liveFrom, 4);
    assert.equal(late.text(), 'e ');
    pty().print('two');
    await turn();
    assert.equal(late.text(), 'e two');
  });

  it('sends one frame per turn of the event loop, however many reads there were', async () => {
    const { pty, view, events } = openTerminal();
    const { outputs } = view();
    for (const text of ['a', 'b', 'c']) pty().print(text);
    await turn();
    assert.deepEqual(outputs().map(String), ['abc']);
    assert.deepEqual(events, ['output']);
  });

  it('drops what a watcher types, and does not follow his size', () => {
    const { pty, view, events } = openTerminal();
    view({ size: { columns: 80, rows: 24 } });
    const watcher = view({ role: 'instructor', size: { columns: 10, rows: 5 } });
    watcher.type('rm -rf /\r');
    watcher.viewer.receive({ type: 'resize', columns: 10, rows: 5 });
    assert.equal(pty().typed, '');
    assert.deepEqual(pty().size, { columns: 80, rows: 24 });
    assert.deepEqual(events, []);
    assert.equal(watcher.states()[0]?.canWrite, false);
  });

  it('pauses the shell when nobody keeps up, and goes on when somebody does or all have left', async () => {
    const { pty, view } = openTerminal();
    const { viewer, frames } = view();
    const flood = Buffer.alloc(highWaterBytes + kib, 'x');
    pty().print(flood);
    await turn();
    assert.deepEqual(pty().told, ['pause']);
    for (let last = -1; last !== frames.length; ) {
      last = frames.length;
      const frame = frames.at(-1);
      if (frame?.type === 'output') viewer.receive({ type: 'ack', offset: frame.offset + frame.bytes.length });
    }
    assert.deepEqual(pty().told, ['pause', 'resume']);
    pty().print(flood);
    await turn();
    viewer[Symbol.dispose]();
    assert.deepEqual(pty().told, ['pause', 'resume', 'pause', 'resume']);
  });

  it('is slowed by no watcher', async () => {
    const { pty, view } = openTerminal();
    view({ role: 'instructor' });
    const { frames, viewer } = view();
    pty().print(Buffer.alloc(highWaterBytes + kib, 'x'));
    for (let last = -1; last !== frames.length; ) {
      await turn();
      last = frames.length;
      const frame = frames.at(-1);
      if (frame?.type === 'output') viewer.receive({ type: 'ack', offset: frame.offset + frame.bytes.length });
    }
    assert.ok(pty().told.at(-1) !== 'pause');
  });

  it('drops what a flood has queued when the learner interrupts it, up to the prompt', async () => {
    const { pty, view } = openTerminal();
    const { viewer, frames, type, text } = view();
    pty().print(Buffer.alloc(highWaterBytes + kib, 'x'));
    await turn();
    const shown = text().length;
    type('\x03');
    assert.equal(pty().typed, '\x03');
    assert.equal(pty().told.at(-1), 'resume', 'a shell that waits could not hear it');
    pty().print(Buffer.alloc(highWaterBytes, 'y'));
    await turn();
    viewer.receive({ type: 'ack', offset: shown });
    assert.equal(text().length, shown, 'what stood in the pipes is no more wanted than what was queued');
    pty().print(`^C\r\n${atPrompt}`);
    await turn();
    await turn();
    const end = text().slice(shown);
    assert.ok(end.endsWith(`y^C\r\n${atPrompt}`));
    assert.ok(end.length < 32 * kib);
    assert.deepEqual(frames.filter(({ type }) => type === 'gap' || type === 'modes').length, 2);
  });

  it('shows again what goes on printing after Ctrl-C', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { pty, view } = openTerminal();
    const { viewer, type, text } = view();
    const print = async (letter: string) => {
      pty().print(Buffer.alloc(highWaterBytes, letter));
      await turn();
      t.mock.timers.tick(90);
    };
    await print('x');
    type('\x03');
    viewer.receive({ type: 'ack', offset: text().length });
    for (let n = 0; n < 21; n++) await print('y');
    assert.doesNotMatch(text(), /y/);
    await print('z');
    await print('z');
    assert.ok(text().endsWith('z'));
  });

  it('delays nothing when Ctrl-C meets no flood', async () => {
    const { pty, view } = openTerminal();
    const { type, text } = view();
    pty().print(atPrompt);
    await turn();
    type('\x03');
    pty().print('^C');
    await turn();
    assert.equal(text(), `${atPrompt}^C`);
  });

  it('tells that the shell has exited, with its code, and starts a new one for the next viewer', async () => {
    const { ptys, pty, view, events } = openTerminal();
    const first = view();
    pty().print('bye');
    pty().listener.onExit(7);
    assert.equal(first.text(), 'bye', 'nothing of what it printed is lost');
    assert.deepEqual(first.states().at(-1), {
      ...{ ...owner, columns: 80, rows: 24, liveFrom: 3 },
      ...{ shell: 'exited', exitCode: 7 },
    });
    assert.deepEqual(first.closed, [closeCodes.exited]);
    assert.ok(events.includes('exit 7'));
    const next = view({ from: 3 });
    assert.equal(ptys.length, 2);
    assert.equal(next.states()[0]?.shell, 'starting');
    first.type('into nowhere');
    await turn();
  });

  it('pauses a new shell although the one before ended while it was paused', async () => {
    const { pty, view } = openTerminal();
    view();
    pty().print(Buffer.alloc(highWaterBytes + kib, 'x'));
    await turn();
    pty().listener.onExit(0);
    view({ from: highWaterBytes + kib });
    pty().print(Buffer.alloc(highWaterBytes + kib, 'x'));
    await turn();
    assert.deepEqual(pty().told, ['pause']);
  });

  it('lets go of the shell when it is closed, with the reason for each viewer', () => {
    const { terminal, pty, view } = openTerminal();
    const both = [view(), view({ role: 'instructor' })];
    terminal.close(closeCodes.reset);
    assert.deepEqual(
      both.map(({ closed }) => closed),
      [[closeCodes.reset], [closeCodes.reset]],
    );
    assert.deepEqual(pty().told, ['kill']);
    pty().listener.onExit(137);
    assert.deepEqual(both[0]?.closed, [closeCodes.reset], 'its end is no news any more');
    for (const { viewer } of both) viewer[Symbol.dispose]();
  });

  it('hides what the holder prints at attach and at the end, and nothing of the shell’s', async () => {
    const { pty, view } = openTerminal();
    const { text } = view();
    pty().print('\x1b[H\x1b[J');
    pty().print('$ \x1b[H\x1b[J cleared');
    pty().print('logout\x1b[999H\r\n[EOF - dtach terminating]\r\n');
    await turn();
    assert.equal(text(), '$ \x1b[H\x1b[J clearedlogout');
  });
});
