// The page loads this file: zod/mini costs it 14 KB (gz) less than zod.
import * as z from 'zod/mini';

/**
 * Frames of `WS /ws/labs/:id/terminals/:name?from=offset&ticket=…`: binary, one type byte, then the body.
 * Offsets count the bytes that the terminal ever printed in this generation of the lab; integers are big-endian.
 */
export const frameTypes = {
  /** server: u64 offset of the first byte, then output bytes */
  output: 0x01,
  /** server: u64 from, u64 to: bytes in between are lost for this viewer */
  gap: 0x02,
  /** server: JSON `terminalState`, first of all and whenever it has changed */
  state: 0x03,
  /** server, after a gap: bytes that bring any screen into the modes that hold there; no offset, no acknowledgement */
  modes: 0x04,
  /** viewer: bytes typed */
  input: 0x10,
  /** viewer: u16 columns, u16 rows */
  resize: 0x11,
  /** viewer: u64 offset up to which the page has parsed the output */
  ack: 0x12,
  /** viewer: u8, 1 takes the keyboard, 0 gives it back to the learner */
  keyboard: 0x13,
} as const;

/** A gap of this many bytes or more: an unknown amount was lost while the server was away. No shell prints it meanwhile. */
export const unknownLoss = 2 ** 32;
/** How far offsets move on when a server begins anew with what it kept: a gap for whoever had seen some of it. */
export const restartJump = 2 * unknownLoss;

/** Largest terminal in either direction, in cells; more is refused. */
export const maxCells = 500;
/** Largest frame that a viewer may send, bytes. A paste is cut into frames of this size by the page. */
export const maxViewerFrame = 64 * 1024;

/** WebSocket close codes of terminals and event sockets; the reason is in the code, not in text. */
export const closeCodes = {
  /** The lab was reset: attach again when it is ready, from offset 0. */
  reset: 4001,
  /** The lab has ended. */
  ended: 4002,
  /** The shell has exited; connecting again starts a new one. */
  exited: 4003,
  /** A frame did not fit the protocol. */
  badFrame: 4004,
  /** The shell could not be started; try again. */
  failed: 4005,
  /** No session, ticket or right. */
  denied: 4006,
  /** The terminal was closed; it is not there any more. */
  closed: 4007,
  /** The server is going away; connect again. */
  restart: 1012,
} as const;

export const terminalState = z.object({
  /** As whom this viewer looks on; only a learner's size counts. */
  role: z.enum(['learner', 'instructor']),
  /** Who types; either may take it at any time. */
  keyboard: z.enum(['learner', 'instructor']),
  /** What this viewer types reaches the shell. */
  canWrite: z.boolean(),
  columns: z.int(),
  rows: z.int(),
  /** Of what follows this frame, bytes before this offset are replay: queries in them must not be answered. */
  liveFrom: z.int(),
  shell: z.enum(['starting', 'running', 'exited']),
  exitCode: z.optional(z.int()),
});
export type TerminalState = z.infer<typeof terminalState>;

export type ServerFrame =
  | { type: 'output'; offset: number; bytes: Uint8Array }
  | { type: 'gap'; from: number; to: number }
  | { type: 'state'; state: TerminalState }
  | { type: 'modes'; bytes: Uint8Array };

export type ViewerFrame =
  | { type: 'input'; bytes: Uint8Array }
  | { type: 'resize'; columns: number; rows: number }
  | { type: 'ack'; offset: number }
  | { type: 'keyboard'; take: boolean };

/** A frame that does not fit the protocol; the connection is closed with `closeCodes.badFrame`. */
export class FrameError extends Error {}

export function encodeServerFrame(frame: ServerFrame): Uint8Array<ArrayBuffer> {
  if (frame.type === 'state') {
    const json = new TextEncoder().encode(JSON.stringify(frame.state));
    const out = new Uint8Array(1 + json.length);
    out[0] = frameTypes.state;
    out.set(json, 1);
    return out;
  }
  if (frame.type === 'modes') {
    const out = new Uint8Array(1 + frame.bytes.length);
    out[0] = frameTypes.modes;
    out.set(frame.bytes, 1);
    return out;
  }
  const body = frame.type === 'output' ? frame.bytes : undefined;
  const out = new Uint8Array(body ? 9 + body.length : 17);
  const view = new DataView(out.buffer);
  out[0] = frameTypes[frame.type];
  view.setBigUint64(1, BigInt(frame.type === 'output' ? frame.offset : frame.from));
  if (frame.type === 'gap') view.setBigUint64(9, BigInt(frame.to));
  if (body) out.set(body, 9);
  return out;
}

export function decodeServerFrame(data: Uint8Array): ServerFrame {
  const view = viewOf(data);
  switch (data[0]) {
    case frameTypes.output:
      need(data, data.length >= 9);
      return { type: 'output', offset: readOffset(view, 1), bytes: data.subarray(9) };
    case frameTypes.gap:
      need(data, data.length === 17);
      return { type: 'gap', from: readOffset(view, 1), to: readOffset(view, 9) };
    case frameTypes.state:
      return { type: 'state', state: terminalState.parse(JSON.parse(new TextDecoder().decode(data.subarray(1)))) };
    case frameTypes.modes:
      return { type: 'modes', bytes: data.subarray(1) };
    default:
      throw new FrameError(`unknown frame type ${data[0]}`);
  }
}

export function encodeViewerFrame(frame: ViewerFrame): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(
    1 + { input: frame.type === 'input' ? frame.bytes.length : 0, resize: 4, ack: 8, keyboard: 1 }[frame.type],
  );
  const view = new DataView(out.buffer);
  out[0] = frameTypes[frame.type];
  if (frame.type === 'input') out.set(frame.bytes, 1);
  if (frame.type === 'resize') {
    view.setUint16(1, frame.columns);
    view.setUint16(3, frame.rows);
  }
  if (frame.type === 'ack') view.setBigUint64(1, BigInt(frame.offset));
  if (frame.type === 'keyboard') out[1] = frame.take ? 1 : 0;
  return out;
}

export function decodeViewerFrame(data: Uint8Array): ViewerFrame {
  const view = viewOf(data);
  switch (data[0]) {
    case frameTypes.input:
      need(data, data.length <= maxViewerFrame + 1);
      return { type: 'input', bytes: data.subarray(1) };
    case frameTypes.resize: {
      need(data, data.length === 5);
      const columns = view.getUint16(1);
      const rows = view.getUint16(3);
      need(data, columns >= 1 && rows >= 1 && columns <= maxCells && rows <= maxCells);
      return { type: 'resize', columns, rows };
    }
    case frameTypes.ack:
      need(data, data.length === 9);
      return { type: 'ack', offset: readOffset(view, 1) };
    case frameTypes.keyboard:
      need(data, data.length === 2 && (data[1] === 0 || data[1] === 1));
      return { type: 'keyboard', take: data[1] === 1 };
    default:
      throw new FrameError(`unknown frame type ${data[0]}`);
  }
}

function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

function readOffset(view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at));
  if (!Number.isSafeInteger(value)) throw new FrameError(`offset ${value} is out of range`);
  return value;
}

function need(data: Uint8Array, holds: boolean): void {
  if (!holds) throw new FrameError(`malformed frame of type ${data[0]} with ${data.length} bytes`);
}
