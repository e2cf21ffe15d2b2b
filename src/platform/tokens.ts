import type { Admission, Draw, Grant, TokenReport } from "../domain/ports.ts";

/** How long a refusal is believed: others may give tokens back meanwhile. */
const REFUSED_MS = 1000;
/** How long a request waits for a draw that another request makes, before it makes its own. */
const PATIENCE_MS = 1000;

/**
 * One key's tokens in this isolate. They are drawn in blocks that start at one and double within
 * a window, up to a tenth of the limit, so that a quiet key costs little and a busy one few
 * draws. Requests that come meanwhile share a draw under way.
 */
export class Tokens {
  readonly key: string;
  /** Unix seconds; what follows belongs to the window that ends then. */
  #window = 0;
  #held = 0;
  /** What the object said was left for others. */
  #left = 0;
  #used = 0;
  #block = 1;
  #refusedUntil = 0;
  /** The quota for which it was refused; null: the window's limit. */
  #exhausted: NonNullable<Grant["exhausted"]> | null = null;
  /** Of windows gone by, not yet told. */
  #ended: TokenReport[] = [];
  #draw: Promise<void> | null = null;
  #waiting = 0;

  constructor(key: string) {
    this.key = key;
  }

  /**
   * Takes one token, out of those held or of a fresh draw; at most one draw per call.
   * @param draw Asks the account's object; its rejection is passed on.
   */
  async take(
    limit: number,
    draw: (draw: Draw) => Promise<Grant>,
    now: () => number,
  ): Promise<Admission> {
    for (;;) {
      this.#roll(now());
      if (this.#held > 0) {
        this.#held -= 1;
        return this.#admission(true, limit);
      }
      if (now() < this.#refusedUntil) return this.#admission(false, limit);
      if (!this.#draw) return this.#lead(limit, draw, now);
      await this.#follow(this.#draw);
    }
  }

  /** Takes all reports out, and with them every token that is held. */
  settle(now: number): TokenReport[] {
    this.#roll(now);
    const reports = this.#ended;
    this.#ended = [];
    if (this.#used > 0 || this.#held > 0) {
      const { key } = this;
      reports.push({ key, window: this.#window, used: this.#used, returned: this.#held });
      this.#left += this.#held;
      this.#used = 0;
      this.#held = 0;
    }
    return reports;
  }

  /** Puts reports back that did not arrive. Their unused tokens are lost with the window. */
  keep(reports: TokenReport[]): void {
    const counts = reports.filter(({ used }) => used > 0);
    this.#ended.push(...counts.map((report) => ({ ...report, returned: 0 })));
  }

  get idle(): boolean {
    return this.#used === 0 && this.#held === 0 && this.#ended.length === 0 && !this.#draw;
  }

  async #lead(
    limit: number,
    draw: (draw: Draw) => Promise<Grant>,
    now: () => number,
  ): Promise<Admission> {
    const drawing = this.#fill(limit, draw, now);
    // Those who follow only learn that it is over: each makes its own if it failed.
    const over = drawing.then(
      () => undefined,
      () => undefined,
    );
    this.#draw = over;
    try {
      const grant = await drawing;
      if (grant.granted > 0) return this.#admission(true, limit);
      this.#refusedUntil = now() + REFUSED_MS;
      this.#exhausted = grant.exhausted ?? null;
      return this.#admission(false, limit);
    } finally {
      if (this.#draw === over) this.#draw = null;
    }
  }

  async #fill(
    limit: number,
    draw: (draw: Draw) => Promise<Grant>,
    now: () => number,
  ): Promise<Grant> {
    const most = Math.max(1, Math.floor(limit / 10));
    const want = Math.min(most, Math.max(this.#block, this.#waiting + 1));
    const reports = this.settle(now());
    let grant: Grant;
    try {
      grant = await draw({ key: this.key, limit, want, reports });
    } catch (error) {
      this.keep(reports);
      throw error;
    }
    // An answer that comes after its window's successor has begun brings nothing to hold.
    if (grant.reset < this.#window) return grant;
    if (grant.reset > this.#window) {
      this.#end();
      this.#window = grant.reset;
    }
    this.#block = Math.min(most, this.#block * 2);
    this.#left = grant.left;
    // The first of them is the drawing request's own, whoever comes meanwhile.
    this.#held += Math.max(0, grant.granted - 1);
    return grant;
  }

  /** A request that was cancelled may take its draw with it: nobody waits for one for ever. */
  async #follow(drawing: Promise<void>): Promise<void> {
    this.#waiting += 1;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), PATIENCE_MS);
    });
    const first = await Promise.race([drawing, late]);
    clearTimeout(timer);
    this.#waiting -= 1;
    if (first === "late" && this.#draw === drawing) this.#draw = null;
  }

  #admission(admitted: boolean, limit: number): Admission {
    if (admitted) this.#used += 1;
    const exhausted = admitted ? null : this.#exhausted;
    if (exhausted) return { admitted, remaining: 0, ...exhausted };
    const remaining = Math.min(limit, this.#held + this.#left);
    return { admitted, limit, remaining: admitted ? remaining : 0, reset: this.#window };
  }

  #roll(now: number): void {
    if (this.#window > 0 && now >= this.#window * 1000) this.#end();
  }

  /** The window is over: its tokens are worth nothing, its count is still to be told. */
  #end(): void {
    const { key } = this;
    if (this.#used > 0) {
      this.#ended.push({ key, window: this.#window, used: this.#used, returned: 0 });
    }
    this.#window = 0;
    this.#held = 0;
    this.#left = 0;
    this.#used = 0;
    this.#block = 1;
    this.#refusedUntil = 0;
    this.#exhausted = null;
  }
}
