/** A box of a shape, see `mapShape`. */
export interface ShapeBox {
  marks: string;
  inner: ShapeBox[];
}

/** Where it was cut off, open boxes count as closed. */
export function parseShape(shape: string): ShapeBox[] {
  const root: ShapeBox = { marks: '', inner: [] };
  const open = [root];
  for (const letter of shape) {
    const top = open.at(-1) ?? root;
    if (letter === '(') {
      const box = { marks: '', inner: [] };
      top.inner.push(box);
      open.push(box);
    } else if (letter === ')') open.pop();
    else top.marks += letter;
  }
  return root.inner;
}
