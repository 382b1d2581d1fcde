const second = 1000;
const minute = 60_000;
const hour = 3_600_000;

/** Time left as a clock: `52:18`, `1:02:09`; never negative. */
export function clock(ms: number): string {
  const total = Math.max(0, Math.ceil(ms / second));
  const parts = [Math.floor((total % 3600) / 60), total % 60].map((n) => String(n).padStart(2, '0'));
  const hours = Math.floor(total / 3600);
  return hours > 0 ? `${hours}:${parts.join(':')}` : `${Number(parts[0])}:${parts[1]}`;
}

/** How long something took, in seconds: `0.8`, `12`. */
export function seconds(ms: number): string {
  return ms < 9950 ? (ms / second).toFixed(1) : String(Math.round(ms / second));
}

/** An age in whole units of the language: `2 sec`, `3 min`, `2秒`. */
export function age(ms: number, language: string): string {
  const [unit, size] =
    ms < minute ? (['second', second] as const) : ms < hour ? (['minute', minute] as const) : (['hour', hour] as const);
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' });
  return format.format(Math.floor(Math.max(0, ms) / size));
}

/** A time of day, hours and minutes. */
export function timeOfDay(moment: number, language: string): string {
  return new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(moment);
}
