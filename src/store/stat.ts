import { and, asc, between, desc, eq, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { billing, type BillingKind, hourlyStats, monitors } from "./schema/monitor.ts";

export type StatRow = typeof hourlyStats.$inferSelect;

/** Rows in one statement: one parameter holds them all. */
const ROWS_AT_ONCE = 500;

/**
 * Writes what the hours of a shard came to. Done again with the same rows it changes nothing:
 * they replace what stands under their keys.
 */
export async function writeHour(
  db: Database,
  shard: number,
  accountId: string,
  hour: number,
  stats: StatRow[],
  units: { kind: BillingKind; units: number }[],
): Promise<void> {
  const parts = [];
  for (let at = 0; at < stats.length; at += ROWS_AT_ONCE) {
    parts.push(statRows(db, stats.slice(at, at + ROWS_AT_ONCE)));
  }
  await db.batch([
    db.run(sql`
      INSERT OR REPLACE INTO ${billing} (account_id, hour, kind, shard, units)
      SELECT ${accountId}, ${hour}, value ->> 'kind', ${shard}, value ->> 'units'
      FROM json_each(${JSON.stringify(units)})`),
    ...parts,
  ]);
}

function statRows(db: Database, rows: StatRow[]) {
  const packed = rows.map((row) => [
    row.monitorId,
    row.hour,
    row.checker,
    row.checks,
    row.passed,
    row.namelookup,
    row.connect,
    row.pretransfer,
    row.starttransfer,
    row.total,
    row.documentLength,
  ]);
  const value = (index: number) => sql.raw(`value ->> ${index}`);
  const values = sql.join(
    Array.from({ length: 11 }, (_, index) => value(index)),
    sql`, `,
  );
  return db.run(sql`
    INSERT OR REPLACE INTO ${hourlyStats} (monitor_id, hour, checker, checks, passed, namelookup,
      connect, pretransfer, starttransfer, total, document_length)
    SELECT ${values} FROM json_each(${JSON.stringify(packed)})`);
}

export interface StatQuery {
  monitorId: number;
  /** Hours since the epoch, both inclusive. */
  fromHour: number;
  toHour: number;
  sort: "asc" | "desc";
  offset: number;
  limit: number;
}

/** Read along the primary key. Exported so that its plan can be tested. */
export function statPage(db: Database, accountId: string, query: StatQuery) {
  const order = query.sort === "asc" ? asc : desc;
  return db
    .select()
    .from(hourlyStats)
    .where(inRange(accountId, query))
    .orderBy(order(hourlyStats.hour), order(hourlyStats.checker))
    .limit(query.limit)
    .offset(query.offset);
}

/** Exported so that its plan can be tested. */
export function statCount(
  db: Database,
  accountId: string,
  query: Pick<StatQuery, "monitorId" | "fromHour" | "toHour">,
) {
  return db
    .select({ total: sql<number>`count(*)` })
    .from(hourlyStats)
    .where(inRange(accountId, query));
}

/**
 * How many hours of each day have checks: reads the range along the primary key. Exported so that
 * its plan can be tested.
 */
export function dayTallies(
  db: Database,
  accountId: string,
  monitorId: number,
  range: { fromHour: number; toHour: number },
) {
  const day = sql<number>`${hourlyStats.hour} / 24`;
  return db
    .select({ day, hours: sql<number>`count(DISTINCT ${hourlyStats.hour})` })
    .from(hourlyStats)
    .where(inRange(accountId, { monitorId, ...range }))
    .groupBy(day);
}

function inRange(
  accountId: string,
  { monitorId, fromHour, toHour }: Pick<StatQuery, "monitorId" | "fromHour" | "toHour">,
) {
  return and(
    sql`${hourlyStats.monitorId} = (SELECT id FROM ${monitors}
      WHERE id = ${monitorId} AND account_id = ${accountId})`,
    between(hourlyStats.hour, fromHour, toHour),
  );
}

export type BillingRow = typeof billing.$inferSelect;

/** An account's hours, oldest first, a row per shard; read along the primary key. */
export function billingRows(db: Database, accountId: string, fromHour: number, toHour: number) {
  return db
    .select()
    .from(billing)
    .where(and(eq(billing.accountId, accountId), between(billing.hour, fromHour, toHour)))
    .orderBy(billing.hour, billing.kind);
}
