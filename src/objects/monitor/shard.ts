import { Fault } from "../../domain/errors.ts";
import { checkKeyOf } from "../../domain/monitor/check-id.ts";
import { bucketOf, hourOf, MINUTE_MS, minuteOf } from "../../domain/monitor/due.ts";
import type { Check } from "../../domain/monitor/monitor.ts";
import type { ExtraRequest } from "../../domain/monitor/owned.ts";
import type { DueQuery, MadeCheck, PlannedCheck, Recorded } from "../../domain/monitor/shard.ts";
import type { ShardCatalogue, ShardCopy } from "../../domain/monitor/shard-catalogue.ts";
import { LATE_MINUTES } from "./book.ts";
import { sealMinutes } from "./gaps.ts";
import { Head } from "./head.ts";
import { Hours } from "./hours.ts";
import { freeCheckId, type Plan, plansFor, requestOf } from "./planner.ts";
import type { Outbox } from "./outbox.ts";
import { loadParts, type ShardParts } from "./parts.ts";
import { Purse } from "./purse.ts";
import type { Item } from "./roster.ts";
import { signalCheck, type Verdict } from "./signals.ts";
import type { ShardState, ShardTables } from "./tables.ts";

export interface ShardOptions {
  tables: ShardTables;
  catalogue: Pick<ShardCatalogue, "load" | "draw" | "halt" | "writeHour">;
  outbox: Outbox;
  /** Regions that checks are made from. */
  regions: readonly string[];
  /** Opens what a monitor sends beside the usual; null when that cannot be opened. */
  unseal: (accountId: string, sealed: string) => Promise<ExtraRequest | null>;
  /** Told of checks once they are kept. */
  onChecks?: (checks: readonly Check[]) => void;
  /** Told of monitors that the catalogue has otherwise, or no more. */
  onChanged?: (monitorIds: readonly number[]) => void;
  now: () => number;
}

/** A job that comes later than this many minutes after its own finds nothing to do. */
const ACCEPTED_MINUTES = 1;
/** A minute's checks are in, or will not come, this many minutes after it. */
const SEAL_AFTER = LATE_MINUTES + 3;

/**
 * One shard's monitors: what is due, what results mean, what is owed. All that one result changes
 * is written without waiting in between, so that it is kept as a whole or not at all; what others
 * must hear of it lies in the outbox by then.
 */
export class Shard {
  readonly parts: ShardParts;
  readonly head: Head;
  readonly hours: Hours;
  readonly #options: ShardOptions;
  readonly #purse: Purse;

  constructor(options: ShardOptions) {
    const { tables, catalogue, regions, now } = options;
    this.#options = options;
    this.head = new Head({ tables, catalogue, adopt: (...copy) => this.#adopt(...copy) });
    this.parts = loadParts(tables, this.head.state, regions, now);
    this.hours = new Hours({ tables, catalogue, parts: this.parts, head: this.head, now });
    this.#purse = new Purse({
      spent: this.head.state?.spent ?? 0,
      draw: (goal) => catalogue.draw(this.head.known.shard, this.head.known.accountId, goal),
      now,
    });
  }

  async due(shard: number, query: DueQuery): Promise<PlannedCheck[]> {
    await this.head.sync(shard, query.version);
    const { book, roster, machines, health } = this.parts;
    const now = this.#options.now();
    await sealMinutes(this, this.#options.catalogue, minuteOf(now) - SEAL_AFTER);
    if (minuteOf(now) > query.minute + ACCEPTED_MINUTES || query.minute <= this.head.known.sealed) {
      return [];
    }
    this.#missSignals(query.bucket, now);
    const aside = health.at(now);
    const plans = plansFor(roster, query, this.#options.regions, aside).filter(
      ({ id }) => !book.has(id),
    );
    for (const id of machines.undecided) plans.push(...this.#confirmations(id, now));
    const planned = await this.#pay(plans);
    await this.#options.outbox.flush();
    return planned;
  }

  /** One check outside the rhythm. @throws Fault NOT_FOUND, LIMIT_REACHED. */
  async dueNow(item: Item): Promise<PlannedCheck> {
    const now = this.#options.now();
    const id = this.#freeId(item.id, now);
    if (id === null) throw new Fault("LIMIT_REACHED", "Too many checks of this monitor just now.");
    const { regions } = this.#options;
    const able = regions.filter((region) => !this.parts.health.at(now).has(region));
    const from = able.length > 0 ? able : regions;
    const region = from[id % from.length] ?? "";
    const [planned] = await this.#pay([{ id, item, region }]);
    if (!planned) throw new Fault("LIMIT_REACHED", "This account has no points left for a check.");
    return planned;
  }

  /** Takes results, in any order and as often as they come. */
  async record(shard: number, made: readonly MadeCheck[]): Promise<Recorded> {
    await this.head.sync(shard);
    const { roster, health, machines } = this.parts;
    const now = this.#options.now();
    const recorded: Check[] = [];
    for (const one of made) {
      const check = this.#checkOf(one);
      if (!check || recorded.some(({ id }) => id === check.id)) continue;
      recorded.push(check);
      const asked = machines.regionAsked(check.monitorId, check.id);
      if (asked !== undefined && asked !== check.checker) health.missed(asked, now);
      this.#purse.spend(check.id);
      this.#noteCertificate(check.monitorId, one.result.certificateExpires, now);
    }
    this.#take(recorded);
    const hostOf = (id: number) => roster.items.get(id)?.host ?? null;
    const aside = health.note(recorded, hostOf, now);
    const ids = new Set(recorded.map(({ monitorId }) => monitorId));
    const confirm = await this.#pay([...ids].flatMap((id) => this.#confirmations(id, now)));
    await this.#options.outbox.flush();
    return { recorded, confirm, aside };
  }

  /** A push monitor's sign of life. */
  async signal(item: Item): Promise<void> {
    const now = this.#options.now();
    const { signals, machines } = this.parts;
    const verdict = signals.hear(item.id, now, machines.isTense(item.id));
    if (verdict) this.#judgeSignal(item, now, verdict);
    await this.#options.outbox.flush();
  }

  /** When something is to be done that no job brings; milliseconds, null for never. */
  get nextAlarm(): number | null {
    const { machines, health } = this.parts;
    const now = this.#options.now();
    const times = [
      this.hours.closeAt,
      this.#options.outbox.retryAt,
      machines.nextLost,
      // Whoever was set aside may be asked then.
      machines.stalled(now).length > 0 ? health.nextBack(now) : null,
    ].filter((at) => at !== null);
    return times.length > 0 ? Math.min(...times) : null;
  }

  /** The shard, when a confirmation is owed that nobody is making. */
  get owesConfirmation(): ShardState | null {
    const stalled = this.parts.machines.stalled(this.#options.now());
    return stalled.length > 0 ? this.head.state : null;
  }

  /** Tells what is owed, and gives up on confirmations that did not come. */
  async flush(): Promise<void> {
    this.parts.machines.dropLost(this.#options.now());
    await this.#options.outbox.flush();
  }

  /** Takes over what the catalogue says: pauses end downtimes, deletions leave nothing behind. */
  #adopt(shard: number, copy: ShardCopy, before: ShardState | null): ShardState {
    const { roster, machines, signals, certificates, book } = this.parts;
    const { outbox, now } = this.#options;
    const { accountId, version } = copy;
    const { removed, paused, changed } = roster.replace(copy.monitors, copy.windows);
    for (const { id } of removed) {
      for (const part of [machines, signals, certificates, outbox]) part.remove(id);
      book.forget(id);
    }
    for (const item of paused) {
      const transition = machines.advance(item, { type: "paused", at: item.changedAt });
      if (transition) outbox.add(accountId, item.id, transition);
    }
    for (const item of changed) {
      machines.forgetBefore(item.id, item.changedAt);
      certificates.remove(item.id);
    }
    this.#options.onChanged?.([...removed, ...paused, ...changed].map(({ id }) => id));
    const sealed = minuteOf(now()) - SEAL_AFTER;
    return {
      ...(before ?? { closedThrough: -1, sealed, spent: 0 }),
      shard,
      accountId,
      version,
      windows: roster.windows,
    };
  }

  /** Sets points aside and says what is to be asked. What cannot be paid is not made. */
  async #pay(plans: Plan[]): Promise<PlannedCheck[]> {
    if (plans.length === 0) return [];
    const { machines, certificates } = this.parts;
    const { unseal, now } = this.#options;
    const { accountId } = this.head.known;
    const paid = await this.#purse.reserve(plans.map(({ id }) => id));
    const planned: PlannedCheck[] = [];
    for (const { id, item, region } of plans) {
      if (!paid.has(id)) {
        machines.unask(item.id, id);
        continue;
      }
      const extra = item.request === null ? NOTHING_EXTRA : await unseal(accountId, item.request);
      if (!extra) continue;
      const request = requestOf(item, extra, certificates.isWanted(item, now()));
      const expected = machines.expected(item.id);
      planned.push({ id, monitorId: item.id, region, request, expected });
    }
    return planned;
  }

  /** What is still to be asked so that a monitor's state is decided. */
  #confirmations(monitorId: number, now: number): Plan[] {
    const { machines, roster, health } = this.parts;
    const item = roster.items.get(monitorId);
    if (!item?.active || item.kind === "push") return [];
    const plans: Plan[] = [];
    for (const region of machines.toAsk(item, now, health.unable(now))) {
      const id = this.#freeId(monitorId, now, plans);
      if (id !== null) plans.push({ id, item, region });
    }
    machines.asked(monitorId, plans, now);
    return plans;
  }

  #freeId(monitorId: number, now: number, taken: Plan[] = []): number | null {
    const { book, machines } = this.parts;
    return freeCheckId(
      monitorId,
      now,
      (id) =>
        book.has(id) ||
        this.#purse.isReserved(id) ||
        machines.isAsked(monitorId, id) ||
        taken.some((plan) => plan.id === id),
    );
  }

  /** A result as a check; null when it was taken before, or comes for nobody, or too late. */
  #checkOf({ id, checker, at, result }: MadeCheck): Check | null {
    const { monitorId, minute } = checkKeyOf(id);
    const { book, roster } = this.parts;
    const item = roster.items.get(monitorId);
    const sealed = Math.max(this.head.known.sealed, minuteOf(this.#options.now()) - SEAL_AFTER - 1);
    if (!item || minute <= sealed || book.has(id)) return null;
    const start = minute * MINUTE_MS;
    const began = Math.min(Math.max(at, start), start + (LATE_MINUTES + 1) * MINUTE_MS - 1);
    if (!this.hours.isOpen(hourOf(began))) return null;
    const { certificateExpires: _, ...found } = result;
    return { id, monitorId, at: began, checker, word: item.word, ...found };
  }

  #take(checks: readonly Check[]): void {
    if (checks.length === 0) return;
    const { book, roster, machines, last } = this.parts;
    const { accountId, sealed } = this.head.known;
    this.head.change({ spent: this.#purse.spent });
    book.add(checks, { spent: this.#purse.spent, sealed });
    for (const check of checks.toSorted((a, b) => a.at - b.at || a.id - b.id)) {
      last.note(check);
      const item = roster.items.get(check.monitorId);
      if (!item?.active) continue;
      const { id, at, checker, passed, error } = check;
      const evidence = { id, at, checker, passed, reason: error?.message ?? "" };
      const excused = roster.isExcused(item.id, at);
      const transition = machines.advance(item, { type: "check", check: evidence, excused });
      if (transition) this.#options.outbox.add(accountId, item.id, transition);
    }
    this.#options.onChecks?.(checks);
  }

  #noteCertificate(monitorId: number, endsAt: number | null, now: number): void {
    const item = this.parts.roster.items.get(monitorId);
    if (endsAt === null || !item) return;
    const { accountId } = this.head.known;
    const isNews = this.parts.certificates.note(item, endsAt, now);
    if (isNews) this.#options.outbox.warn({ accountId, monitorId, endsAt });
  }

  #missSignals(bucket: number, now: number): void {
    for (const item of this.parts.roster.pushItems()) {
      if (bucketOf(item.phase % 60) !== bucket) continue;
      const verdict = this.parts.signals.overdue(item, now);
      if (verdict) this.#judgeSignal(item, now, verdict);
    }
  }

  #judgeSignal(item: Item, now: number, verdict: Verdict): void {
    const id = this.#freeId(item.id, now);
    if (id !== null) this.#take([signalCheck(id, item.id, now, verdict)]);
  }
}

const NOTHING_EXTRA: ExtraRequest = { headers: [], body: null };
