/** Values that go into the `{placeholders}` of a message. */
export type Values = Readonly<Record<string, string | number | undefined>>;

/** Puts values into a message; a placeholder without a value stays as it is, so that the mistake is seen. */
export function fill(message: string, values: Values): string {
  return message.replace(/\{([\w-]+)\}/g, (placeholder, name: string) => String(values[name] ?? placeholder));
}

/** A message that depends on a number. Chinese has one form and writes it twice. */
export interface Plural {
  one: string;
  other: string;
}

/** Picks the form for `n` and fills it in as `{n}`. */
export function count(forms: Plural, n: number): string {
  return fill(n === 1 ? forms.one : forms.other, { n });
}
