/** Stand-ins for what a page has and Node has not. Import this before anything that asks for them. */
export interface FakeSocket extends EventTarget {
  url: string;
  readyState: number;
  sent: unknown[];
  /** Lets the server's side happen. */
  open(): void;
  receive(data: unknown): void;
  drop(code: number): void;
}

export const sockets: FakeSocket[] = [];
/** Answers to requests, by path; a function may throw as fetch does. */
export const answers = new Map<string, () => { status: number; body?: unknown }>();

class PageSocket extends EventTarget implements FakeSocket {
  static readonly OPEN = 1;
  readyState = 0;
  sent: unknown[] = [];
  url: string;

  constructor(url: URL) {
    super();
    this.url = String(url);
    sockets.push(this);
  }
  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }
  receive(data: unknown): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data }));
  }
  drop(code: number): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code }));
  }
  send(data: unknown): void {
    this.sent.push(data);
  }
  close(): void {
    this.readyState = 3;
  }
}

const page = {
  document: {
    documentElement: { lang: 'en' },
    getElementById: () => ({ textContent: '{"failed":{"connect":"no connection","unknown":"?"}}' }),
  },
  location: { href: 'http://lab.example/en/' },
  WebSocket: PageSocket,
  fetch: async (path: string) => {
    const { status, body } = answers.get(path)?.() ?? { status: 500 };
    return { ok: status < 400, status, json: async () => body };
  },
};
Object.assign(globalThis, page);

/** Waits until everything that was promised has happened. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
}
