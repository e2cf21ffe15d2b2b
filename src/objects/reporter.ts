import type { ReportBatch } from "../domain/telemetry/index.ts";

/** What is to be told of one hosted visit, kept where it outlives the object's memory. */
export interface Report {
  /** What to tell next: the same batch under the same id until it is `sent`; null for nothing. */
  next(): ReportBatch | null;
  /** The hub has taken it. */
  sent(): void;
}

export interface ReporterOptions {
  report: Report;
  /** Brings a batch to the account's hub. It may be called again with the same batch. */
  send: (batch: ReportBatch) => Promise<void>;
  sleep: (ms: number) => Promise<void>;
  /** Keeps the object awake for work that no answer waits for. */
  defer: (work: Promise<unknown>) => void;
  onError: (error: unknown) => void;
}

/** What comes together is sent together. */
const GATHER_MS = 200;
const FIRST_RETRY_MS = 500;
/** Tries at one batch, each after twice the wait; it stays owed after them. */
const TRIES = 6;

/**
 * Tells the account's hub what a hosted visit does: after the answer, in batches, each at least
 * once. It never fails and holds one batch, whatever the hub does.
 */
export class Reporter {
  readonly #options: ReporterOptions;
  #work: Promise<boolean> | null = null;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** Tells what there is to tell, a moment later. */
  wake(): void {
    if (!this.#work) this.#options.defer(this.flush());
  }

  /** @returns false when something is still owed: the hub could not be told. */
  flush(): Promise<boolean> {
    this.#work ??= this.#tellAll();
    return this.#work;
  }

  async #tellAll(): Promise<boolean> {
    const { report, sleep } = this.#options;
    try {
      await sleep(GATHER_MS);
      for (;;) {
        const batch = report.next();
        if (!batch) return true;
        if (!(await this.#deliver(batch))) return false;
        report.sent();
      }
    } finally {
      // Together with the last look at the report: what is added from here on wakes it again.
      this.#work = null;
    }
  }

  async #deliver(batch: ReportBatch): Promise<boolean> {
    const { send, sleep, onError } = this.#options;
    let wait = FIRST_RETRY_MS;
    for (let tries = 1; ; tries += 1) {
      try {
        await send(batch);
        return true;
      } catch (error) {
        if (tries === 1) onError(error);
        if (tries === TRIES) return false;
      }
      await sleep(wait);
      wait *= 2;
    }
  }
}
