import { DurableObject } from "cloudflare:workers";
import { Fault, type Outcome, settle } from "../domain/errors.ts";
import type { Draw, Grant, KeptAnswer, Reservation, TokenReport, Usage } from "../domain/ports.ts";
import { IdempotencyRecords, KEPT_MS } from "./meter/idempotency.ts";
import { MeterTables } from "./meter/tables.ts";
import {
  countUsage,
  exhaustedQuota,
  NO_USAGE,
  quotaBlock,
  type UsageCount,
  usageAt,
} from "./meter/usage.ts";
import { RateWindows } from "./meter/windows.ts";

/** What a crash may lose of counts; in return a busy account costs one row written per this. */
const FLUSH_MS = 5000;

/**
 * Counts, limits and remembers the requests of one account; or, under a name of its own, the
 * tries at one door. Windows and counts live in memory and are flushed every few seconds.
 */
export class MeterObject extends DurableObject<Env> {
  readonly #tables: MeterTables;
  readonly #records: IdempotencyRecords;
  readonly #windows: RateWindows;
  #usage: UsageCount;
  #flushing = false;
  /** The alarm is set, as far as this instance knows. */
  #armed = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#tables = new MeterTables(ctx.storage.sql);
    this.#records = new IdempotencyRecords(this.#tables);
    const saved = this.#tables.loadState();
    this.#windows = new RateWindows(saved?.windows);
    this.#usage = saved?.usage ?? NO_USAGE;
  }

  /** Tokens for an isolate, out of the key's window of a minute. */
  draw({ key, limit, want, reports, quota }: Draw): Grant {
    this.report(reports);
    this.#flushSoon();
    const now = Date.now();
    if (!quota) return this.#windows.draw(key, limit, want, now);
    const exhausted = exhaustedQuota(this.#usage, quota, now);
    if (exhausted) return { ...this.#windows.draw(key, limit, 0, now), exhausted };
    const most = quotaBlock(this.#usage, quota, now);
    return this.#windows.draw(key, limit, Math.min(want, most), now);
  }

  /** What became of tokens drawn before: the used ones count, the others go back. */
  report(reports: TokenReport[]): void {
    for (const report of reports) {
      this.#windows.giveBack(report);
      // A window's last millisecond is in the day in which its requests were made.
      this.#usage = countUsage(this.#usage, report.used, report.window * 1000 - 1);
      this.#flushSoon();
    }
  }

  usage(reports: TokenReport[]): Usage {
    this.report(reports);
    return usageAt(this.#usage, Date.now());
  }

  /**
   * One try at the door that this object is named after.
   * @returns RATE_LIMITED when `limit` tries were made within `seconds` of the first.
   */
  attempt(limit: number, seconds: number): Promise<Outcome<void>> {
    return settle(async () => {
      const now = Date.now();
      const made = this.#tables.attempts();
      const open = made && made.until > now ? made : { until: now + seconds * 1000, count: 0 };
      if (open.count >= limit) {
        const retryAfter = Math.max(1, Math.ceil((open.until - now) / 1000));
        throw new Fault("RATE_LIMITED", "Too many attempts: try again later.", { retryAfter });
      }
      this.#tables.saveAttempts({ until: open.until, count: open.count + 1 });
      await this.#arm(open.until);
    });
  }

  async reserve(key: string, fingerprint: string): Promise<Reservation> {
    const now = Date.now();
    const reservation = this.#records.reserve(key, fingerprint, now);
    if (reservation.state === "reserved") await this.#arm(now + KEPT_MS);
    return reservation;
  }

  renew(key: string): void {
    this.#records.renew(key, Date.now());
  }

  complete(key: string, answer: KeptAnswer): void {
    this.#records.complete(key, answer, Date.now());
  }

  release(key: string): void {
    this.#records.release(key, Date.now());
  }

  /** Forgets what is over; an object that then holds nothing gives its storage back. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    const next = [this.#tables.removeExpired(now)];
    const attempts = this.#tables.attempts();
    if (attempts && attempts.until > now) next.push(attempts.until);
    const due = next.filter((at) => at !== null);
    this.#armed = due.length > 0;
    if (due.length > 0) {
      await this.ctx.storage.setAlarm(Math.min(...due));
    } else if (!this.#tables.loadState() && !this.#flushing) {
      await this.ctx.storage.deleteAll();
      this.#tables.forget();
    }
  }

  /** Times only grow, so an alarm that is set already is due early enough. */
  async #arm(at: number): Promise<void> {
    if (this.#armed) return;
    this.#armed = true;
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(at);
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setTimeout(() => {
      this.#flushing = false;
      const windows = this.#windows.open(Date.now());
      this.#tables.saveState({ usage: this.#usage, windows });
    }, FLUSH_MS);
  }
}
