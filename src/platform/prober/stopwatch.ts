import { ProbeFailure } from "./failure.ts";
import type { HopMarks, Phase } from "./timings.ts";

/** What a probe is busy with, as the message of a time-out names it. */
export type Doing =
  | "looking up the name"
  | "connecting"
  | "agreeing on TLS"
  | "waiting for the first byte"
  | "reading the headers"
  | "reading the body";

export interface Budget {
  /** Milliseconds that are left of the whole probe. */
  left: number;
  /** Milliseconds that the whole probe was given, for the message. */
  whole: number;
}

/**
 * Times one hop. On the edge the clock stands still between I/O, so a mark is only right behind
 * an `await` of what it measures.
 */
export class Stopwatch {
  readonly marks: HopMarks = {};
  readonly #now: () => number;
  readonly #budget: Budget;
  #start: number;

  /** @param now Milliseconds; it starts at once. */
  constructor(now: () => number, budget: Budget) {
    this.#now = now;
    this.#budget = budget;
    this.#start = now();
  }

  /** Milliseconds since the start, without what was taken {@link off} it. */
  get elapsed(): number {
    return this.#now() - this.#start;
  }

  mark(phase: Phase): void {
    this.marks[phase] = this.elapsed;
  }

  /** Does work of our own that is not the target's to answer for: it is not booked. */
  async off<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#now();
    try {
      return await work();
    } finally {
      this.#start += this.#now() - before;
    }
  }

  /** Takes back what was booked since a moment of {@link elapsed}. */
  forget(since: number): void {
    this.#start = this.#now() - since;
  }

  /**
   * Waits for `work` as long as the budget lasts.
   * @throws ProbeFailure `timeout`, naming what it was doing.
   */
  async within<T>(doing: Doing, work: Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const expire = () => reject(timedOut(this.#budget.whole, doing));
      timer = setTimeout(expire, Math.max(0, this.#budget.left - this.elapsed));
    });
    try {
      return await Promise.race([work, late]);
    } catch (error) {
      // What lost the race may still fail, with nobody left to hear of it.
      work.catch(() => undefined);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** @throws ProbeFailure `timeout` when the budget is used up. */
  check(doing: Doing): void {
    if (this.elapsed >= this.#budget.left) throw timedOut(this.#budget.whole, doing);
  }
}

function timedOut(wholeMs: number, doing: Doing): ProbeFailure {
  return new ProbeFailure("timeout", `timed out after ${wholeMs / 1000} s while ${doing}`);
}
