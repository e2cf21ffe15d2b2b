import { and, eq, lt, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { accounts } from "./schema/account.ts";
import { maintenanceWindows, monitors, shards } from "./schema/monitor.ts";

export type ShardRow = typeof shards.$inferSelect;

/** Monitors in one shard. */
export const SHARD_SIZE = 500;
/** Kinds of rhythm that a shard lists; with more it is claimed every minute. */
const MAX_RHYTHMS = 64;

/** A shard of the account with room, made when there is none. */
export async function shardWithRoom(
  db: Database,
  accountId: string,
): Promise<{ id: number; size: number }> {
  const found = await db
    .select({ id: shards.id, size: shards.size })
    .from(shards)
    .where(and(eq(shards.accountId, accountId), lt(shards.size, SHARD_SIZE)))
    .orderBy(shards.id)
    .limit(1)
    .get();
  return found ?? db.insert(shards).values({ accountId, size: 0 }).returning().get();
}

/**
 * The statement that goes into every batch that changes a shard's monitors: counts them, lists
 * their rhythms, makes the shard due and its version grow.
 * @param nextMinute Minutes since the epoch from which on it is to be looked at.
 */
export function touchShard(db: Database, accountId: string, shard: number, nextMinute: number) {
  return db
    .update(shards)
    .set({
      version: sql`${shards.version} + 1`,
      size: sql`(SELECT count(*) FROM ${monitors} WHERE shard = ${shard})`,
      rhythm: rhythmsOf(shard),
      nextMinute: sql`CASE WHEN EXISTS (SELECT 1 FROM ${monitors} WHERE shard = ${shard} AND active = 1)
        THEN min(coalesce(next_minute, ${nextMinute}), ${nextMinute}) END`,
    })
    .where(and(eq(shards.id, shard), eq(shards.accountId, accountId)))
    .returning({ version: shards.version });
}

/** A push monitor is looked at once a minute, at its own second. */
function rhythmsOf(shard: number) {
  return sql`(SELECT CASE WHEN count(*) <= ${MAX_RHYTHMS}
      THEN json_group_array(json_array(interval, phase)) END
    FROM (SELECT DISTINCT
        CASE kind WHEN 'push' THEN 60 ELSE interval END AS interval,
        CASE kind WHEN 'push' THEN phase % 60 ELSE phase END AS phase
      FROM ${monitors} WHERE shard = ${shard} AND active = 1))`;
}

/** Makes every shard of the account read its monitors again. */
export async function touchAllShards(
  db: Database,
  accountId: string,
): Promise<{ id: number; version: number }[]> {
  return db
    .update(shards)
    .set({ version: sql`${shards.version} + 1` })
    .where(eq(shards.accountId, accountId))
    .returning({ id: shards.id, version: shards.version });
}

export function listShards(db: Database, accountId: string): Promise<ShardRow[]> {
  return db.select().from(shards).where(eq(shards.accountId, accountId)).orderBy(shards.id);
}

export interface DueShard {
  id: number;
  size: number;
  version: number;
  nextMinute: number;
  rhythm: string | null;
  /** 1: its account has no points left. */
  halted: number;
}

/** Where a page of due shards ended. */
export interface DueCursor {
  nextMinute: number;
  id: number;
}

/** One page of the shards that are due in `minute` or were before. Read along `shards_by_next`. */
export function dueShards(db: Database, minute: number, after: DueCursor, limit: number) {
  return db.all<DueShard>(sql`
    SELECT s.id, s.size, s.version, s.next_minute AS nextMinute, s.rhythm,
      NOT EXISTS (SELECT 1 FROM ${accounts} a WHERE a.id = s.account_id AND a.points > 0) AS halted
    FROM ${shards} s
    WHERE s.next_minute <= ${minute} AND (s.next_minute, s.id) > (${after.nextMinute}, ${after.id})
    ORDER BY s.next_minute, s.id LIMIT ${limit}`);
}

/**
 * Moves shards on to their next minute: only those that nobody else moved meanwhile.
 * @returns The ids of those moved: the caller's to work on, and nobody else's.
 */
export async function claimShards(
  db: Database,
  moves: { id: number; from: number; to: number | null }[],
): Promise<Set<number>> {
  const rows = await db.all<{ id: number }>(sql`
    UPDATE ${shards} SET next_minute = move.value ->> 'to'
    FROM json_each(${JSON.stringify(moves)}) AS move
    WHERE shards.id = move.value ->> 'id' AND shards.next_minute = move.value ->> 'from'
    RETURNING shards.id`);
  return new Set(rows.map(({ id }) => id));
}

/**
 * Takes points off the account until the shard has drawn `goal` in all, or the account has none
 * left. Asked again with the same goal it takes nothing more.
 * @returns What the shard has drawn in all.
 */
export async function drawPoints(
  db: Database,
  shard: number,
  accountId: string,
  goal: number,
  now: number,
): Promise<number> {
  const taken = sql`coalesce((SELECT drawn - drawn_before FROM ${shards}
    WHERE id = ${shard} AND account_id = ${accountId}), 0)`;
  // Both in one transaction: what the shard gains is what the account loses.
  const [drawn] = await db.batch([
    db
      .update(shards)
      .set({
        drawnBefore: sql`drawn`,
        drawn: sql`drawn + max(0, min(${goal} - drawn,
          coalesce((SELECT points FROM ${accounts} WHERE id = ${accountId}), 0)))`,
      })
      .where(and(eq(shards.id, shard), eq(shards.accountId, accountId)))
      .returning({ drawn: shards.drawn }),
    db
      .update(accounts)
      .set({
        points: sql`points - ${taken}`,
        pointsEndedAt: sql`CASE WHEN points > 0 AND points <= ${taken} THEN ${now}
          ELSE points_ended_at END`,
      })
      .where(eq(accounts.id, accountId)),
  ]);
  return drawn[0]?.drawn ?? 0;
}

/** What a shard's object keeps a copy of, all as of one moment. Undefined: there is no such shard. */
export async function readShard(
  db: Database,
  shard: number,
): Promise<
  | {
      accountId: string;
      version: number;
      monitors: (typeof monitors.$inferSelect)[];
      windows: (typeof maintenanceWindows.$inferSelect)[];
    }
  | undefined
> {
  const [head, rows, windows] = await db.batch([
    db
      .select({ accountId: shards.accountId, version: shards.version })
      .from(shards)
      .where(eq(shards.id, shard)),
    db.select().from(monitors).where(eq(monitors.shard, shard)).orderBy(monitors.id),
    db
      .select()
      .from(maintenanceWindows)
      .where(
        sql`${maintenanceWindows.accountId} = (SELECT account_id FROM ${shards} WHERE id = ${shard})`,
      ),
  ]);
  return head[0] && { ...head[0], monitors: rows, windows };
}
