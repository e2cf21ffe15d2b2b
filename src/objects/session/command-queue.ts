import { Fault } from "../../domain/errors.ts";

/** Commands that may wait for their turn in one session. */
const MAX_WAITING = 100;

/** Runs one piece of work at a time, in the order in which it came. */
export class CommandQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** True while some work has not been answered. */
  get busy(): boolean {
    return this.#waiting > 0;
  }

  /**
   * @param after runs once the answer is out and before the next work begins.
   * @throws Fault LIMIT_REACHED when too much waits already.
   */
  run<T>(work: () => Promise<T>, after: () => Promise<void> = async () => {}): Promise<T> {
    if (this.#waiting >= MAX_WAITING) {
      throw new Fault("LIMIT_REACHED", "Too many commands wait for this session.", {
        retryAfter: 1,
      });
    }
    this.#waiting += 1;
    const answer = this.#tail.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#tail = answer.then(after, after).catch(() => {});
    return answer;
  }
}
