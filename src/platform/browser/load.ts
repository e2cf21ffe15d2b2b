import { assertInTime, pause, withLimit, within } from "./limit.ts";

/** Milestones of a document, in CDP's words (Page.lifecycleEvent). */
export type Milestone = "DOMContentLoaded" | "load" | "networkIdle";

/** A document that was readable for so long is taken as loaded: one stuck image blocks nobody. */
const PATIENCE_MS = 3_000;
/** A navigation that a page asked for begins within this time, or not at all. */
const INTENT_MS = 150;

/** How far the main document of a page is, kept by the page's events. */
export class Load {
  /** Loader of the document that is shown. */
  document = "";
  /** Counts documents and failed tries at one, to see that something happened. */
  begun = 0;
  /** Counts those that ended without a document. */
  abandoned = 0;
  /** Loader of the document that was asked for and has not come yet. */
  #pending: string | null = null;
  /** Loader of the newest document that was asked for. */
  #last = "";
  #stages = new Map<string, Set<string>>();
  #complete: boolean;
  #waiters = new Set<() => void>();
  #failure: Error | null = null;
  #intent = false;

  /** `complete`: nothing is under way in it yet. */
  constructor(complete: boolean) {
    this.#complete = complete;
  }

  get pending(): boolean {
    return this.#pending !== null;
  }

  get complete(): boolean {
    return this.#complete && !this.pending;
  }

  has(milestone: Milestone): boolean {
    return !this.pending && this.#stages.get(this.document)?.has(milestone) === true;
  }

  /** The document that was there before the first event. */
  adopt(loader: string): void {
    if (this.document !== "") return;
    this.document = loader;
    if (this.has("load")) this.#finish();
  }

  /** The page asked for another document, which the browser has not begun to get yet; or not. */
  intend(intent: boolean): void {
    this.#intent = intent;
    this.#wake();
  }

  begin(loader: string): void {
    this.begun += 1;
    this.#intent = false;
    this.#last = loader;
    this.#pending = loader;
    this.#wake();
  }

  /** True when the document came complete, as one from the back/forward cache does. */
  commit(loader: string, complete: boolean): boolean {
    this.document = loader;
    this.#pending = null;
    this.#complete = complete;
    const stages = this.#stages.get(loader) ?? new Set();
    if (complete)
      for (const stage of ["DOMContentLoaded", "load", "networkIdle"]) stages.add(stage);
    this.#stages = new Map([[loader, stages]]);
    this.#wake();
    return complete;
  }

  /** True when this completed the load. */
  reach(loader: string, milestone: string): boolean {
    const stages = this.#stages.get(loader);
    if (stages) stages.add(milestone);
    else this.#stages.set(loader, new Set([milestone]));
    if (milestone === "load" && loader === this.document && !this.#complete) {
      this.#finish();
      return true;
    }
    this.#wake();
    return false;
  }

  /** The load ended, finished or given up. True when that was news. */
  stop(): boolean {
    const news = !this.complete;
    if (this.pending) this.abandoned += 1;
    this.#intent = false;
    this.#pending = null;
    this.#finish();
    return news;
  }

  /** The page died, or was closed: whoever waits for it gets this. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#pending = null;
    this.#finish();
  }

  /** Waits until nothing is under way, or until a readable page has had its time. */
  async settled(signal: AbortSignal): Promise<void> {
    assertInTime(signal);
    if (this.#failure) throw this.#failure;
    if (this.#intent) await this.#begins(signal);
    if (this.complete) return;
    const leave = new AbortController();
    const either = AbortSignal.any([signal, leave.signal]);
    const patience = this.#until(() => this.has("DOMContentLoaded"), either).then(() =>
      pause(PATIENCE_MS, either),
    );
    const complete = this.#until(() => this.complete, either);
    patience.catch(() => {});
    complete.catch(() => {});
    try {
      await within(signal, Promise.race([complete, patience]));
    } finally {
      leave.abort();
    }
  }

  async #begins(signal: AbortSignal): Promise<void> {
    try {
      await withLimit(INTENT_MS, (limit) => this.#until(() => !this.#intent, limit), signal);
    } catch {
      assertInTime(signal);
      this.#intent = false;
    }
  }

  /** Waits until a document that was asked for is there, or one that came after it. */
  committed(loader: string, signal: AbortSignal): Promise<void> {
    return this.#until(() => this.document === loader || this.#last !== loader, signal);
  }

  /** Waits for a milestone of the document that is shown by then; a stopped load has them all. */
  reached(milestone: Milestone, signal: AbortSignal): Promise<void> {
    return this.#until(() => {
      if (this.has(milestone)) return true;
      // Given up by window.stop() or by us: no further milestone comes.
      return this.complete && milestone !== "networkIdle" && !this.has("load");
    }, signal);
  }

  #until(met: () => boolean, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const check = () => {
      if (this.#failure) reject(this.#failure);
      else if (met()) resolve();
    };
    check();
    this.#waiters.add(check);
    return within(signal, promise).finally(() => this.#waiters.delete(check));
  }

  #finish(): void {
    this.#complete = true;
    this.#wake();
  }

  #wake(): void {
    for (const check of this.#waiters) check();
  }
}
