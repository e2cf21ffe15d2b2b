import type { RunStop } from "../../domain/ports.ts";

/** A script that was asked to end by itself has so long for it. */
const SOFT_ABORT_MS = 10_000;

export interface StopperOptions {
  /** Seconds. */
  timeLimit: number;
  now: () => number;
}

/** Puts an end to a run: when its time is up, and when somebody says so. */
export class Stopper {
  readonly #options: StopperOptions;
  readonly #controller = new AbortController();
  readonly #startedAt: number;
  #seconds: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #softly: ReturnType<typeof setTimeout> | undefined;

  constructor(options: StopperOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.#seconds = options.timeLimit;
    this.#arm();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the run is to stop; null: it is not. */
  get stopped(): RunStop | null {
    return this.signal.aborted ? (this.signal.reason as RunStop) : null;
  }

  get softAborted(): boolean {
    return this.#softly !== undefined;
  }

  /** When the run's time is up; milliseconds since the epoch. */
  get endsAt(): number {
    return this.#startedAt + this.#seconds * 1000;
  }

  /** @param seconds From the run's start on; 0 or less gives the limit back that it began with. */
  setTimeLimit(seconds: number): void {
    this.#seconds = seconds > 0 ? seconds : this.#options.timeLimit;
    this.#arm();
  }

  abort(how: "soft" | "hard"): void {
    if (how === "hard") this.#controller.abort("abort" satisfies RunStop);
    else this.#softly ??= setTimeout(() => this.abort("hard"), SOFT_ABORT_MS);
  }

  /** The run is over: no timer is left behind. */
  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#softly);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const left = Math.max(0, this.endsAt - this.#options.now());
    this.#timer = setTimeout(() => this.#controller.abort("time" satisfies RunStop), left);
  }
}
