import type { WebSocket } from 'ws';
import { z } from 'zod';
import {
  closeCodes,
  decodeViewerFrame,
  encodeServerFrame,
  FrameError,
  maxCells,
} from '../../shared/terminal-protocol.ts';
import { SandboxGoneError } from '../engine/engine.ts';
import { actorOf, may } from '../instructors/rights.ts';
import { LabEndedError, LabNotReadyError, UnknownLabError } from '../labs/lab.ts';
import type { LabManager } from '../labs/lab-manager.ts';
import type { Log } from '../log.ts';
import type { Viewer } from '../terminals/terminal.ts';
import { type Terminals, UnknownTerminalError } from '../terminals/terminals.ts';
import type { Tickets } from './tickets.ts';
import { type SocketRequest, type SocketRoute, sendTo } from './upgrade.ts';

const cells = z.coerce.number().int().min(1).max(maxCells);
const query = z.object({
  ticket: z.string(),
  from: z.coerce.number().int().min(0).default(0),
  columns: cells.optional(),
  rows: cells.optional(),
});

interface Options {
  manager: LabManager;
  terminals: Terminals;
  tickets: Tickets;
  log: Log;
}

/** `WS /ws/labs/:id/terminals/:name`: one viewer of one terminal. */
export function terminalRoute(options: Options): SocketRoute {
  return {
    path: /^\/ws\/labs\/(?<id>[^/]+)\/terminals\/(?<name>[^/]+)$/,
    connect(socket, request) {
      // Frames may come before the terminal is open; ws would drop them.
      socket.pause();
      attach(socket, request, options).then(
        () => socket.resume(),
        (error: Error) => {
          socket.resume();
          socket.close(closeCodeOf(error));
          options.log.debug({ path: request.params, error: error.message }, 'terminal not attached');
        },
      );
    },
  };
}

async function attach(socket: WebSocket, { who, params, query: raw }: SocketRequest, options: Options): Promise<void> {
  const { manager, terminals, tickets } = options;
  const { id: labId = '', name: terminal = '' } = params;
  const { ticket, from, columns, rows } = query.parse(Object.fromEntries(raw));
  const isIssued = tickets.redeem(ticket, { learnerId: who.learnerId, labId, terminal });
  const known = await manager.get(labId);
  if (!isIssued || !may(who, 'terminal.see', known)) throw new UnknownLabError(labId);
  const { lab, sandbox, spec } = await manager.ready(labId);
  await terminals.open(lab, sandbox.engineRef, spec).catch(async (error: Error) => {
    // Reset or ended meanwhile: the lab knows which.
    if (error instanceof SandboxGoneError) await manager.ready(labId);
    throw error;
  });
  // Cut off meanwhile: nobody would hear that he has gone, and the shell would wait for him.
  if (socket.readyState !== socket.OPEN) return;
  const viewer: Viewer = terminals.get(labId, terminal).attach(
    {
      role: actorOf(who, lab),
      send: (frame) => sendTo(socket, encodeServerFrame(frame)),
      close: (code) => socket.close(code),
    },
    from,
    columns && rows ? { columns, rows } : undefined,
  );
  socket.on('close', () => viewer[Symbol.dispose]());
  socket.on('message', (data: Buffer, isBinary) => {
    try {
      if (!isBinary) throw new FrameError('text frame');
      const frame = decodeViewerFrame(data);
      if (frame.type !== 'keyboard' || may(who, 'terminal.take', lab)) viewer.receive(frame);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      socket.close(closeCodes.badFrame);
    }
  });
}

function closeCodeOf(error: Error): number {
  if (error instanceof LabEndedError) return closeCodes.ended;
  if (error instanceof LabNotReadyError || error instanceof SandboxGoneError) return closeCodes.reset;
  if (error instanceof UnknownLabError || error instanceof UnknownTerminalError) return closeCodes.denied;
  if (error instanceof z.ZodError) return closeCodes.badFrame;
  return closeCodes.failed;
}
