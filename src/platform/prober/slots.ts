/**
 * The platform opens six connections at once for one invocation and lets a seventh wait without
 * a word. Five are ours to use, so that a stray one never makes a target look slow.
 */
export const MAX_CONNECTIONS = 5;

/** What a hop holds while it has connections open. */
export interface Lease {
  /** Gives back all but `size`. */
  shrink(size: number): void;
  /** Gives back the rest; doing it again does nothing. */
  release(): void;
}

/** Hands out connections, first come first served. */
export class Slots {
  #free: number;
  readonly #waiting: { size: number; admit: (lease: Lease) => void }[] = [];

  constructor(size: number = MAX_CONNECTIONS) {
    this.#free = size;
  }

  /** Resolves once `size` connections may be opened; nobody overtakes. */
  acquire(size: number): Promise<Lease> {
    return new Promise((admit) => {
      this.#waiting.push({ size, admit });
      this.#serve();
    });
  }

  #serve(): void {
    for (;;) {
      const next = this.#waiting[0];
      if (!next || next.size > this.#free) return;
      this.#waiting.shift();
      this.#free -= next.size;
      next.admit(this.#lease(next.size));
    }
  }

  #lease(size: number): Lease {
    let held = size;
    const shrink = (to: number): void => {
      if (to >= held) return;
      this.#free += held - to;
      held = to;
      this.#serve();
    };
    return { shrink, release: () => shrink(0) };
  }
}
