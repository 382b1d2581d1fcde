import type { Variable } from '../../shared/lesson.ts';
import { session } from '../session.ts';
import { here, readyLab } from './here.ts';

/** Shows the commands that fit this server's machine, where a block has several, and what the machine lacks. */
export function showVariants(): void {
  const { server } = session;
  if (!server) return;
  const facts = [server.cgroup === 'v1' ? 'cgroup1' : 'cgroup2', server.standins.length > 0 ? 'standin' : 'official'];
  for (const variant of document.querySelectorAll<HTMLElement>('[data-fact]')) {
    const siblings = [...(variant.parentElement?.querySelectorAll<HTMLElement>(':scope > [data-fact]') ?? [])];
    const fitting = siblings.find((each) => facts.includes(each.dataset.fact ?? '')) ?? siblings[0];
    variant.hidden = variant !== fitting;
  }
  for (const note of document.querySelectorAll<HTMLElement>('[data-requires]')) {
    note.hidden = !(server.lacks as string[]).includes(note.dataset.requires ?? '');
  }
}

/** Shows the values that a block's variables have in this lab; before the claim their names. */
export function showVariables(): void {
  for (const place of document.querySelectorAll<HTMLElement>('[data-variable]')) {
    const name = place.dataset.variable as Variable;
    const value = valueHere(name, place.closest<HTMLElement>('run-block')?.dataset.step ?? '') ?? `‹${name}›`;
    if (place.textContent !== value) place.textContent = value;
  }
}

function valueHere(name: Variable, step: string): string | undefined {
  return name === 'lab.id' ? readyLab()?.id : session.check(here.lesson, step)?.nonce;
}
