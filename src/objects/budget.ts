/** Messages that may be sent: so many a second, of which a second's worth may be saved up. */
export class Budget {
  readonly perSecond: number;
  readonly #now: () => number;
  #left: number;
  #at = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number, now: () => number) {
    this.perSecond = perSecond;
    this.#now = now;
    this.#left = perSecond;
  }

  get left(): number {
    const now = this.#now();
    const elapsed = Math.min(1000, Math.max(0, now - this.#at));
    this.#at = now;
    this.#left = Math.min(this.perSecond, this.#left + (this.perSecond * elapsed) / 1000);
    return this.#left;
  }

  spend(messages: number): void {
    this.#left = Math.max(0, this.#left - messages);
  }

  /** Milliseconds until so many may be sent; 0 for now. */
  waitFor(messages: number): number {
    const missing = Math.min(messages, this.perSecond) - this.left;
    return Math.max(0, Math.ceil((missing / this.perSecond) * 1000));
  }
}
