import assert from 'node:assert/strict';
import type { ServerFrame, TerminalState } from '../../shared/terminal-protocol.ts';
import type { PtyListener, PtySize } from './pty.ts';
import { Scrollback } from './scrollback.ts';
import { Terminal } from './terminal.ts';

/** A pty that does nothing by itself and remembers what it was told. */
export class FakePty {
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

/** A terminal on fake ptys, what it has told, and viewers for it. */
export function openTerminal(scrollback = new Scrollback(2 ** 20)) {
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
