import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server } from '../../e2e/server.ts';
import type { Core } from '../server/app.ts';
import { ClassroomPage } from './classroom-page.ts';
import { keyEchoes } from './key-echo.ts';
import { type Row, row } from './row.ts';

/** With them, one more, who only types. */
const learners = 29;
/** What was started comes to rest; how long the server is looked at, ms. */
const [settleMs, lookMs] = [10_000, 60_000];
const keys = 100;

/** A learner who never rests; there are few processors for thirty of them. */
const work = 'while sleep 1; do docker run --rm alpine seq 1000; done\r';
/** /proc counts a process's time in these, ms. */
const tickMs = 10;

/**
 * A server of its own with a class of learners who have a page and a shell open: its memory and processor while they
 * rest, and when all of them work at once its answers and event loop, and the echo of one who types beside them.
 */
export async function benchClassroom({ labs }: Core): Promise<Row[]> {
  await using server = await Server.start({
    ...{ LAB_MAX_LABS: `${learners + 1}`, LAB_POOL_SIZE: '0' },
  });
  using pages = new DisposableStack();
  const spec = (labs.spec('dind') ?? labs.specs[0])?.id ?? '';
  const enter = async () => {
    const page = pages.use(await ClassroomPage.enter(server.address));
    await page.openLab(spec);
    return page;
  };
  const typist = await enter();
  const workers = await Promise.all(Array.from({ length: learners }, enter));
  await sleep(settleMs);
  const name = (what: string) => `${learners + 1} labs, ${what}`;

  const used = await processorTime(server.pid);
  await sleep(lookMs);
  const share = ((await processorTime(server.pid)) - used) / lookMs;
  const resting = await look(server, typist);
  const [resident, own] = await memoryOf(server.pid);
  for (const worker of workers) worker.type(work);
  await sleep(settleMs);
  const before = await processorTime(server.pid);
  const begun = performance.now();
  const working = await look(server, typist);
  const busyShare = ((await processorTime(server.pid)) - before) / (performance.now() - begun);
  await Promise.all([typist, ...workers].map((page) => page.end()));
  return [
    row(name('idle: the server’s memory'), 'MiB', [resident]),
    row(name('idle: of it not a file’s'), 'MiB', [own]),
    row(name('idle: the server, % of a core'), '', [share * 100]),
    row(name('working: the server, % of a core'), '', [busyShare * 100]),
    row(name('idle: the server answers'), 'ms', resting.answers),
    row(name('working: the server answers'), 'ms', working.answers, resting.answers),
    row(name('idle: key → echo'), 'ms', resting.echoes),
    row(name('working: key → echo in one that rests'), 'ms', working.echoes, resting.echoes),
    row(name('idle: event loop late, p99'), 'ms', [resting.late]),
    row(name('working: event loop late, p99'), 'ms', [working.late]),
  ];
}

async function look(server: Server, typist: ClassroomPage) {
  await eventLoopLate(server);
  const [answers, echoes]: [number[], number[]] = [[], []];
  for (let key = 0; key < keys; key++) {
    echoes.push(...(await keyEchoes(typist, 1)));
    const begun = performance.now();
    await typist.ask('GET', '/api/me');
    answers.push(performance.now() - begun);
  }
  return { answers, echoes, late: await eventLoopLate(server) };
}

/** How late the server's event loop came to what was due every 10 ms since this was asked last, ms. */
async function eventLoopLate({ address }: Server): Promise<number> {
  const text = await (await fetch(`${address}/metrics`)).text();
  return Number(/^matryoshka_nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(text)?.[1]) * 1000 - 10;
}

async function processorTime(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return ((user ?? 0) + (system ?? 0)) * tickMs;
}

/** MiB; what is a file's, the kernel can take away. */
async function memoryOf(pid: number): Promise<[resident: number, own: number]> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const mebibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024;
  return [mebibytes('VmRSS'), mebibytes('RssAnon')];
}
