import { sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { downtimes } from "./schema/monitor.ts";
import { channels, notifications } from "./schema/notification.ts";

export type NotificationRow = typeof notifications.$inferSelect;

/** A downtime's opening or closing. */
export interface Transition {
  accountId: string;
  monitorId: number;
  /** The downtime's first failed check. */
  checkId: number;
  occasion: "opened" | "closed";
  /** Milliseconds since the epoch. */
  at: number;
}

/**
 * For the batch that opens or closes a downtime: one row for each channel that wants to hear of
 * its monitor, and its id. It inserts only while the downtime is as the transition left it, so
 * that a transition that changed nothing, or comes again late, owes nothing; a recovery goes to
 * those whom the downtime's opening went to.
 */
export function oweNotifications(db: Database, transition: Transition) {
  const { accountId, monitorId, checkId, occasion, at } = transition;
  const stands =
    occasion === "opened"
      ? sql`d.closed_at IS NULL`
      : sql`d."end" = 'recovered' AND EXISTS (SELECT 1 FROM ${notifications} o
          WHERE o.monitor_id = d.monitor_id AND o.channel_id = c.id AND o.subject = d.id
            AND o.occasion = 'opened')`;
  return db.all<{ id: number }>(sql`
    INSERT INTO ${notifications}
      (account_id, monitor_id, channel_id, occasion, subject, state, due_at, created_at)
    SELECT d.account_id, d.monitor_id, c.id, ${occasion}, d.id, 'owed', ${at}, ${at}
    FROM ${downtimes} d JOIN ${channels} c ON c.account_id = d.account_id
    WHERE d.check_id = ${checkId} AND d.monitor_id = ${monitorId} AND d.account_id = ${accountId}
      AND ${stands} AND ${chosen(sql`d.monitor_id`)}
    ON CONFLICT DO NOTHING
    RETURNING id`);
}

/**
 * One row for each channel that wants to hear of a monitor whose certificate ends soon, and its
 * id; once for each certificate, however often it is called.
 * @param warning `endsAt`: when the certificate ends; like `at` in milliseconds since the epoch.
 */
export function oweCertificateWarning(
  db: Database,
  warning: { accountId: string; monitorId: number; endsAt: number; at: number },
) {
  const { accountId, monitorId, endsAt, at } = warning;
  return db.all<{ id: number }>(sql`
    INSERT INTO ${notifications}
      (account_id, monitor_id, channel_id, occasion, subject, state, due_at, created_at)
    SELECT c.account_id, ${monitorId}, c.id, 'certificate', ${endsAt}, 'owed', ${at}, ${at}
    FROM ${channels} c
    WHERE c.account_id = ${accountId} AND ${chosen(sql`${monitorId}`)}
    ON CONFLICT DO NOTHING
    RETURNING id`);
}

/** Whether a channel `c` wants to hear of a monitor. */
function chosen(monitorId: ReturnType<typeof sql>) {
  return sql`(c.monitors IS NULL
    OR EXISTS (SELECT 1 FROM json_each(c.monitors) WHERE value = ${monitorId}))`;
}
