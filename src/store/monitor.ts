import { and, count, desc, eq, getTableColumns, sql, type SQL } from "drizzle-orm";
import type { Database } from "./database.ts";
import { unchooseMonitor } from "./channel.ts";
import { monitors } from "./schema/monitor.ts";
import { SHARD_SIZE, touchShard } from "./shard.ts";
import { downtimes, hourlyStats, maintenanceWindows, shards } from "./schema/monitor.ts";
import { notifications } from "./schema/notification.ts";

export type MonitorRow = typeof monitors.$inferSelect;
export type NewMonitorRow = Omit<MonitorRow, "id">;
export type MonitorChanges = Partial<Omit<MonitorRow, "id" | "accountId" | "shard" | "kind">>;

/** What is allowed. */
export interface MonitorLimits {
  /** Monitors of one account. */
  perAccount: number;
  /** Checks a day of all accounts on one host, by the rhythms of active monitors. */
  hostChecksPerDay: number;
}

/** Why a monitor was not written. */
export type MonitorRefusal = "account_full" | "host_full" | "shard_full";

/** A row, and the version of its shard after the write. */
export interface Written {
  row: MonitorRow;
  version: number;
}

/** @param checksPerDay What the new monitor adds to its host's load; 0 when it is not active. */
export async function insertMonitor(
  db: Database,
  row: NewMonitorRow,
  limits: MonitorLimits,
  options: { checksPerDay: number; nextMinute: number },
): Promise<Written | MonitorRefusal> {
  const { checksPerDay, nextMinute } = options;
  const columns = { ...getTableColumns(monitors) };
  const names = Object.keys(row) as (keyof NewMonitorRow)[];
  const fields = names.map((name) => sql.identifier(columns[name].name));
  const values = names.map((name) => sql`${sql.param(row[name], columns[name])}`);
  const [ids, touched] = await db.batch([
    db.all<{ id: number }>(sql`
      INSERT INTO ${monitors} (${sql.join(fields, sql`, `)})
      SELECT ${sql.join(values, sql`, `)}
      WHERE ${shardHasRoom(row.shard)} AND ${accountHasRoom(row.accountId, limits.perAccount)}
        AND ${hostHasRoom(row.host, null, checksPerDay, limits.hostChecksPerDay)}
      RETURNING id`),
    touchShard(db, row.accountId, row.shard, nextMinute),
  ]);
  const id = ids[0]?.id;
  if (id !== undefined) return { row: { ...row, id }, version: touched[0]?.version ?? 0 };
  const reasons = await db.get<{ shard: number; account: number }>(sql`
    SELECT ${shardHasRoom(row.shard)} AS shard,
      ${accountHasRoom(row.accountId, limits.perAccount)} AS account`);
  if (!reasons.shard) return "shard_full";
  return reasons.account ? "host_full" : "account_full";
}

function shardHasRoom(shard: number): SQL {
  return sql`(SELECT count(*) FROM ${monitors} WHERE shard = ${shard}) < ${SHARD_SIZE}`;
}

function accountHasRoom(accountId: string, most: number): SQL {
  return sql`(SELECT total(size) FROM ${shards} WHERE account_id = ${accountId}) < ${most}`;
}

/** Sums along `monitors_by_host`; the monitor itself is left out of the sum. */
function hostHasRoom(host: string | null, self: number | null, more: number, most: number): SQL {
  if (host === null || more === 0) return sql`1`;
  return sql`(SELECT total(86400.0 / interval) FROM ${monitors}
    WHERE host = ${host} AND active = 1 AND id IS NOT ${self}) + ${more} <= ${most}`;
}

/** Undefined: there is no such monitor. */
export async function changeMonitor(
  db: Database,
  before: MonitorRow,
  changes: MonitorChanges,
  options: { checksPerDay: number; hostChecksPerDay: number; nextMinute: number },
): Promise<Written | "host_full" | undefined> {
  const { id, accountId, shard } = before;
  const host = changes.host === undefined ? before.host : changes.host;
  const room = hostHasRoom(host, id, options.checksPerDay, options.hostChecksPerDay);
  const [rows, touched] = await db.batch([
    db
      .update(monitors)
      .set(changes)
      .where(and(eq(monitors.id, id), eq(monitors.accountId, accountId), room))
      .returning(),
    touchShard(db, accountId, shard, options.nextMinute),
  ]);
  const [row] = rows;
  if (row) return { row, version: touched[0]?.version ?? 0 };
  return (await findMonitor(db, accountId, id)) ? "host_full" : undefined;
}

/** Takes the monitor out with all that the catalogue has of it. Null: there is no such monitor. */
export async function deleteMonitor(
  db: Database,
  row: MonitorRow,
  nextMinute: number,
): Promise<{ version: number } | null> {
  const { id, accountId, shard } = row;
  const own = sql`${id} AND account_id = ${accountId}`;
  const [gone, touched] = await db.batch([
    db
      .delete(monitors)
      .where(and(eq(monitors.id, id), eq(monitors.accountId, accountId)))
      .returning({ id: monitors.id }),
    touchShard(db, accountId, shard, nextMinute),
    db.run(sql`DELETE FROM ${downtimes} WHERE monitor_id = ${own}`),
    db.run(sql`DELETE FROM ${maintenanceWindows} WHERE monitor_id = ${own}`),
    db.run(sql`DELETE FROM ${notifications} WHERE monitor_id = ${own}`),
    db.run(sql`DELETE FROM ${hourlyStats} WHERE monitor_id = ${id}`),
    unchooseMonitor(db, accountId, id),
  ]);
  return gone.length > 0 ? { version: touched[0]?.version ?? 0 } : null;
}

export function findMonitor(
  db: Database,
  accountId: string,
  id: number,
): Promise<MonitorRow | undefined> {
  return db
    .select()
    .from(monitors)
    .where(and(eq(monitors.id, id), eq(monitors.accountId, accountId)))
    .get();
}

/** Whoever has the hash may look: the one read that is not an account's own. */
export function findMonitorByHash(db: Database, hash: string): Promise<MonitorRow | undefined> {
  return db.select().from(monitors).where(eq(monitors.publicHash, hash)).get();
}

/** Those of the hashes that still share a monitor. Searched in `monitors_by_public_hash`. */
export async function livePublicHashes(db: Database, hashes: string[]): Promise<Set<string>> {
  const rows = await db.all<{ hash: string }>(sql`
    SELECT public_hash AS hash FROM json_each(${JSON.stringify(hashes)})
    JOIN ${monitors} ON public_hash = value`);
  return new Set(rows.map(({ hash }) => hash));
}

/** Sets the hash and nothing else: the shard need not know. */
export async function setPublicHash(
  db: Database,
  accountId: string,
  id: number,
  hash: string | null,
): Promise<boolean> {
  const query = db
    .update(monitors)
    .set({ publicHash: hash })
    .where(and(eq(monitors.id, id), eq(monitors.accountId, accountId)))
    .returning({ id: monitors.id });
  return (await query.get()) !== undefined;
}

/** One page of an account's monitors, newest first, and how many there are in all. */
export async function listMonitors(
  db: Database,
  accountId: string,
  slice: { offset: number; limit: number },
): Promise<{ rows: MonitorRow[]; total: number }> {
  const [rows, totals] = await db.batch([
    monitorPage(db, accountId, slice),
    monitorCount(db, accountId),
  ]);
  return { rows, total: totals[0]?.total ?? 0 };
}

/** Read backwards along `monitors_by_account`. Exported so that its plan can be tested. */
export function monitorPage(
  db: Database,
  accountId: string,
  { offset, limit }: { offset: number; limit: number },
) {
  return db
    .select()
    .from(monitors)
    .where(eq(monitors.accountId, accountId))
    .orderBy(desc(monitors.id))
    .limit(limit)
    .offset(offset);
}

/** Counted in `monitors_by_account` alone. Exported so that its plan can be tested. */
export function monitorCount(db: Database, accountId: string) {
  return db.select({ total: count() }).from(monitors).where(eq(monitors.accountId, accountId));
}
