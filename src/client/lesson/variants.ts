import { session } from '../session.ts';

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
