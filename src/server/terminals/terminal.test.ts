import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { closeCodes, type ServerFrame, type TerminalState } from '../../shared/terminal-protocol.ts';
import { highWaterBytes } from './flow-control.ts';
import type { PtyListener, PtySize } from './pty.ts';
import { Scrollback } from './scrollback.ts';
import { Terminal, TerminalBusyError } from './terminal.ts';

const kib = 1024;
const atPrompt = '\x1b[?2004h$ ';
const owner = { role: 'learner', keyboard: 'learner', canWrite: true };
const running = '\x1b[?2004l';

/** A pty that does nothing by itself and remembers what it was told. */
class FakePty {
  readonly listener: PtyListener;
  readonly told: string[] = [];
  typed = '';
  size: PtySize;

  constructor(size: PtySize, listener: PtyListener) {
    this.size = size;
    this.listener = listener;
  }

  write(bytes: Uint8Array) {
    this.typed += Buffer.from(bytes).toString();
  }
  resize(size: PtySize) {
    this.size = size;
  }
  pause() {
    this.told.push('pause');
  }
  resume() {
    this.told.push('resume');
  }
  kill() {
    this.told.push('kill');
  }
  print(text: string | Buffer) {
    this.listener.onData(Buffer.from(text));
  }
}

function openTerminal(scrollback = new Scrollback(1024 * kib)) {
  const ptys: FakePty[] = [];
  const events: string[] = [];
  const terminal = new Terminal({
    place: { name: 'host', level: 1, chain: [] },
    scrollback,
    spawn: (_, size, listener) => {
      ptys.push(new FakePty(size, listener));
      return ptys.at(-1) as FakePty;
    },
    command: () => ({ file: 'sh', args: [], env: {} }),
    onInput: () => events.push('input'),
    onOutput: () => events.push('output'),
    onChange: () => events.push('change'),
    onExit: (code) => events.push(`exit ${code}`),
  });
  const pty = () => ptys.at(-1) ?? assert.fail('no shell was started');
  const view = (options: { role?: TerminalState['role']; from?: number; size?: PtySize } = {}) => {
    const frames: ServerFrame[] = [];
    const closed: number[] = [];
    const viewer = terminal.attach(
      { role: options.role ?? 'learner', send: (frame) => frames.push(frame), close: (code) => closed.push(code) },
      options.from ?? 0,
      options.size,
    );
    const outputs = () => frames.flatMap((frame) => (frame.type === 'output' ? [Buffer.from(frame.bytes)] : []));
    const states = () => frames.flatMap((frame): TerminalState[] => (frame.type === 'state' ? [frame.state] : []));
    const type = (text: string) => viewer.receive({ type: 'input', bytes: Buffer.from(text) });
    return { viewer, frames, closed, outputs, states, type, text: () => Buffer.concat(outputs()).toString() };
  };
  return { terminal, ptys, pty, view, events };
}

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

  it('drops queued output when the learner interrupts, and passes the interrupt on', async () => {
    const { pty, view } = openTerminal();
    const { frames, type } = view();
    pty().print(Buffer.alloc(highWaterBytes + kib, 'x'));
    await turn();
    type('\x03');
    assert.equal(pty().typed, '\x03');
    assert.deepEqual([frames.at(-2)?.type, frames.at(-1)?.type], ['gap', 'modes']);
    assert.equal(pty().told.at(-1), 'resume', 'a shell that waits could not hear it');
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
    for (let n = 1; n <= 500; n++) {
      viewer.receive({ type: 'resize', columns: n, rows: 24 });
      if (n % 5 === 0) t.mock.timers.tick(10);
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
  });
});

describe('what a shell left behind', () => {
  it('is taken back when it is gone, so that the next one has a screen of its own', async () => {
    const { pty, view, terminal } = openTerminal();
    view();
    pty().print('\x1b[?1049h\x1b[31mvim');
    pty().listener.onExit(137);
    assert.ok(!terminal.scrollback.isAlternate);
  });

  it('that ends at once, again and again, holds nothing', async () => {
    const { ptys, pty, view } = openTerminal();
    for (let n = 0; n < 50; n++) {
      const viewer = view();
      pty().listener.onExit(127);
      assert.deepEqual(viewer.closed, [closeCodes.exited]);
      assert.equal(viewer.states().at(-1)?.exitCode, 127);
      viewer.viewer[Symbol.dispose]();
    }
    await turn();
    assert.equal(ptys.length, 50);
  });

  it('that cannot be started is told to who wanted it, and leaves no viewer behind', () => {
    const terminal = new Terminal({
      place: { name: 'host', level: 1, chain: [] },
      scrollback: new Scrollback(kib),
      spawn: () => {
        throw new Error('no such program');
      },
      command: () => ({ file: 'none', args: [], env: {} }),
      onInput: () => undefined,
      onOutput: () => undefined,
      onChange: () => undefined,
      onExit: () => undefined,
    });
    const connection = { role: 'learner', send: () => assert.fail(), close: () => assert.fail() } as const;
    assert.throws(() => terminal.attach(connection, 0, undefined), /no such program/);
    terminal.close(closeCodes.ended);
  });
});

describe('typing a block', () => {
  it('waits for the shell’s first output, then types it as one paste with Enter', async () => {
    const { terminal, pty } = openTerminal();
    const typing = terminal.type('docker ps\nls', false);
    await turn();
    assert.equal(pty().typed, '');
    pty().print(atPrompt);
    await typing;
    assert.equal(pty().typed, '\x1b[200~docker ps\nls\x1b[201~\r');
  });

  it('types lines where the shell knows no paste', async () => {
    const { terminal, pty, view } = openTerminal();
    view();
    pty().print('/ # ');
    await terminal.type('one\ntwo', false);
    assert.equal(pty().typed, 'one\rtwo\r');
  });

  it('is refused while a program runs on and on, unless it is forced', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { terminal, pty, view } = openTerminal();
    view();
    pty().print(`${atPrompt}${running}`);
    let waits = true;
    const refused = assert.rejects(terminal.type('docker ps', false), TerminalBusyError).finally(() => {
      waits = false;
    });
    while (waits) {
      t.mock.timers.tick(20);
      await turn();
    }
    await refused;
    assert.equal(pty().typed, '');
    await terminal.type('docker ps', true);
    assert.equal(pty().typed, 'docker ps\r');
    pty().print(atPrompt);
    await terminal.type('ls', false);
    assert.ok(pty().typed.endsWith('\x1b[200~ls\x1b[201~\r'));
  });
});
