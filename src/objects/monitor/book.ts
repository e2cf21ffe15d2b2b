import { checkKeyOf } from "../../domain/monitor/check-id.ts";
import {
  HOUR_MS,
  hourOf,
  MINUTE_MS,
  minuteOf,
  MINUTES_PER_HOUR,
} from "../../domain/monitor/due.ts";
import type { Check, TimeRange } from "../../domain/monitor/monitor.ts";
import { KEPT_DAYS } from "../../domain/monitor/rules.ts";
import { countChecks, packChecks, unpackChecks } from "./packing.ts";
import type { ShardTables } from "./tables.ts";

/** A check may begin this many minutes after the one that it was due in, and no later. */
export const LATE_MINUTES = 3;
/** Unpacked minutes that are kept in memory: results come for the newest ones. */
const KEPT_MINUTES = 12;
const LAST_HOUR = 2 ** 20 - 1;
const KEPT_HOURS = KEPT_DAYS * 24 + 1;

/** What every minute's row carries along, so that it needs no write of its own. */
export interface Carried {
  spent: number;
  sealed: number;
}

/**
 * The raw checks of a shard, each in the minute in which it began, which may be a little later
 * than the minute of its number. Open hours lie in one row per minute, in which all monitors'
 * checks are; closed hours in one row per monitor.
 */
export class Book {
  readonly #tables: ShardTables;
  readonly #minutes = new Map<number, Minute>();

  constructor(tables: ShardTables) {
    this.#tables = tables;
  }

  /** The checks that began in an open minute, in order. */
  minute(minute: number): readonly Check[] {
    return this.#minute(minute).checks;
  }

  /** Whether an open hour has the check. */
  has(id: number): boolean {
    const first = checkKeyOf(id).minute;
    for (let minute = first; minute <= first + LATE_MINUTES; minute += 1) {
      if (this.#minute(minute).ids.has(id)) return true;
    }
    return false;
  }

  /** Adds checks, none of which it has: one row for each minute in which some of them began. */
  add(checks: readonly Check[], carried: Carried): void {
    for (const [minute, own] of Map.groupBy(checks, ({ at }) => minuteOf(at))) {
      const all = [...this.minute(minute), ...own].toSorted(inOrder);
      const bytes = packChecks(all, minute - LATE_MINUTES);
      this.#tables.putMinute({ minute, ...carried, checks: all.length, bytes });
      this.#keep(minute, all);
    }
  }

  /** Open minutes in which some check began. */
  minutesWithChecks(from: number, to: number): Set<number> {
    return new Set(this.#tables.minuteCounts(from, to).map(({ minute }) => minute));
  }

  /** The newest check of each monitor that has one. */
  lastChecks(monitorIds: readonly number[], now: number): Map<number, Check> {
    const found = new Map<number, Check>();
    const missing = new Set(monitorIds);
    const rows = this.#tables.minuteCounts(0, minuteOf(now) + MINUTES_PER_HOUR);
    for (const { minute } of rows.toReversed()) {
      if (missing.size === 0) return found;
      for (const check of this.minute(minute).toReversed()) {
        if (missing.delete(check.monitorId)) found.set(check.monitorId, check);
      }
    }
    for (const id of missing) {
      const newest = this.#tables.hoursOf(id, 0, LAST_HOUR).next();
      const last = newest.done ? undefined : unpackChecks(newest.value).at(-1);
      if (last) found.set(id, last);
    }
    return found;
  }

  /** Hours after `closedThrough` that have checks; ascending. */
  openHours(closedThrough: number): number[] {
    const rows = this.#tables.minuteCounts((closedThrough + 1) * MINUTES_PER_HOUR, LAST_MINUTE);
    return [...new Set(rows.map(({ minute }) => Math.floor(minute / MINUTES_PER_HOUR)))];
  }

  /** All checks of an open hour; of one monitor, or with null of all. */
  openHour(hour: number, monitorId: number | null): Check[] {
    const from = hour * MINUTES_PER_HOUR;
    return this.#tables
      .minuteCounts(from, from + MINUTES_PER_HOUR - 1)
      .flatMap(({ minute }) => this.#unpackMinute(minute, monitorId));
  }

  /** Packs an hour's checks by monitor; those of monitors that are no more are dropped. */
  closeHour(hour: number, checks: readonly Check[], monitorIds: ReadonlySet<number>): void {
    const byMonitor = Map.groupBy(checks, ({ monitorId }) => monitorId);
    let total = 0;
    for (const [id, own] of byMonitor) {
      if (!monitorIds.has(id)) continue;
      const bytes = packChecks(own.toSorted(inOrder), hour * MINUTES_PER_HOUR - LATE_MINUTES);
      this.#tables.putHour(id, hour, own.length, bytes);
      total += own.length;
    }
    if (total > 0) this.#tables.putTotal(hour, total);
    const from = hour * MINUTES_PER_HOUR;
    this.#tables.removeMinutes(from, from + MINUTES_PER_HOUR - 1);
    for (const minute of this.#minutes.keys()) {
      if (Math.floor(minute / MINUTES_PER_HOUR) === hour) this.#minutes.delete(minute);
    }
  }

  /** Takes out a monitor's packed hours. */
  forget(monitorId: number): void {
    this.#tables.removeHours(monitorId, LAST_HOUR, { fromTotals: true });
  }

  /** Takes out what is older than it is kept, seen from an hour. */
  expire(monitorIds: Iterable<number>, hour: number): void {
    const last = hour - KEPT_HOURS;
    for (const id of monitorIds) this.#tables.removeHours(id, last, { fromTotals: false });
    this.#tables.removeBefore(last + 1);
  }

  /** How many checks each unit of the range holds; ascending, none empty. */
  tally(
    range: TimeRange,
    monitorId: number | null,
    monitors: Known,
    unit: "hour" | "minute",
  ): [unit: number, checks: number][] {
    const unitMs = unit === "hour" ? HOUR_MS : MINUTE_MS;
    const counts = new Map<number, number>();
    const count = (at: number, checks: number) => {
      if (checks > 0) counts.set(at, (counts.get(at) ?? 0) + checks);
    };
    const each = (checks: Check[]) => {
      for (const { at } of within(checks, range)) count(Math.floor(at / unitMs), 1);
    };
    for (const { hour, checks } of this.#closedHours(range, monitorId)) {
      if (unit === "hour" && isInside(hour * HOUR_MS, HOUR_MS, range)) count(hour, checks);
      else each(this.#closedHour(hour, monitorId, monitors));
    }
    for (const { minute } of this.#openMinutes(range)) {
      if (isInside(minute * MINUTE_MS, MINUTE_MS, range)) {
        const own = (id: number) => (monitorId === null ? monitors.has(id) : id === monitorId);
        const bytes = this.#tables.minute(minute);
        const checks = bytes ? countChecks(bytes, own) : 0;
        count(unit === "hour" ? Math.floor(minute / MINUTES_PER_HOUR) : minute, checks);
      } else {
        each(this.#unpackMinute(minute, monitorId, monitors));
      }
    }
    return [...counts].toSorted(([a], [b]) => a - b);
  }

  /** All checks of the range; oldest first. */
  read(range: TimeRange, monitorId: number | null, monitors: Known): Check[] {
    const closed = this.#closedHours(range, monitorId).flatMap(({ hour }) =>
      this.#closedHour(hour, monitorId, monitors),
    );
    const open = this.#openMinutes(range).flatMap(({ minute }) =>
      this.#unpackMinute(minute, monitorId, monitors),
    );
    return within([...closed, ...open], range).toSorted(inOrder);
  }

  #closedHours(range: TimeRange, monitorId: number | null): { hour: number; checks: number }[] {
    const [from, to] = [hourOf(range.oldest), hourOf(range.youngest)];
    return monitorId === null
      ? this.#tables.totals(from, to)
      : this.#tables.hourCounts(monitorId, from, to);
  }

  #closedHour(hour: number, monitorId: number | null, monitors: Known): Check[] {
    return this.#tables
      .hourOf(monitorId === null ? [...monitors.keys()] : [monitorId], hour)
      .flatMap((bytes) => unpackChecks(bytes));
  }

  #openMinutes(range: TimeRange): { minute: number; checks: number }[] {
    return this.#tables.minuteCounts(minuteOf(range.oldest), minuteOf(range.youngest));
  }

  /** Without those of monitors that are no more, unless all are asked for. */
  #unpackMinute(minute: number, monitorId: number | null, monitors?: Known): Check[] {
    const bytes = this.#tables.minute(minute);
    const checks = bytes ? unpackChecks(bytes, monitorId) : [];
    return monitors ? checks.filter((check) => monitors.has(check.monitorId)) : checks;
  }

  #minute(minute: number): Minute {
    const kept = this.#minutes.get(minute);
    if (kept) return kept;
    const bytes = this.#tables.minute(minute);
    return this.#keep(minute, bytes ? unpackChecks(bytes) : []);
  }

  #keep(minute: number, checks: Check[]): Minute {
    const kept = { checks, ids: new Set(checks.map(({ id }) => id)) };
    this.#minutes.set(minute, kept);
    if (this.#minutes.size > KEPT_MINUTES) {
      this.#minutes.delete(Math.min(...this.#minutes.keys()));
    }
    return kept;
  }
}

/** Monitors that there are, by id. */
type Known = ReadonlyMap<number, unknown>;

interface Minute {
  checks: Check[];
  ids: ReadonlySet<number>;
}

const LAST_MINUTE = LAST_HOUR * MINUTES_PER_HOUR;

function within(checks: Check[], { oldest, youngest }: TimeRange): Check[] {
  return checks.filter(({ at }) => at >= oldest && at <= youngest);
}

function isInside(start: number, length: number, { oldest, youngest }: TimeRange): boolean {
  return start >= oldest && start + length - 1 <= youngest;
}

function inOrder(a: Check, b: Check): number {
  return a.at - b.at || a.id - b.id;
}
