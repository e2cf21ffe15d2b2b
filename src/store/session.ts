import { and, count, desc, eq, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { sessions } from "./schema/session.ts";

export type SessionRow = typeof sessions.$inferSelect;

/** Adds a session unless the account has `max` already. False when it has. */
export async function insertSession(db: Database, row: SessionRow, max: number): Promise<boolean> {
  const rows = await db.all(sql`
    INSERT INTO ${sessions} (id, account_id, region, created_at)
    SELECT ${row.id}, ${row.accountId}, ${row.region}, ${row.createdAt}
    WHERE (SELECT count(*) FROM ${sessions} WHERE account_id = ${row.accountId}) < ${max}
    RETURNING id`);
  return rows.length > 0;
}

/**
 * Newest first. Served, total included, by `sessions_by_account` alone. The few sessions that an
 * account may have mostly fit one page, which then tells the total by itself.
 */
export async function listSessions(
  db: Database,
  accountId: string,
  slice: { offset: number; limit: number },
): Promise<{ rows: SessionRow[]; total: number }> {
  const rows = await sessionPage(db, accountId, slice);
  if (rows.length < slice.limit && (rows.length > 0 || slice.offset === 0)) {
    return { rows, total: slice.offset + rows.length };
  }
  return { rows, total: await db.$count(sessions, eq(sessions.accountId, accountId)) };
}

/** The statement behind {@link listSessions}, for its query plan. */
export function sessionPage(
  db: Database,
  accountId: string,
  slice: { offset: number; limit: number },
) {
  return db
    .select()
    .from(sessions)
    .where(eq(sessions.accountId, accountId))
    .orderBy(desc(sessions.createdAt), desc(sessions.id))
    .limit(slice.limit)
    .offset(slice.offset);
}

/** How many sessions of the account each region holds. */
export async function countByRegion(
  db: Database,
  accountId: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .select({ region: sessions.region, held: count() })
    .from(sessions)
    .where(eq(sessions.accountId, accountId))
    .groupBy(sessions.region);
  return new Map(rows.map((row) => [row.region, row.held]));
}

/** False when the account has no such session. */
export async function deleteSession(db: Database, accountId: string, id: string): Promise<boolean> {
  const rows = await db
    .delete(sessions)
    .where(and(eq(sessions.id, id), eq(sessions.accountId, accountId)))
    .returning({ id: sessions.id });
  return rows.length > 0;
}
