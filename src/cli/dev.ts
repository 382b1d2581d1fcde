import { getRequestListener } from '@hono/node-server';
import { createApp, folders } from '../server/app.ts';
import { openData, openRung } from './prepare.ts';

/** `npm run dev`: Astro's server for the pages, ours behind `/api` and `/ws`, on one port. A change of the server needs a restart. */
export async function dev(_args: string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const { config, store } = openData(environment);
  await using app = await createApp({
    config,
    rung: await openRung(config, store, { onImage: console.log, onCanary: console.log }),
    overrides: { store },
  });
  await app.start();
  // Astro detaches by itself where it believes that nobody watches.
  process.env.ASTRO_DEV_BACKGROUND = '0';
  const astro = await import('astro');
  // By default it replaces the global Response, which breaks Astro's highlighter.
  const listener = getRequestListener(app.http.api.fetch, { overrideGlobalObjects: false });
  const server = await astro.dev({
    root: folders.root,
    server: { host: config.host, port: config.port },
    integrations: [
      {
        name: 'matryoshka-server',
        hooks: {
          'astro:server:setup': ({ server: vite }) => {
            vite.middlewares.use((request, response, next) => {
              if (/^\/(api\/|pagefind\/|healthz|metrics)/.test(request.url ?? '')) listener(request, response);
              else next();
            });
            vite.httpServer?.on('upgrade', (request, socket, head) => app.http.upgrades.handle(request, socket, head));
          },
        },
      },
    ],
  });
  app.http.origins.setPort(server.address.port);
  console.log(`Instructor, once: ${app.http.origins.main}/en/instructor/#${await app.links.instructorToken()}`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    process.once('disconnect', () => resolve());
  });
  await server.stop();
  return 0;
}
