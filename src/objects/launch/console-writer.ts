import { KEPT_HEAD, KEPT_TAIL } from "../agent/console-store.ts";

/** What is printed waits for more so long after the last batch; the first words do not wait. */
const GATHER_MS = 100;
/** Bytes with which it waits no longer. */
const ENOUGH = 16 * 1024;
/** Bytes sent at once, at most. */
const MAX_SENT = 256 * 1024;
/** Characters of one piece. */
const PIECE = 4 * 1024;
const FIRST_RETRY_MS = 200;
const MAX_RETRY_MS = 5000;

interface Segment {
  from: number;
  size: number;
  text: string;
}

export interface ConsoleWriterOptions {
  /** Brings text to where the console is kept; it may come again. Rejects where that fails. */
  send: (console: { from: number; text: string }) => Promise<void>;
  sleep: (ms: number) => Promise<void>;
}

/**
 * Brings what a script prints to its agent's object: in batches, in order, whatever that object
 * does meanwhile. What nobody would keep is not kept here either, so a flood costs no memory.
 */
export class ConsoleWriter {
  readonly #options: ConsoleWriterOptions;
  readonly #encoder = new TextEncoder();
  #segments: Segment[] = [];
  #pending = 0;
  #position = 0;
  /** Half of a character, whose other half is printed next. */
  #half = "";
  #work: Promise<void> | null = null;
  #hurry: () => void = () => {};
  /** Who waits for all of it to be there. */
  #flushing = 0;
  #given = false;
  #sentAt = Number.NEGATIVE_INFINITY;

  constructor(options: ConsoleWriterOptions) {
    this.#options = options;
  }

  print(text: string): void {
    let rest = this.#half + text;
    this.#half = /[\uD800-\uDBFF]$/.test(rest) ? rest.slice(-1) : "";
    if (this.#half !== "") rest = rest.slice(0, -1);
    for (let at = 0; at < rest.length;) {
      let to = Math.min(at + PIECE, rest.length);
      if (to < rest.length && /[\uD800-\uDBFF]/.test(rest.charAt(to - 1))) to -= 1;
      this.#add(rest.slice(at, to));
      at = to;
    }
    if (this.#segments.length === 0) return;
    if (this.#pending >= ENOUGH) this.#hurry();
    this.#work ??= this.#deliver();
  }

  /** Resolves once all that was printed has been brought there, or was given up. */
  async flush(): Promise<void> {
    this.#flushing += 1;
    while (this.#work) {
      this.#hurry();
      await this.#work;
    }
    this.#flushing -= 1;
  }

  /** Nothing is tried any more. */
  giveUp(): void {
    this.#given = true;
    this.#hurry();
  }

  #add(text: string): void {
    const size = this.#encoder.encode(text).byteLength;
    const last = this.#segments.at(-1);
    if (last && last.size + size <= ENOUGH) {
      last.text += text;
      last.size += size;
    } else {
      this.#segments.push({ from: this.#position, size, text });
    }
    this.#position += size;
    this.#pending += size;
    this.#trim();
  }

  /** What is neither of the beginning nor of the end would be dropped by the time it arrived. */
  #trim(): void {
    const first = this.#segments.findIndex(({ from }) => from >= KEPT_HEAD);
    if (first < 0) return;
    let count = 0;
    for (const { from, size } of this.#segments.slice(first, -1)) {
      if (this.#position - from - size < KEPT_TAIL) break;
      this.#pending -= size;
      count += 1;
    }
    if (count > 0) this.#segments.splice(first, count);
  }

  async #deliver(): Promise<void> {
    try {
      while (this.#segments.length > 0 && !this.#given) {
        const isFresh = Date.now() - this.#sentAt >= GATHER_MS;
        if (this.#pending < ENOUGH && this.#flushing === 0 && !isFresh) await this.#gather();
        await this.#send(this.#take());
        this.#sentAt = Date.now();
      }
    } finally {
      this.#work = null;
    }
  }

  async #gather(): Promise<void> {
    const hurried = new Promise<void>((resolve) => {
      this.#hurry = resolve;
    });
    await Promise.race([this.#options.sleep(GATHER_MS), hurried]);
  }

  /** What comes next without a hole, no longer kept here. */
  #take(): { from: number; text: string } {
    const [first] = this.#segments;
    if (!first) return { from: this.#position, text: "" };
    let end = first.from;
    let count = 0;
    for (const { from, size } of this.#segments) {
      if (from !== end || (count > 0 && end + size - first.from > MAX_SENT)) break;
      end += size;
      count += 1;
    }
    const taken = this.#segments.splice(0, count);
    this.#pending -= end - first.from;
    return { from: first.from, text: taken.map(({ text }) => text).join("") };
  }

  async #send(console: { from: number; text: string }): Promise<void> {
    for (let wait = FIRST_RETRY_MS; !this.#given; wait = Math.min(wait * 2, MAX_RETRY_MS)) {
      try {
        await this.#options.send(console);
        return;
      } catch {
        await this.#options.sleep(wait);
      }
    }
  }
}
