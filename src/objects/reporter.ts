import { newBatchId } from "../domain/telemetry/index.ts";
import type { NewVisit, ReportBatch, ReportItem, VisitOutcome } from "../domain/telemetry/index.ts";

export interface ReporterOptions {
  visit: NewVisit;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Brings a batch to the account's hub. It may be called again with the same batch. */
  send: (batch: ReportBatch) => Promise<void>;
  now: () => number;
  sleep: (ms: number) => Promise<void>;
  /** Keeps the object awake for work that no answer waits for. */
  defer: (work: Promise<void>) => void;
  onError: (error: unknown) => void;
}

/** What comes together is sent together. */
const GATHER_MS = 200;
const MAX_BATCH = 200;
/** Items that may wait; the oldest events of more are dropped, and counted. */
const MAX_WAITING = 1000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 60_000;
/** After its end a visit is not kept awake for longer: the hub closes what it hears no more of. */
const TRIES_AFTER_END = 6;

/**
 * Tells the account's hub what one hosted visit does: after the answer, in batches, each at least
 * once. It never fails, and holds no more than 1,000 events, whatever the hub does.
 */
export class Reporter {
  readonly #options: ReporterOptions;
  #waiting: ReportItem[] = [];
  #dropped = 0;
  #sending = false;
  #ended = false;
  /** The hub may have heard of the visit from this instance; it has for sure. */
  #told = false;
  #announced = false;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** The visit begins; without it the first event says so. */
  start(): void {
    this.#send();
  }

  /** @param details Never what was typed. */
  event(kind: string, details: object, at: number): void {
    if (this.#ended) return;
    const { visit } = this.#options;
    const text = JSON.stringify(details);
    this.#waiting.push({ type: "event", visitId: visit.id, kind, details: text, at });
    if (this.#waiting.length > MAX_WAITING) {
      this.#waiting.shift();
      this.#dropped += 1;
    }
    this.#send();
  }

  end(outcome: Omit<VisitOutcome, "duration">, at: number): void {
    if (this.#ended) return;
    this.#ended = true;
    const { visit, startedAt } = this.#options;
    const duration = Math.max(0, at - startedAt) / 1000;
    this.#waiting.push({ type: "end", visit, startedAt, outcome: { ...outcome, duration }, at });
    this.#send();
  }

  /** The visit came to nothing. When it was told of already, it is told that it failed. */
  discard(reason: string, at: number): void {
    if (this.#told) return this.end({ success: false, error: reason }, at);
    this.#ended = true;
    this.#waiting = [];
    return undefined;
  }

  #send(): void {
    if (this.#sending) return;
    this.#sending = true;
    this.#options.defer(this.#drain());
  }

  async #drain(): Promise<void> {
    const { sleep } = this.#options;
    await sleep(GATHER_MS);
    while (this.#pending) {
      const sent = await this.#deliver(this.#nextBatch());
      if (!sent) break;
    }
    this.#sending = false;
  }

  get #pending(): boolean {
    return this.#waiting.length > 0 || (!this.#announced && !this.#ended);
  }

  /** The first one of this instance says that the visit began: it may be news to the hub. */
  #nextBatch(): ReportBatch {
    const { visit, startedAt, now } = this.#options;
    const items = this.#waiting.splice(0, MAX_BATCH);
    if (!this.#announced) items.unshift({ type: "start", visit, at: startedAt });
    const dropped = this.#dropped;
    this.#dropped = 0;
    this.#told = true;
    return { id: newBatchId(now()), items, dropped };
  }

  async #deliver(batch: ReportBatch): Promise<boolean> {
    const { send, sleep, onError } = this.#options;
    let wait = FIRST_RETRY_MS;
    for (let tries = 1; ; tries += 1) {
      try {
        await send(batch);
        this.#announced = true;
        return true;
      } catch (error) {
        if (tries === 1) onError(error);
        if (this.#ended && tries >= TRIES_AFTER_END) return false;
      }
      await sleep(wait);
      wait = Math.min(LAST_RETRY_MS, wait * 2);
    }
  }
}
