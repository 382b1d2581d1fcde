import { getRequestListener } from '@hono/node-server';
import { type App, createApp, folders } from '../server/app.ts';
import { openData, openRung } from './prepare.ts';

/** `npm run dev`: Astro's server for the pages, ours behind `/api` and `/ws`, on one port. A change of the server needs a restart. */
export async function dev(_args: string[], environment: NodeJS.ProcessEnv): Promise<number> {
  await using stack = new AsyncDisposableStack();
  await openDevelopment(stack, environment);
  await stopRequested();
  return 0;
}

/** Both servers, which listen until the stack is disposed of. */
export async function openDevelopment(stack: AsyncDisposableStack, environment: NodeJS.ProcessEnv): Promise<App> {
  const { config, store } = openData(environment);
  const app = stack.use(
    await createApp({
      config,
      rung: await openRung(config, store, { onImage: console.log, onCanary: console.log }),
      // The search's index, which is made with the site, comes from what was built last.
      site: folders.site,
      overrides: { store },
    }),
  );
  await app.start();
  // Astro detaches by itself where it believes that nobody watches.
  process.env.ASTRO_DEV_BACKGROUND = '0';
  const astro = await import('astro');
  // By default it replaces the global Response, which breaks Astro's highlighter.
  const listener = getRequestListener(app.http.api.fetch, { overrideGlobalObjects: false });
  const listeners = process.listeners('SIGTERM');
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
  stack.defer(() => server.stop());
  // Vite would end the process at once, with our labs still there.
  for (const each of process.listeners('SIGTERM')) if (!listeners.includes(each)) process.off('SIGTERM', each);
  app.http.origins.setPort(server.address.port);
  console.log(`Instructor, once: ${app.http.origins.main}/en/instructor/#${await app.links.instructorToken()}`);
  return app;
}

/** Resolves when the command shall end: by a signal, or because its parent is gone. */
export async function stopRequested(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    process.once('disconnect', () => resolve());
  });
}
