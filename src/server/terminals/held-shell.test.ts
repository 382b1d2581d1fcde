import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { closeCodes } from '../../shared/terminal-protocol.ts';
import { Scrollback } from './scrollback.ts';
import { Terminal, TerminalBusyError } from './terminal.ts';
import { openTerminal } from './testing.ts';

const atPrompt = '\x1b[?2004h$ ';
const running = '\x1b[?2004l';

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
      scrollback: new Scrollback(1024),
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

  it('is refused while an editor has the screen, which takes pastes as a prompt does', async () => {
    const { terminal, pty, view } = openTerminal();
    view();
    pty().print('\x1b[?1049h\x1b[?2004h~');
    await assert.rejects(terminal.type('docker ps', false), TerminalBusyError);
    assert.equal(pty().typed, '');
  });
});
