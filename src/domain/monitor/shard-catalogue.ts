import { findAccount } from "../../store/account.ts";
import type { Database } from "../../store/database.ts";
import { closeDowntime, type Closing, openDowntime, type Opening } from "../../store/downtime.ts";
import type { WindowRow } from "../../store/maintenance.ts";
import type { MonitorRow } from "../../store/monitor.ts";
import { oweCertificateWarning } from "../../store/notification.ts";
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

/** A time without points. Milliseconds since the epoch; `to` null: still. */
export interface Halt {
  from: number;
  to: number | null;
}

export interface CertificateWarning {
  accountId: string;
  monitorId: number;
  /** When it ends. */
  endsAt: number;
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
  /** When its account had no points, the last time; null: it always had some. */
  halt(accountId: string): Promise<Halt | null>;
  /** @returns The ids of the notifications that are owed since. */
  open(opening: Opening): Promise<number[]>;
  close(closing: Closing): Promise<number[]>;
  /** Owes a warning of a certificate's end to whom it concerns, once for each certificate. */
  warn(warning: CertificateWarning): Promise<number[]>;
  /** What one hour's checks came to; replaces what was written before. */
  writeHour(
    shard: number,
    accountId: string,
    hour: number,
    stats: Stat[],
    units: { kind: BillingKind; units: number }[],
  ): Promise<void>;
}

export function createShardCatalogue(db: Database, now: () => number): ShardCatalogue {
  return {
    load: async (shard) => (await readShard(db, shard)) ?? null,
    draw: (shard, accountId, goal) => drawPoints(db, shard, accountId, goal, now()),
    halt: (accountId) => readHalt(db, accountId),
    open: (opening) => openDowntime(db, opening, now()),
    close: (closing) => closeDowntime(db, closing, now()),
    warn: async (warning) => {
      const rows = await oweCertificateWarning(db, { ...warning, at: now() });
      return rows.map(({ id }) => id);
    },
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

/** When an account had no points, the last time; null: it always had some. */
export async function readHalt(db: Database, accountId: string): Promise<Halt | null> {
  const account = await findAccount(db, accountId);
  if (!account) return null;
  const { points, createdAt, pointsEndedAt, pointsAddedAt } = account;
  if (points <= 0) return { from: pointsEndedAt ?? createdAt, to: null };
  return pointsAddedAt === null ? null : { from: pointsEndedAt ?? createdAt, to: pointsAddedAt };
}
