import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { z } from '@hono/zod-openapi';
import {
  recordingRequest,
  recordingsView,
  terminalAnswer,
  terminalChange,
  terminalRequest,
  ticketRequest,
  ticketView,
} from '../../shared/api.ts';
import { slug } from '../../shared/ids.ts';
import type { Engine } from '../engine/engine.ts';
import type { Who } from '../instructors/rights.ts';
import { requireChain } from '../labs/blocks.ts';
import type { LabManager } from '../labs/lab-manager.ts';
import type { LiveSandbox } from '../labs/sandboxes.ts';
import type { LabRow } from '../store/store.ts';
import type { Recordings } from '../terminals/recordings.ts';
import type { Terminals } from '../terminals/terminals.ts';
import { allowedLab } from './allowed-lab.ts';
import { type Api, body, json, route } from './api.ts';
import { RateLimit } from './rate-limit.ts';
import type { Tickets } from './tickets.ts';

const id = z.string().max(64);
const labParams = z.object({ id });
const params = z.object({ id, name: slug });
const recordingParams = z.object({ id, recording: slug });
const recordingFile = z.object({
  id,
  recording: z
    .string()
    .regex(/\.cast$/)
    .transform((file) => file.replace(/\.cast$/, ''))
    .pipe(slug),
});

interface Options {
  engine: Engine;
  manager: LabManager;
  terminals: Terminals;
  recordings: Recordings;
  tickets: Tickets;
}

/** A lab's terminals: opening, naming, closing, attaching, recording. What is typed goes over the terminal's socket. */
export function addTerminalRoutes(api: Api, options: Options): void {
  const { engine, manager, terminals, recordings, tickets } = options;
  const allowed = allowedLab(manager);
  const attaching = new RateLimit(100, 10_000);
  const opening = new RateLimit(30, 10_000);

  /** The owner's lab, with its terminals known. */
  async function own(who: Who, labId: string): Promise<{ lab: LabRow; sandbox: LiveSandbox }> {
    await allowed(who, labId, 'lab.work');
    const { lab, sandbox, spec } = await manager.ready(labId);
    await terminals.open(lab, sandbox.engineRef, spec);
    return { lab, sandbox };
  }

  api.openapi(
    route(
      'post',
      '/api/labs/{id}/terminals',
      'Open a further terminal',
      { 201: json(terminalAnswer) },
      { params: labParams, body: body(terminalRequest) },
    ),
    async (c) => {
      const { lab, sandbox } = await own(c.get('who'), c.req.valid('param').id);
      opening.use(lab.id);
      const { chain } = c.req.valid('json');
      await requireChain(engine, sandbox.engineRef, chain);
      const terminal = terminals.create(lab.id, chain);
      return c.json({ terminal: terminal.view }, 201);
    },
  );

  api.openapi(
    route(
      'patch',
      '/api/labs/{id}/terminals/{name}',
      'Call a terminal by another name, or move it',
      { 200: json(terminalAnswer) },
      { params, body: body(terminalChange) },
    ),
    async (c) => {
      const { lab } = await own(c.get('who'), c.req.valid('param').id);
      const terminal = terminals.change(lab.id, c.req.valid('param').name, c.req.valid('json'));
      return c.json({ terminal: terminal.view }, 200);
    },
  );

  api.openapi(
    route(
      'delete',
      '/api/labs/{id}/terminals/{name}',
      'Close a terminal and end its shell',
      { 204: { description: 'Its shell is gone' } },
      { params },
    ),
    async (c) => {
      const { lab } = await own(c.get('who'), c.req.valid('param').id);
      await terminals.end(lab.id, c.req.valid('param').name);
      return c.body(null, 204);
    },
  );

  api.openapi(
    route(
      'post',
      '/api/labs/{id}/tickets',
      'A one-time ticket for attaching a terminal',
      { 200: json(ticketView) },
      { params: labParams, body: body(ticketRequest) },
    ),
    async (c) => {
      const { learnerId } = c.get('who');
      attaching.use(learnerId);
      const lab = await allowed(c.get('who'), c.req.valid('param').id, 'terminal.see');
      return c.json(tickets.issue({ learnerId, labId: lab.id, terminal: c.req.valid('json').terminal }), 200);
    },
  );

  api.openapi(
    route(
      'get',
      '/api/labs/{id}/terminals/{name}/transcript',
      'What is kept of a terminal’s output, with its control characters',
      { 200: { description: 'Done', content: { 'text/plain': { schema: z.string() } } } },
      { params },
    ),
    async (c) => {
      const { lab } = await own(c.get('who'), c.req.valid('param').id);
      const { scrollback, name } = terminals.get(lab.id, c.req.valid('param').name);
      c.header('Content-Disposition', `attachment; filename="${name}.txt"`);
      return c.text(scrollback.read(scrollback.start, scrollback.end - scrollback.start).toString('utf8'), 200);
    },
  );

  api.openapi(
    route(
      'post',
      '/api/labs/{id}/terminals/{name}/recording',
      'Begin or end recording a terminal',
      { 200: json(terminalAnswer) },
      { params, body: body(recordingRequest) },
    ),
    async (c) => {
      const { lab } = await own(c.get('who'), c.req.valid('param').id);
      const terminal = await terminals.record(lab.id, c.req.valid('param').name, c.req.valid('json').on);
      return c.json({ terminal: terminal.view }, 200);
    },
  );

  api.openapi(
    route(
      'get',
      '/api/labs/{id}/recordings',
      'The recordings of a lab',
      { 200: json(recordingsView) },
      { params: labParams },
    ),
    async (c) => {
      const lab = await allowed(c.get('who'), c.req.valid('param').id, 'recording.see');
      return c.json({ recordings: await recordings.list(lab.id) }, 200);
    },
  );

  api.openapi(
    route(
      'get',
      '/api/labs/{id}/recordings/{recording}',
      'A recording as asciicast v2; its id with .cast behind it',
      { 200: { description: 'Done', content: { 'application/x-asciicast': { schema: z.string() } } } },
      { params: recordingFile },
    ),
    async (c) => {
      const { id: labId, recording } = c.req.valid('param');
      const lab = await allowed(c.get('who'), labId, 'recording.see');
      const file = createReadStream(await recordings.path(lab.id, recording));
      c.header('Content-Type', 'application/x-asciicast');
      c.header('Content-Disposition', `attachment; filename="${recording}.cast"`);
      return c.body(Readable.toWeb(file) as ReadableStream, 200);
    },
  );

  api.openapi(
    route(
      'delete',
      '/api/labs/{id}/recordings/{recording}',
      'Delete a recording',
      { 204: { description: 'It is gone' } },
      { params: recordingParams },
    ),
    async (c) => {
      const { id: labId, recording } = c.req.valid('param');
      const lab = await allowed(c.get('who'), labId, 'lab.work');
      await recordings.remove(lab.id, recording);
      return c.body(null, 204);
    },
  );
}
