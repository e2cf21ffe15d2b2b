import { and, eq, isNull, or, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { maintenanceWindows } from "./schema/monitor.ts";

export type WindowRow = typeof maintenanceWindows.$inferSelect;

/** Adds a window unless the account has `max` already. Null when it has. */
export async function insertWindow(
  db: Database,
  row: Omit<WindowRow, "id">,
  max: number,
): Promise<number | null> {
  const rows = await db.all<{ id: number }>(sql`
    INSERT INTO ${maintenanceWindows}
      (account_id, monitor_id, starts_at, ends_at, repeat, note, created_at)
    SELECT ${row.accountId}, ${row.monitorId}, ${row.startsAt}, ${row.endsAt}, ${row.repeat},
      ${row.note}, ${row.createdAt}
    WHERE (SELECT count(*) FROM ${maintenanceWindows} WHERE account_id = ${row.accountId}) < ${max}
    RETURNING id`);
  return rows[0]?.id ?? null;
}

/** Undefined: the account has no such window. */
export function deleteWindow(
  db: Database,
  accountId: string,
  id: number,
): Promise<WindowRow | undefined> {
  return db
    .delete(maintenanceWindows)
    .where(and(eq(maintenanceWindows.id, id), eq(maintenanceWindows.accountId, accountId)))
    .returning()
    .get();
}

/** Those of one monitor include those of all monitors. Read along `maintenance_windows_by_account`. */
export function windowsOf(db: Database, accountId: string, monitorId: number | null) {
  return db
    .select()
    .from(maintenanceWindows)
    .where(
      and(
        eq(maintenanceWindows.accountId, accountId),
        monitorId === null
          ? undefined
          : or(isNull(maintenanceWindows.monitorId), eq(maintenanceWindows.monitorId, monitorId)),
      ),
    )
    .orderBy(maintenanceWindows.id);
}
