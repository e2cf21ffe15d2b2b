import { HOUR_MS, hourOf, MINUTE_MS } from "../../domain/monitor/due.ts";
import type { ShardCatalogue } from "../../domain/monitor/shard-catalogue.ts";
import type { Head } from "./head.ts";
import type { ShardParts } from "./parts.ts";
import { statsOf, unitsOf } from "./sums.ts";
import type { ShardTables } from "./tables.ts";

/** An hour is closed this long after its end: its last checks are in. */
const CLOSE_AFTER_MS = 6 * MINUTE_MS;
/** Shards close their hours in turn, within this many minutes. */
const CLOSE_WITHIN = 10;

export interface HoursOptions {
  tables: ShardTables;
  catalogue: Pick<ShardCatalogue, "writeHour">;
  parts: ShardParts;
  head: Head;
  now: () => number;
}

/** Hours that are over: told to the catalogue, and packed by monitor. */
export class Hours {
  readonly #options: HoursOptions;
  /** The hour that is being told to the catalogue; -1 for none. */
  #closing = -1;

  constructor(options: HoursOptions) {
    this.#options = options;
  }

  /** Whether checks of an hour can still be added. */
  isOpen(hour: number): boolean {
    return hour > Math.max(this.#options.head.known.closedThrough, this.#closing);
  }

  /** When the oldest open hour is to be closed; null when there is none. */
  get closeAt(): number | null {
    const { tables, head } = this.#options;
    const minute = tables.oldestMinute();
    if (minute === null) return null;
    return (hourOf(minute * MINUTE_MS) + 1) * HOUR_MS + delayOf(head.known.shard);
  }

  /** Closes those that are over. What fails is done again from the start of its hour. */
  async close(): Promise<void> {
    const { catalogue, parts, head, now } = this.#options;
    if (!head.state || this.#closing >= 0) return;
    const { book, roster } = parts;
    const { shard, accountId, closedThrough } = head.state;
    const last = hourOf(now() - delayOf(shard)) - 1;
    try {
      for (const hour of book.openHours(closedThrough).filter((open) => open <= last)) {
        this.#closing = hour;
        const checks = book.openHour(hour, null);
        const stats = statsOf(checks.filter(({ monitorId }) => roster.items.has(monitorId)));
        await catalogue.writeHour(shard, accountId, hour, stats, unitsOf(checks));
        book.closeHour(hour, checks, new Set(roster.ids));
        head.save({ closedThrough: hour });
        book.expire(roster.ids, hour);
      }
    } finally {
      this.#closing = -1;
    }
  }
}

function delayOf(shard: number): number {
  return CLOSE_AFTER_MS + (shard % CLOSE_WITHIN) * MINUTE_MS;
}
