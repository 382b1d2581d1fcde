import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { answers, controlSocket } from '../server/app.ts';
import { readConfig } from '../server/config.ts';
import { author } from './author.ts';
import { labEngine } from './lab-engine.ts';
import { printMap } from './lab-map.ts';
import { control, type LabsClient, type ListedLab, openLabs } from './labs-client.ts';
import { testLessons } from './lesson-test.ts';
import { PlainError, UsageError } from './messages.ts';
import { newLesson } from './new-lesson.ts';
import { probe } from './probe.ts';
import { writeSchemas } from './schemas.ts';
import { sweep } from './sweep.ts';

const usage = `Usage: npm run -s lab -- <action>
  list [--json]                        labs that live
  new <lab> [--json]                   a new lab; without a server it lives until it expires
  exec <id> -- <command …>             run a command in a lab, as root at L1
  reset <id> [--json]
  end <id> [--json]
  map <id> [--json]                    daemons and containers of all levels
  test [lesson …] [--jobs N] [--json]  run lessons as tests
  author <lesson>                      write a lesson: the site as you save, the step that you saved as a test
  probe [--level l1|privileged|host-mount] [--json]
                                       try to get out of a lab, harmlessly
  engine [--json]                      the lab engines, in which sandboxes run
  engine remove [--force]              remove this version's, with its images; --force: with its labs
  sweep [--versions] [--dry-run]       remove what crashes left; --versions: and what other versions made
  new-lesson <track>/<name>            files of a lesson to begin with
  schemas                              write docs/schema for editors
  instructor-link                      a new one-time link for the instructor`;

/** `npm run lab`. */
export async function lab(args: string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const split = args.indexOf('--');
  const { positionals, values } = parse(split < 0 ? args : args.slice(0, split));
  const [action, ...rest] = positionals;
  const json = values.json ?? false;
  if (action === 'test') return await testLessons(rest, { json, jobs: Number(values.jobs ?? 1) }, environment);
  if (action === 'author') return await author(rest[0], environment);
  if (action === 'probe') return await probe({ json, level: values.level }, environment);
  if (action === 'engine') return await labEngine(rest, { json, force: values.force ?? false });
  if (action === 'sweep')
    return await sweep({ versions: values.versions ?? false, dry: values['dry-run'] ?? false }, environment);
  if (action === 'schemas') return await writeSchemas();
  if (action === 'new-lesson') return await newLesson(rest[0]);
  if (action === 'instructor-link') return await instructorLink(environment);
  if (!action || !['list', 'new', 'exec', 'reset', 'end', 'map'].includes(action)) throw new UsageError(usage);
  await using labs = await openLabs(environment);
  if (action === 'list') return print(await labs.list(), json);
  const [subject] = rest;
  if (!subject)
    throw new UsageError(`${action} needs ${action === 'new' ? 'the name of a lab' : 'a lab id'}.\n${usage}`);
  if (action === 'new') return print(await labs.create(subject), json);
  if (action === 'exec') return await exec(labs, subject, split < 0 ? rest.slice(1) : args.slice(split + 1));
  if (action === 'map') return printMap(await labs.map(subject), json);
  return print(await (action === 'reset' ? labs.reset(subject) : labs.end(subject)), json);
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        force: { type: 'boolean' },
        jobs: { type: 'string' },
        level: { type: 'string' },
        offline: { type: 'boolean' },
        versions: { type: 'boolean' },
        'dry-run': { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
}

/** stdin, stdout, stderr and the exit code are the command's own. */
async function exec(labs: LabsClient, id: string, argv: string[]): Promise<number> {
  if (argv.length === 0) throw new UsageError('exec needs a command: npm run -s lab -- exec <id> -- docker ps');
  const { file, args, env } = await labs.exec(id, argv);
  const child = spawn(file, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  return await new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve(code ?? 137));
  });
}

async function instructorLink(environment: NodeJS.ProcessEnv): Promise<number> {
  const socket = controlSocket(readConfig(environment));
  if (!(await answers(socket))) throw new PlainError('No server runs on this data folder: npm start prints a link.');
  console.log((await control<'link'>(socket, 'POST', '/instructor-link')).link);
  return 0;
}

function print(found: ListedLab | ListedLab[], json: boolean): number {
  if (json) console.log(JSON.stringify(found));
  else if (Array.isArray(found) && found.length === 0) console.log('No labs.');
  else for (const each of [found].flat()) console.log(line(each));
  return 0;
}

function line({ id, spec, state, generation, expiresAt, learner, place }: ListedLab): string {
  const left = Math.max(0, Math.round((expiresAt - Date.now()) / 60_000));
  return `${id}  ${spec}  ${state}  generation ${generation}  ${left} min left  ${learner}  ${place}`.trimEnd();
}
