import { Fault } from "../../domain/errors.ts";
import { shownState } from "../../domain/monitor/machine.ts";
import type { Check, Gap, Stat, TimeRange } from "../../domain/monitor/monitor.ts";
import type { CheckRange, Glance, OpenBilling, OpenHours } from "../../domain/monitor/shard.ts";
import type { ShardParts } from "./parts.ts";
import type { Item } from "./roster.ts";
import { statsOf, unitsOf } from "./sums.ts";

/** What a shard answers about itself. */
export class ShardReader {
  readonly #parts: ShardParts;
  readonly #now: () => number;

  constructor(parts: ShardParts, now: () => number) {
    this.#parts = parts;
    this.#now = now;
  }

  /** @throws Fault NOT_FOUND. */
  item(id: number): Item {
    const item = this.#parts.roster.items.get(id);
    if (!item) throw new Fault("NOT_FOUND", "Monitor not found");
    return item;
  }

  /** Those of which nothing is known are left out. */
  glance(ids: readonly number[]): Glance[] {
    const { roster, machines, certificates, last } = this.#parts;
    return ids
      .filter((id) => roster.items.has(id))
      .map((id) => {
        const state = machines.state(id);
        const lastCheck = last.of(id);
        return {
          monitorId: id,
          state: lastCheck ? shownState(state) : "pending",
          downSince: state.opened?.at ?? null,
          lastCheck,
          certificateExpires: certificates.expires(id),
          inMaintenance: roster.isExcused(id, this.#now()),
        };
      });
  }

  tally(range: CheckRange, unit: "hour" | "minute"): [unit: number, checks: number][] {
    return this.#parts.book.tally(range, range.monitorId, this.#parts.roster.items, unit);
  }

  checks(range: CheckRange): Check[] {
    return this.#parts.book.read(range, range.monitorId, this.#parts.roster.items);
  }

  gaps(monitorId: number, range: TimeRange): Gap[] {
    return this.#parts.gaps.of(this.item(monitorId), range);
  }

  openStats(monitorId: number, closedThrough: number): OpenHours<Stat> {
    const { book } = this.#parts;
    const checks = book.openHours(closedThrough).flatMap((hour) => book.openHour(hour, monitorId));
    return { closedThrough, rows: statsOf(checks) };
  }

  openBilling(closedThrough: number): OpenHours<OpenBilling> {
    const { book } = this.#parts;
    const checks = book.openHours(closedThrough).flatMap((hour) => book.openHour(hour, null));
    return { closedThrough, rows: unitsOf(checks) };
  }
}
