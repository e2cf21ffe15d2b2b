import { and, asc, desc, eq, gte, lte, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { oweNotifications, takeBackReminders } from "./notification.ts";
import { type DowntimeEnd, downtimes } from "./schema/monitor.ts";

export type DowntimeRow = typeof downtimes.$inferSelect;

/** What opens a downtime: its first failed check. */
export interface Opening {
  accountId: string;
  monitorId: number;
  openedAt: number;
  checkId: number;
  checker: string;
  reason: string;
}

/** What closes the downtime that began with `checkId`. */
export interface Closing {
  accountId: string;
  monitorId: number;
  checkId: number;
  closedAt: number;
  /** Null when it was paused. */
  closingCheckId: number | null;
  closingChecker: string | null;
  end: DowntimeEnd;
}

/**
 * Opens a downtime and notes who is to be told, in one transaction. Done again, or while another
 * is open, it changes nothing.
 * @returns The ids of the notifications that are new.
 */
export async function openDowntime(db: Database, opening: Opening, now: number): Promise<number[]> {
  const [, notes] = await db.batch([
    db.insert(downtimes).values(opening).onConflictDoNothing(),
    oweNotifications(db, { ...opening, occasion: "opened", at: now }),
  ]);
  return notes.map(({ id }) => id);
}

/** Closes a downtime and notes who is to be told; a paused one is closed in silence. */
export async function closeDowntime(
  db: Database,
  closing: Closing,
  now: number,
): Promise<number[]> {
  const { accountId, monitorId, checkId, ...end } = closing;
  const close = db
    .update(downtimes)
    .set(end)
    .where(
      and(
        eq(downtimes.checkId, checkId),
        eq(downtimes.monitorId, monitorId),
        eq(downtimes.accountId, accountId),
        sql`closed_at IS NULL`,
      ),
    );
  const hush = takeBackReminders(db, accountId, monitorId);
  if (closing.end === "paused") {
    await db.batch([close, hush]);
    return [];
  }
  const [, , notes] = await db.batch([
    close,
    hush,
    oweNotifications(db, { accountId, monitorId, checkId, occasion: "closed", at: now }),
  ]);
  return notes.map(({ id }) => id);
}

export interface DowntimeQuery {
  monitorId: number;
  /** Bounds of `openedAt`, both inclusive. */
  oldest: number;
  youngest: number;
  sort: "asc" | "desc";
  offset: number;
  limit: number;
}

/** Read along `downtimes_by_monitor`. Exported so that its plan can be tested. */
export function downtimePage(db: Database, accountId: string, query: DowntimeQuery) {
  const order = query.sort === "asc" ? asc : desc;
  return db
    .select()
    .from(downtimes)
    .where(
      and(
        eq(downtimes.monitorId, query.monitorId),
        eq(downtimes.accountId, accountId),
        gte(downtimes.openedAt, query.oldest),
        lte(downtimes.openedAt, query.youngest),
      ),
    )
    .orderBy(order(downtimes.openedAt), order(downtimes.id))
    .limit(query.limit)
    .offset(query.offset);
}

/** The downtime that began with a check. */
export function findDowntime(
  db: Database,
  accountId: string,
  checkId: number,
): Promise<DowntimeRow | undefined> {
  return db
    .select()
    .from(downtimes)
    .where(and(eq(downtimes.checkId, checkId), eq(downtimes.accountId, accountId)))
    .get();
}
