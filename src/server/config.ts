import { resolve } from 'node:path';
import { z } from 'zod';
import { duration, size } from '../shared/lab-spec.ts';

/** A setting that cannot be used; the sentence names the variable and the way out. */
export class ConfigError extends Error {}

/** `privileged` is a whole sentence, so that nobody sets it by the way. */
export const isolationSettings = [
  'auto',
  'matryoshka',
  'sysbox',
  'userns-remap',
  'privileged-i-trust-every-learner',
] as const;
export type IsolationSetting = (typeof isolationSettings)[number];

const loopbackHosts = ['127.0.0.1', 'localhost', '::1'];

/** Shorter ones end a lab, or a sandbox that is looked after once a second, before it is of use. */
const shortestLifeMs = 5000;
const shortestLeaseMs = 30_000;

const atLeast = (ms: number) => [(value: number) => value >= ms, { error: `at least ${ms / 1000}s` }] as const;

const port = z.coerce.number().int().min(0).max(65535);
/** An address that labs may reach; nothing at all is allowed, too. */
const allowedAddress = /^((\*\.)?[a-z0-9.-]+:\d{1,5}|)$/i;
const flag = z.enum(['0', '1']).transform((value) => value === '1');

/**
 * Every setting, its form and its default. The reference page of the settings is made from this schema.
 * Durations are text such as `90s`; a lifetime set here replaces the one of every lab.yaml.
 */
export const settings = z.strictObject({
  PORT: port.default(3000).describe('port to listen on; 0 picks a free one'),
  HOST: z.string().min(1).default('127.0.0.1').describe('address to listen on'),
  DOCKER_HOST: z.string().optional().describe('engine to use, as for the docker command'),
  LAB_DATA_DIR: z.string().min(1).default('./var').describe('folder for database, transcripts, logs'),
  LAB_ORIGIN: z
    // `localhost:3000` is an address of the scheme `localhost:`, whose origin is `null`: that of every sandboxed frame.
    .url({ protocol: /^https?$/, error: 'it must begin with http:// or https://' })
    .transform((url) => new URL(url).origin)
    .optional()
    .describe('the address in the browser, needed when HOST is public'),
  LAB_TLS_CERT: z.string().optional().describe('certificate file (PEM)'),
  LAB_TLS_KEY: z.string().optional().describe('private key file (PEM)'),
  LAB_ISOLATION: z
    .enum(isolationSettings)
    .default('auto')
    .describe('way in which labs are fenced off; auto takes the best'),
  LAB_POOL_SIZE: z.coerce.number().int().min(0).max(20).default(1).describe('ready sandboxes kept per kind of lab'),
  LAB_MAX_LABS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe('most labs at once; at most 200 by default'),
  LAB_EGRESS: z
    .string()
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .pipe(z.array(z.string().regex(allowedAddress, { error: 'write host:port, *.host:port, or several with commas' })))
    .prefault('')
    .describe('addresses that labs may reach by HTTPS, such as registry-1.docker.io:443; none by default'),
  LAB_MEMORY_FLOOR: size.prefault('512MiB').describe('free memory below which nothing new starts'),
  LAB_TTL: duration
    .refine(...atLeast(shortestLifeMs))
    .optional()
    .describe('how long a lab lives'),
  LAB_MAX_TTL: duration
    .refine(...atLeast(shortestLifeMs))
    .optional()
    .describe('how long it lives at most, extended'),
  LAB_IDLE: duration
    .refine(...atLeast(shortestLifeMs))
    .optional()
    .describe('how long it may be idle'),
  LAB_LEASE: duration
    .refine(...atLeast(shortestLeaseMs))
    .prefault('5m')
    .describe('how long a sandbox outlives a dead platform'),
  LAB_LOG: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('least level that is logged'),
  LAB_OFFLINE: flag.default(false).describe('1: touch no network while preparing'),
});

/** Typed settings; paths are absolute. */
export interface Config {
  port: number;
  host: string;
  dockerHost: string | undefined;
  dataDir: string;
  /** Whether others than this machine can reach it. */
  isPublic: boolean;
  isolation: IsolationSetting;
  /** Origins from which a browser may write. Empty: the loopback names with the port that is listened on. */
  origin: string | undefined;
  tls: { cert: string; key: string } | undefined;
  poolSize: number;
  maxLabs: number | undefined;
  /** Bytes. */
  memoryFloor: number;
  /** `host:port` or `*.host:port`. */
  egress: string[];
  life: { ttl?: number; max?: number; idle?: number };
  /** Milliseconds. */
  lease: number;
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  offline: boolean;
}

/**
 * Turns the environment into a Config. The only reader of process.env in the server.
 *
 * @throws {ConfigError} naming the variable, for an unknown `LAB_*` name, a bad value or a contradiction.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const known = settings.shape;
  for (const name of Object.keys(env)) {
    if (name.startsWith('LAB_') && !(name in known)) {
      throw new ConfigError(`${name} is not a setting. Known are: ${Object.keys(known).join(', ')}.`);
    }
  }
  const given = Object.fromEntries(Object.entries(env).filter(([name, value]) => name in known && value));
  const parsed = settings.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0]);
    throw new ConfigError(`${name}=${given[name]} cannot be used: ${issue?.message}. ${describe(name)}`);
  }
  const value = parsed.data;
  const isPublic = !loopbackHosts.includes(value.HOST);
  if (isPublic) refusePublic(value);
  if (!value.LAB_TLS_CERT !== !value.LAB_TLS_KEY) {
    throw new ConfigError('LAB_TLS_CERT and LAB_TLS_KEY belong together: set both or neither.');
  }
  const life = { ttl: value.LAB_TTL, max: value.LAB_MAX_TTL, idle: value.LAB_IDLE };
  if (life.ttl && life.max && life.max < life.ttl) {
    throw new ConfigError('LAB_MAX_TTL is shorter than LAB_TTL: make it at least as long.');
  }
  return {
    port: value.PORT,
    host: value.HOST,
    dockerHost: value.DOCKER_HOST,
    dataDir: resolve(value.LAB_DATA_DIR),
    isPublic,
    isolation: value.LAB_ISOLATION,
    origin: value.LAB_ORIGIN,
    tls:
      value.LAB_TLS_CERT && value.LAB_TLS_KEY
        ? { cert: resolve(value.LAB_TLS_CERT), key: resolve(value.LAB_TLS_KEY) }
        : undefined,
    poolSize: value.LAB_POOL_SIZE,
    maxLabs: value.LAB_MAX_LABS,
    memoryFloor: value.LAB_MEMORY_FLOOR,
    egress: value.LAB_EGRESS.filter((entry) => entry !== ''),
    life: Object.fromEntries(Object.entries(life).filter(([, ms]) => ms !== undefined)),
    lease: value.LAB_LEASE,
    logLevel: value.LAB_LOG,
    offline: value.LAB_OFFLINE,
  };
}

/** Until there are invitations, whoever reaches a public address can claim a lab: the operator says how many there are. */
function refusePublic(value: z.infer<typeof settings>): void {
  const { HOST } = value;
  if (value.LAB_ISOLATION === 'privileged-i-trust-every-learner') {
    throw new ConfigError(
      `HOST=${HOST} is refused with privileged labs: whoever reaches one can take the machine over. ` +
        'Use HOST=127.0.0.1, and an ssh tunnel where you need it from elsewhere.',
    );
  }
  if (!value.LAB_ORIGIN) {
    throw new ConfigError(`HOST=${HOST} needs LAB_ORIGIN, the address in the browser, as in https://labs.example.`);
  }
  if (!value.LAB_MAX_LABS) {
    throw new ConfigError(
      `HOST=${HOST} needs LAB_MAX_LABS: whoever reaches the server can claim a lab, so say how many there may be.`,
    );
  }
}

function describe(name: string): string {
  const setting = settings.shape[name as keyof typeof settings.shape];
  return setting?.description ? `${name} is the ${setting.description}.` : '';
}
