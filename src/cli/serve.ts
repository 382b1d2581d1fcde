import { join } from 'node:path';
import { Listr, PRESET_TIMER } from 'listr2';
import type { Store } from '../server/app.ts';
import { AlreadyRunningError, type App, createApp, folders, logFile, type OpenRung } from '../server/app.ts';
import type { Config } from '../server/config.ts';
import { PlainError, sentenceOf } from './messages.ts';
import { openData, openRung } from './prepare.ts';
import { buildSite, isSiteBuilt } from './site.ts';

interface Started {
  rung?: OpenRung;
  app?: App;
}

/** `npm start`: images, isolation, site, labs, listen; then runs until it is told to stop. */
export async function serve(args: string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const stop = stopSignal();
  const { config, store } = openData(environment);
  if (args.includes('--offline')) config.offline = true;
  const app = await start(config, store);
  try {
    console.log(await welcome(app));
    await stop;
  } finally {
    console.log('Ending all labs …');
    await app[Symbol.asyncDispose]();
  }
  return 0;
}

async function start(config: Config, store: Store): Promise<App> {
  const started: Started = {};
  try {
    await phases(config, store).run(started);
    if (!started.app) throw new PlainError('Nothing was started.');
    return started.app;
  } catch (error) {
    // A part that was made owns those before it.
    if (!started.app) await started.rung?.[Symbol.asyncDispose]();
    await (started.app ?? store)[Symbol.asyncDispose]();
    throw error;
  }
}

function phases(config: Config, store: Store): Listr<Started> {
  return new Listr<Started>(
    [
      {
        title: 'images, isolation',
        task: async (ctx, task) => {
          ctx.rung = await openRung(config, store, {
            onImage: ({ image, phase, detail, done }) => {
              // Where every line stays, the single steps of a build are noise.
              if (!process.stdout.isTTY && detail?.startsWith('Step ')) return;
              task.output = [image, phase, detail, done ? '✓' : ''].filter(Boolean).join(' ');
            },
            onCanary: (what) => {
              task.output = `canary: ${what}`;
            },
          });
        },
      },
      {
        title: 'site',
        task: async () => {
          if (!(await isSiteBuilt())) await buildSite(join(config.dataDir, 'logs', 'site.log'));
        },
      },
      {
        title: 'labs',
        task: async (ctx) => {
          const app = await createApp({
            config,
            rung: ctx.rung as OpenRung,
            site: folders.site,
            overrides: { store },
          });
          ctx.app = app;
          await app.start().catch((error) => {
            throw error instanceof AlreadyRunningError ? alreadyRunning(config) : error;
          });
        },
      },
      {
        title: 'listen',
        task: async (ctx) => await ctx.app?.listen().catch((error) => Promise.reject(listenError(error, config))),
      },
    ],
    {
      rendererOptions: { timer: PRESET_TIMER, showErrorMessage: false },
      fallbackRendererOptions: { timer: PRESET_TIMER },
    },
  );
}

async function welcome(app: App): Promise<string> {
  const { verdict, images } = app.rung;
  const { standins } = images;
  const address = app.http.origins.main;
  return [
    '',
    `  Matryoshka runs: ${address}`,
    `  Instructor, once: ${address}/en/instructor/#${await app.links.instructorToken()}`,
    `  Isolation: ${sentenceOf(verdict)}`,
    ...(standins.length > 0 ? [`  Stand-ins, because no registry answered: ${standins.join(', ')}`] : []),
    `  Log: ${logFile(app.config)}   Stop: Ctrl-C`,
    '',
  ].join('\n');
}

function listenError(error: NodeJS.ErrnoException, config: Config): Error {
  const where = `${config.host}:${config.port}`;
  if (error.code === 'EADDRINUSE')
    return new PlainError(`PORT=${config.port} is in use: choose another, as in PORT=3001 npm start.`);
  if (error.code === 'EACCES') return new PlainError(`This user may not listen on ${where}: choose a PORT above 1023.`);
  if (error.code === 'EADDRNOTAVAIL') return new PlainError(`HOST=${config.host} is not an address of this machine.`);
  if (config.tls && error.code) return new PlainError(`LAB_TLS_CERT or LAB_TLS_KEY cannot be used: ${error.message}`);
  return error;
}

function alreadyRunning(config: Config): Error {
  return new PlainError(
    `A server runs on LAB_DATA_DIR=${config.dataDir} already: stop it, or choose another folder and another PORT.`,
  );
}

/** Resolves at the first SIGINT or SIGTERM, or when the supervisor is gone; more of them change nothing. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
    process.on('disconnect', () => resolve());
    // Listening for the supervisor's end must not keep us from ending.
    process.channel?.unref();
  });
}
