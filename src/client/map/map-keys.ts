/** The box that a key leads to from another one; undefined when the key means nothing here. */
export function boxByKey(key: string, from: HTMLElement, root: HTMLElement): HTMLElement | undefined {
  const all = [...root.querySelectorAll<HTMLElement>('[role="treeitem"]')];
  const at = all.indexOf(from);
  switch (key) {
    case 'ArrowDown':
      return all[at + 1];
    case 'ArrowUp':
      return all[at - 1];
    case 'ArrowRight':
      return from.parentElement?.querySelector<HTMLElement>('.inside [role="treeitem"]') ?? undefined;
    case 'ArrowLeft':
      return (
        from.parentElement?.parentElement?.closest('.box')?.querySelector<HTMLElement>('[role="treeitem"]') ?? undefined
      );
    case 'Home':
      return all[0];
    case 'End':
      return all.at(-1);
    default:
      return undefined;
  }
}
