import type { Database } from "../../store/database.ts";
import { closeDowntime, type Closing, openDowntime, type Opening } from "../../store/downtime.ts";
import type { WindowRow } from "../../store/maintenance.ts";
import type { MonitorRow } from "../../store/monitor.ts";
import type { BillingKind, MonitorKind, Sensitivity } from "../../store/schema/monitor.ts";
import { drawPoints, readShard } from "../../store/shard.ts";
import { writeHour } from "../../store/stat.ts";
import { hourOf } from "./due.ts";
import type { Stat } from "./monitor.ts";

export type { BillingKind, Closing, MonitorKind, MonitorRow, Opening, Sensitivity };

/** What the catalogue says of a shard, all as of one moment. */
export interface ShardCopy {
  accountId: string;
  version: number;
  monitors: MonitorRow[];
  windows: WindowRow[];
}

/** The catalogue as one shard's object works with it. Whatever is written may be written again. */
export interface ShardCatalogue {
  /** Null: there is no such shard. */
  load(shard: number): Promise<ShardCopy | null>;
  /**
   * Takes points off the account until the shard has drawn `goal` in all, or none are left.
   * @returns What the shard has drawn in all.
   */
  draw(shard: number, accountId: string, goal: number): Promise<number>;
  /** @returns The ids of the notifications that are owed since. */
  open(opening: Opening, now: number): Promise<number[]>;
  close(closing: Closing, now: number): Promise<number[]>;
  /** What one hour's checks came to; replaces what was written before. */
  writeHour(
    shard: number,
    accountId: string,
    hour: number,
    stats: Stat[],
    units: { kind: BillingKind; units: number }[],
  ): Promise<void>;
}

export function createShardCatalogue(db: Database): ShardCatalogue {
  return {
    load: async (shard) => (await readShard(db, shard)) ?? null,
    draw: (shard, accountId, goal) => drawPoints(db, shard, accountId, goal),
    open: (opening, now) => openDowntime(db, opening, now),
    close: (closing, now) => closeDowntime(db, closing, now),
    writeHour: (shard, accountId, hour, stats, units) =>
      writeHour(
        db,
        shard,
        accountId,
        hour,
        stats.map(({ from, to: _, timings, ...stat }) => ({
          ...stat,
          ...timings,
          hour: hourOf(from),
        })),
        units,
      ),
  };
}
