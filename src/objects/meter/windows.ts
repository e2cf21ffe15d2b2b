import type { Grant, TokenReport } from "../../domain/ports.ts";

const WINDOW_MS = 60_000;

/** One key's window: its end in Unix seconds, and how many tokens were handed out. */
export interface RateWindow {
  end: number;
  taken: number;
}

/** Fixed windows of a minute, by key, aligned to the clock's minutes. */
export class RateWindows {
  readonly #windows: Map<string, RateWindow>;

  constructor(saved: [string, RateWindow][] = []) {
    this.#windows = new Map(saved);
  }

  /** Hands out up to `want` of the `limit` tokens of the key's current window; 0 hands out none. */
  draw(key: string, limit: number, want: number, now: number): Grant {
    const window = this.#current(key, now);
    const free = Math.max(0, limit - window.taken);
    const granted = Math.min(free, Math.max(0, want));
    window.taken += granted;
    return { granted, left: free - granted, reset: window.end };
  }

  /** Takes unused tokens back, unless the window that they were drawn for is over. */
  giveBack({ key, window, returned }: TokenReport): void {
    const current = this.#windows.get(key);
    if (current?.end === window) current.taken = Math.max(0, current.taken - returned);
  }

  /** The windows that have not ended, to be saved. */
  open(now: number): [string, RateWindow][] {
    for (const [key, { end }] of this.#windows) {
      if (end * 1000 <= now) this.#windows.delete(key);
    }
    return [...this.#windows];
  }

  #current(key: string, now: number): RateWindow {
    const seen = this.#windows.get(key);
    if (seen && seen.end * 1000 > now) return seen;
    const window = { end: ((Math.floor(now / WINDOW_MS) + 1) * WINDOW_MS) / 1000, taken: 0 };
    this.#windows.set(key, window);
    return window;
  }
}
