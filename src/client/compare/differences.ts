/** Which of these values are not what most of the others are; with no majority all that differ. */
export function odd(values: readonly (string | undefined)[]): boolean[] {
  const known = values.filter((value) => value !== undefined);
  const times = new Map<string, number>();
  for (const value of known) times.set(value, (times.get(value) ?? 0) + 1);
  if (times.size <= 1) return values.map(() => false);
  const most = Math.max(...times.values());
  const isUsual = (value: string) => most > 1 && times.get(value) === most && most > known.length / 2;
  return values.map((value) => value !== undefined && !isUsual(value));
}

/** Each line of an output with whether another output lacks it. */
export function oddLines(output: string, others: readonly string[]): { line: string; isOdd: boolean }[] {
  const sets = others.map((other) => new Set(other.split('\n')));
  return output.split('\n').map((line) => ({ line, isOdd: sets.some((set) => !set.has(line)) }));
}
