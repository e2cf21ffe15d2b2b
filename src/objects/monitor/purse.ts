/** What a check that was planned and never came back holds no longer than this. */
const RESERVED_MS = 300_000;

export interface PurseOptions {
  /** Points spent so far, all told. */
  spent: number;
  /** Takes points off the account until `goal` are drawn in all; resolves with what is. */
  draw: (goal: number) => Promise<number>;
  now: () => number;
}

/**
 * The shard's points: what it has drawn from the account, what its checks have spent, and what
 * is set aside for checks under way. All are counted from the shard's beginning, so that nothing
 * counts twice whatever is asked again.
 */
export class Purse {
  readonly #options: PurseOptions;
  /** Check → when it was planned. */
  readonly #reserved = new Map<number, number>();
  /** As last told; what is not known is drawn anew. */
  #drawn = 0;
  spent: number;

  constructor(options: PurseOptions) {
    this.#options = options;
    this.spent = options.spent;
  }

  /** Whether a check is planned and may still come back. */
  isReserved(id: number): boolean {
    return this.#reserved.has(id);
  }

  /** Sets a point aside for each check, as far as there are any. @returns Those that are paid. */
  async reserve(ids: readonly number[]): Promise<Set<number>> {
    if (ids.length === 0) return new Set();
    const now = this.#options.now();
    for (const [id, at] of this.#reserved) {
      if (at < now - RESERVED_MS) this.#reserved.delete(id);
    }
    for (const id of ids) this.#reserved.set(id, now);
    try {
      await this.#drawEnough();
    } catch (error) {
      for (const id of ids) this.#reserved.delete(id);
      throw error;
    }
    const paid = new Set(ids);
    for (const id of ids.toReversed()) {
      if (this.#needed <= this.#drawn) break;
      this.#reserved.delete(id);
      paid.delete(id);
    }
    return paid;
  }

  /** A check was made, planned by us or not. */
  spend(id: number): void {
    this.#reserved.delete(id);
    this.spent += 1;
  }

  /** Until all is paid, others' checks too that were planned meanwhile, or nothing is left. */
  async #drawEnough(): Promise<void> {
    while (this.#needed > this.#drawn) {
      const goal = this.#needed;
      const drawn = await this.#options.draw(goal);
      // Draws may come back in another order than they were asked in.
      this.#drawn = Math.max(this.#drawn, drawn);
      if (drawn < goal) return;
    }
  }

  get #needed(): number {
    return this.spent + this.#reserved.size;
  }
}
