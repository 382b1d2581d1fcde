/** Fills the values that a check gave into the placeholders of a cloned reason. */
export function fillValues(root: ParentNode, values: Readonly<Record<string, string>>): void {
  for (const place of root.querySelectorAll<HTMLElement>('[data-value]')) {
    const name = place.dataset.value ?? '';
    place.textContent = values[name] ?? '…';
  }
}

/** The author's sentence for a reason of a step's check, with its values; nothing when he wrote none. */
export function reasonOf(
  step: Element,
  reason: string,
  values: Readonly<Record<string, string>>,
): HTMLElement | undefined {
  const written = step.querySelector<HTMLElement>(`.why[data-reason="${CSS.escape(reason)}"]`);
  if (!written) return undefined;
  const copy = written.cloneNode(true) as HTMLElement;
  copy.hidden = false;
  fillValues(copy, values);
  return copy;
}
