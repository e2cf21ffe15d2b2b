/** What the guest's loop is told. `reply` is set where somebody waits for its word. */
export type GuestEvent = { reply?: number } & (
  | { kind: "page"; page: number; name: string; args: unknown[] }
  | { kind: "request"; port: number; exchange: number; request: unknown }
  | { kind: "answer"; call: number; error: string | null; value: unknown }
);

/** `now`: whoever asks holds up the page itself; `soon`: a request of the page's is held up. */
export type Urgency = "now" | "soon";

/** How a piece of work stands: done, or something to be dealt with before it can go on. */
export type Progress = { done: unknown } | { meanwhile: GuestEvent; ticket: number };

/** A page may be held up by a request that waits for the guest, which waits for the page. */
const SOON_MS = 25;

/** Events that may wait: those that only tell something, and all. */
const MAX_TALK = 2_000;
const MAX_WAITING = 20_000;

function isTalk(event: GuestEvent): boolean {
  return event.kind === "page" && /^on(?:ConsoleMessage|Resource|Error)/.test(event.name);
}

interface Waiting {
  wake: () => void;
}

/**
 * Between the browser and the guest. The guest takes events one at a time, when it asks for the
 * next one; while it stands still in a piece of work, it is woken for what the work may hang on.
 */
export class Mailbox {
  #queue: { event: GuestEvent; urgency: Urgency | null; since: number }[] = [];
  readonly #asked = new Map<number, (value: unknown) => void>();
  readonly #works = new Map<number, Promise<Progress>>();
  #waiting: Waiting | null = null;
  #count = 0;
  #stopped = false;

  /** Nobody waits any longer: the run is over. */
  stop(): void {
    this.#stopped = true;
    this.#waiting?.wake();
  }

  tell(event: GuestEvent, urgency: Urgency | null = null): void {
    // A page that talks faster than the script listens is not heard to the end.
    const full = this.#queue.length >= (isTalk(event) ? MAX_TALK : MAX_WAITING);
    if (full && event.reply === undefined && event.kind === "page") return;
    this.#queue.push({ event, urgency, since: performance.now() });
    this.#waiting?.wake();
  }

  /** Tells, and waits for the guest's word. */
  ask(event: GuestEvent, urgency: Urgency): Promise<unknown> {
    const reply = ++this.#count;
    return new Promise((resolve) => {
      this.#asked.set(reply, resolve);
      this.tell({ ...event, reply }, urgency);
    });
  }

  reply(reply: number, value: unknown): void {
    this.#asked.get(reply)?.(value);
    this.#asked.delete(reply);
  }

  /** The next event; null after `ms` without one (null: waits for ever). */
  async next(ms: number | null): Promise<GuestEvent | null> {
    const first = this.#queue.shift();
    if (first) return first.event;
    // Even a timer that is due lets the browser's events in first.
    await this.#nap(ms);
    return this.#queue.shift()?.event ?? null;
  }

  /** Begins a piece of work. */
  work(work: Promise<unknown>): Promise<Progress> {
    return this.#goOn(work.then((done): Progress => ({ done })));
  }

  resume(ticket: number): Promise<Progress> {
    const work = this.#works.get(ticket);
    this.#works.delete(ticket);
    return work ? this.#goOn(work) : Promise.resolve({ done: null });
  }

  async #goOn(work: Promise<Progress>): Promise<Progress> {
    let over = false;
    const finished = work.finally(() => {
      over = true;
      this.#waiting?.wake();
    });
    finished.catch(() => {});
    for (;;) {
      const meanwhile = this.#takeUrgent();
      if (meanwhile && !over) {
        const ticket = ++this.#count;
        this.#works.set(ticket, work);
        return { meanwhile, ticket };
      }
      if (over) return finished;
      if (this.#stopped) throw new Error("The run is being stopped.");
      await this.#nap(this.#queue.some(({ urgency }) => urgency === "soon") ? SOON_MS : null);
    }
  }

  /** What holds the page up goes before all others; of what holds up a request, its turn is due. */
  #takeUrgent(): GuestEvent | null {
    const index = this.#queue.findIndex(({ urgency }) => urgency === "now");
    if (index >= 0) return this.#queue.splice(index, 1)[0]?.event ?? null;
    const now = performance.now();
    const due = this.#queue.some(
      ({ urgency, since }) => urgency === "soon" && now - since >= SOON_MS,
    );
    return due ? (this.#queue.shift()?.event ?? null) : null;
  }

  async #nap(ms: number | null): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting = { wake: resolve };
    const timer = ms === null ? undefined : setTimeout(resolve, ms);
    await promise;
    clearTimeout(timer);
    this.#waiting = null;
  }
}
