import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { requireLessons } from '../cli/lesson-test.ts';
import { PlainError } from '../cli/messages.ts';
import { imageOptions, openData } from '../cli/prepare.ts';
import { createLog, folders, LessonCatalog, machineLock } from '../server/app.ts';
import { boot } from './guest/boot.ts';
import { guestDisk } from './guest/disk.ts';

/** Its blocks and checks differ by cgroup version. */
const usualLesson = 'limits-nest';

/** What the script in the guest leaves behind. */
const machineFile = z.strictObject({
  kernel: z.string(),
  system: z.string(),
  cgroup: z.string(),
  apparmor: z.string(),
  profile: z.string(),
  engine: z.string(),
});
const endFile = z.strictObject({ code: z.int(), seconds: z.int() });
const doctorFile = z.object({
  findings: z.array(z.object({ name: z.string(), status: z.string(), detail: z.string() })),
});
const probeFile = z.object({
  reports: z.array(z.object({ place: z.string(), results: z.array(z.object({ id: z.string(), result: z.string() })) })),
});
const lessonFile = z.object({
  results: z.array(
    z.object({
      ...{ lesson: z.string(), step: z.string(), status: z.string(), ms: z.number() },
      ...{ detail: z.string().optional(), screen: z.string().optional() },
    }),
  ),
});

interface Report {
  machine: z.infer<typeof machineFile>;
  results: { what: string; outcome: string; seconds?: number }[];
}

/**
 * Debian's own kernel with cgroup v2 and AppArmor, in an emulated machine: what probe, doctor and a lesson find there.
 *
 * @throws {PlainError} naming a lesson that is none, or the folder with everything that was written, when one of them
 *   could not run.
 */
export async function benchGuest(lessons: string[], environment: NodeJS.ProcessEnv): Promise<Report> {
  if (process.getuid?.() !== 0 || process.arch !== 'x64')
    throw new PlainError("The guest's disk has files of many users and is for x86-64: only root there can make it.");
  requireLessons(await LessonCatalog.load(folders.lessons), lessons);
  const { config, store } = openData(environment);
  await using _store = store;
  const folder = join(config.dataDir, 'guest');
  await using _lock = await machineLock(`guest ${folder}`);
  const disk = await guestDisk(join(folder, 'disks'), imageOptions(config, store), createLog(config));
  const found = join(folder, 'results');
  await rm(found, { recursive: true, force: true });
  await mkdir(found);
  await writeFile(join(found, 'lessons'), (lessons.length > 0 ? lessons : [usualLesson]).join(' '));
  console.error(`A Debian boots in an emulated processor, which takes a while. What it finds comes to ${found}.`);
  try {
    await boot({
      ...disk,
      folders: { checkout: { path: folders.root, isReadOnly: true }, results: { path: found, isReadOnly: false } },
      console: join(found, 'console'),
    });
    return await report(found);
  } catch (error) {
    throw new PlainError(`${(error as Error).message}\nWhat the guest has written is in ${found}.`);
  }
}

async function report(folder: string): Promise<Report> {
  const read = async <T>(name: string, schema: z.ZodType<T>): Promise<T> =>
    schema.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
  const row = async (name: string, outcome: string) => {
    const { code, seconds } = await read(`${name}.end`, endFile);
    return { what: name, outcome: `exit code ${code}${outcome && `, ${outcome}`}`, seconds };
  };
  const { reports } = await read('probe.json', probeFile);
  const { findings } = await read('doctor.json', doctorFile);
  const { results } = await read('lesson.json', lessonFile);
  const rung = findings.find(({ detail }) => detail.startsWith('chosen'));
  return {
    machine: await read('machine.json', machineFile),
    results: [
      await row('boot', ''),
      await row('probe', ''),
      ...reports.map(({ place, results }) => ({ what: `probe ${place}`, outcome: counts(results) })),
      await row('doctor', `${rung?.name}: ${rung?.detail}`),
      await row('lesson', ''),
      ...results.map(({ lesson, step, status, ms, detail, screen }) => ({
        what: `${lesson} ${step}`,
        outcome: [status, detail, screen].filter(Boolean).join('\n'),
        seconds: Math.round(ms / 1000),
      })),
    ],
  };
}

function counts(results: { id: string; result: string }[]): string {
  const having = (wanted: string) => results.filter(({ result }) => result === wanted).map(({ id }) => id);
  const open = having('open');
  return `${having('blocked').length} blocked, ${having('unsupported').length} unsupported, ${open.length} open ${open.join(' ')}`.trim();
}
