import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { compress } from 'hono/compress';
import { parse } from 'hono/utils/cookie';
import type { Locale } from '../../shared/ids.ts';
import type { Api } from './api.ts';

/**
 * Scripts only from us; xterm.js sets styles on its elements. Everything else is refused.
 */
const contentSecurityPolicy = (scripts: string) =>
  [
    "default-src 'none'",
    `script-src ${scripts}`,
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

const pagePolicy = contentSecurityPolicy("'self'");

/** The search runs its WebAssembly in a worker, whose policy is its own; no page may run any. */
const searchWorker = '/pagefind/pagefind-worker.js';
const searchPolicy = contentSecurityPolicy("'self' 'wasm-unsafe-eval'");

const yearSeconds = 365 * 24 * 3600;

/** Security headers for every answer. */
export function useSecurityHeaders(api: Api, tls: boolean): void {
  api.use(async (c, next) => {
    await next();
    c.header('Content-Security-Policy', c.req.path === searchWorker ? searchPolicy : pagePolicy);
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Referrer-Policy', 'same-origin');
    c.header('Cross-Origin-Opener-Policy', 'same-origin');
    c.header('Cross-Origin-Resource-Policy', 'same-origin');
    c.header('Permissions-Policy', 'camera=(), microphone=(), geolocation=()');
    if (tls) c.header('Strict-Transport-Security', `max-age=${yearSeconds}`);
  });
}

/** The built site; `/` leads to the reader's language, an unknown address to the page that says so in it. */
export function addStaticSite(api: Api, folder: string): void {
  api.get('/', (c) => c.redirect(`/${localeOf(c.req.header('Cookie'), c.req.header('Accept-Language'))}/`));
  api.use(compress());
  api.use('/_astro/*', async (c, next) => {
    await next();
    // Their names hold a hash of their content.
    if (c.res.ok) c.header('Cache-Control', `public, max-age=${yearSeconds}, immutable`);
  });
  api.get('*', serveStatic({ root: folder }));
  api.get('*', async (c) => {
    const named = /^\/(en|zh)(?:\/|$)/.exec(c.req.path)?.[1] as Locale | undefined;
    const locale = named ?? localeOf(c.req.header('Cookie'), c.req.header('Accept-Language'));
    return c.html(await readFile(join(folder, locale, '404', 'index.html'), 'utf8'), 404);
  });
}

/** The last choice, else the first of the browser's languages that we have. */
export function localeOf(cookies: string | undefined, languages: string | undefined): Locale {
  const chosen = parse(cookies ?? '', 'locale').locale;
  if (chosen === 'en' || chosen === 'zh') return chosen;
  const first = (languages ?? '').split(',').find((entry) => /^\s*(en|zh)\b/i.test(entry));
  return first?.trim().toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
