import { z } from '@hono/zod-openapi';
import { processesView } from '../../shared/api.ts';
import { compareRequest, compareView } from '../../shared/compare.ts';
import type { LabManager } from '../labs/lab-manager.ts';
import type { Compare } from '../maps/compare.ts';
import type { MapWatcher } from '../maps/map-watcher.ts';
import { allowedLab } from './allowed-lab.ts';
import { type Api, body, json, route } from './api.ts';
import { RateLimit } from './rate-limit.ts';

const params = z.object({ id: z.string().max(64) });
const query = z.object({ key: z.string().max(2000) });

interface Options {
  manager: LabManager;
  maps: MapWatcher;
  compare: Compare;
}

/** What can be asked about a box of the map, and the approaches side by side. */
export function addMapRoutes(api: Api, { manager, maps, compare }: Options): void {
  const allowed = allowedLab(manager);
  const asking = new RateLimit(20, 10_000);

  api.openapi(
    route(
      'get',
      '/api/labs/{id}/map/processes',
      'Processes of a container as the lab’s host sees them',
      { 200: json(processesView) },
      { params, query },
    ),
    async (c) => {
      const lab = await allowed(c.get('who'), c.req.valid('param').id, 'lab.see');
      asking.use(lab.id);
      const { sandbox } = await manager.ready(lab.id);
      const processes = await maps.processes(lab.id, sandbox.engineRef, c.req.valid('query').key);
      return c.json({ processes }, 200);
    },
  );

  api.openapi(
    route(
      'post',
      '/api/labs/{id}/compare',
      'Run one of the offered commands in one of the approaches',
      { 200: json(compareView) },
      { params, body: body(compareRequest) },
    ),
    async (c) => {
      const lab = await allowed(c.get('who'), c.req.valid('param').id, 'lab.work');
      asking.use(lab.id);
      const { sandbox } = await manager.ready(lab.id);
      const { approach, command } = c.req.valid('json');
      return c.json(await compare.run(sandbox.engineRef, approach, command), 200);
    },
  );
}
