/** How this browser wants its terminals; kept for the next visit. */
export interface Preferences {
  /** Pixels. */
  fontSize: number;
  copyOnSelect: boolean;
  screenReader: boolean;
  /** Light while the page is light; else dark on every page. */
  followPage: boolean;
}

const usual: Preferences = { fontSize: 13.5, copyOnSelect: false, screenReader: false, followPage: false };
const smallest = 9;
const largest = 27;
/** Where they are kept. */
const key = 'terminal';
const changes = new EventTarget();
let kept = load();

export function preferences(): Readonly<Preferences> {
  return kept;
}

export function prefer(change: Partial<Preferences>): void {
  const fontSize = Math.min(largest, Math.max(smallest, change.fontSize ?? kept.fontSize));
  kept = { ...kept, ...change, fontSize };
  try {
    localStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // No room or not allowed: it holds for this page.
  }
  changes.dispatchEvent(new Event('change'));
}

/** Makes letters larger (1), smaller (-1) or the usual size (0). */
export function zoom(direction: number): void {
  prefer({ fontSize: direction === 0 ? usual.fontSize : kept.fontSize + 1.5 * direction });
}

/** Calls back after every change, also one made in another tab, until the signal. */
export function onPreferences(changed: () => void, signal: AbortSignal): void {
  changes.addEventListener('change', changed, { signal });
}

function load(): Preferences {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Preferences>;
    const same = Object.entries(usual).map(([name, value]) => {
      const own = found[name as keyof Preferences];
      return [name, typeof own === typeof value ? own : value];
    });
    return Object.fromEntries(same) as Preferences;
  } catch {
    return usual;
  }
}

globalThis.addEventListener?.('storage', (event) => {
  if (event.key !== key) return;
  kept = load();
  changes.dispatchEvent(new Event('change'));
});
