import { and, asc, eq, gt, lt, lte, or, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Database } from "./database.ts";
import type { NotificationRow } from "./notification.ts";
import { type ClaimedRow, subjectOf, worthTelling } from "./outbox-subject.ts";
import { downtimes } from "./schema/monitor.ts";
import { channels, notifications } from "./schema/notification.ts";

export type { ClaimedRow };

/**
 * Takes up a notification that is due: one that is owed, or one whose lease ran out. Not while an
 * earlier one of the same channel and monitor waits, so that an end never overtakes its
 * beginning, nor while the channel is left alone.
 * @returns "not_due" when it is not to be taken now, "moot" when it is and there is nothing left
 * to be told: then it is gone.
 */
export async function claimNotification(
  db: Database,
  id: number,
  now: number,
  leaseMs: number,
): Promise<ClaimedRow | "not_due" | "moot"> {
  const notification = await claimStatement(db, id, now, leaseMs).get();
  if (!notification) return "not_due";
  const about = await subjectOf(db, notification);
  const claimed = about && worthTelling(notification, about);
  if (claimed) return claimed;
  await db.delete(notifications).where(isHeld(notification));
  return "moot";
}

/** Exported so that its plan can be tested. */
export function claimStatement(db: Database, id: number, now: number, leaseMs: number) {
  return db
    .update(notifications)
    .set({
      state: "sending",
      dueAt: now + leaseMs,
      attempts: sql`${notifications.attempts} + 1`,
      firstTriedAt: sql`coalesce(${notifications.firstTriedAt}, ${now})`,
    })
    .where(and(eq(notifications.id, id), lte(notifications.dueAt, now), isFree(db, now)))
    .returning();
}

/** Nothing is in the way of a notification. */
function isFree(db: Database, now: number): SQL | undefined {
  const earlier = alias(notifications, "earlier");
  const waiting = db
    .select({ id: earlier.id })
    .from(earlier)
    .where(
      and(
        eq(earlier.channelId, notifications.channelId),
        eq(earlier.monitorId, notifications.monitorId),
        sql`earlier.due_at IS NOT NULL`,
        lt(earlier.id, notifications.id),
        or(
          sql`earlier.occasion IN ('opened', 'closed')`,
          // One that waits for its hour is no matter; it goes when the downtime ends.
          sql`earlier.occasion = 'reminder' AND earlier.state = 'sending'`,
        ),
      ),
    );
  const paused = db
    .select({ id: channels.id })
    .from(channels)
    .where(and(eq(channels.id, notifications.channelId), gt(channels.heldUntil, now)));
  const hushed = db
    .select({ id: channels.id })
    .from(channels)
    .innerJoin(
      downtimes,
      and(eq(downtimes.monitorId, notifications.monitorId), sql`${downtimes.closedAt} IS NULL`),
    )
    .where(and(eq(channels.id, notifications.channelId), eq(channels.quietUntilRecovery, true)));
  return and(
    sql`(${notifications.occasion} = 'certificate' OR NOT EXISTS ${waiting})`,
    sql`NOT EXISTS ${paused}`,
    sql`(${notifications.occasion} <> 'certificate' OR NOT EXISTS ${hushed})`,
  );
}

/** The lease is still the caller's: nobody took the notification up after it. */
function isHeld({ id, attempts }: NotificationRow): SQL | undefined {
  return and(
    eq(notifications.id, id),
    eq(notifications.attempts, attempts),
    eq(notifications.state, "sending"),
  );
}

/**
 * Notes that the channel took it, and when the next reminder is due, if one is wanted.
 * @returns The id of what waits behind it; null for nothing.
 */
export async function markSent(
  db: Database,
  { notification, channel }: ClaimedRow,
  now: number,
): Promise<number | null> {
  const { id, subject, occasion } = notification;
  const done = db
    .update(notifications)
    .set({ state: "sent", dueAt: null, endedAt: now, lastError: null, refusals: 0 })
    .where(isHeld(notification));
  const well = db
    .update(channels)
    .set({ failures: 0, heldUntil: null })
    .where(and(eq(channels.id, channel.id), gt(channels.failures, 0)));
  const [next, other] = whatWaits(db, notification, now);
  if (occasion !== "opened" && occasion !== "reminder") {
    const [, , same, rest] = await db.batch([done, well, next, other]);
    return same[0]?.id ?? rest[0]?.id ?? null;
  }
  const dueAt = sql`${now} + c.reminder_minutes * 60000`;
  const [, , same, rest] = await db.batch([
    done,
    well,
    next,
    other,
    db.run(sql`
      INSERT INTO ${notifications}
        (account_id, monitor_id, channel_id, occasion, subject, round, state, due_at, created_at)
      SELECT n.account_id, n.monitor_id, n.channel_id, 'reminder', n.subject, n.round + 1, 'owed',
        ${dueAt}, ${dueAt}
      FROM ${notifications} n JOIN ${channels} c ON c.id = n.channel_id
      WHERE n.id = ${id} AND n.state = 'sent' AND c.reminder_minutes IS NOT NULL
        AND c.quiet_until_recovery = 0
        AND EXISTS (SELECT 1 FROM ${downtimes} d WHERE d.id = ${subject} AND d.closed_at IS NULL)
      ON CONFLICT DO NOTHING`),
  ]);
  return same[0]?.id ?? rest[0]?.id ?? null;
}

/** How a try went wrong. */
export interface FailedTry {
  /** Told to the account. */
  reason: string;
  /** When to try again; null: never, it is dead. */
  retryAt: number | null;
  /** The channel would not have this one; otherwise it had no answer for any. */
  refused: boolean;
}

/**
 * Notes a try that failed.
 * @returns The id of what waits behind one that was refused; null for nothing.
 */
export async function markFailed(
  db: Database,
  { notification, channel }: ClaimedRow,
  { reason, retryAt, refused }: FailedTry,
  now: number,
): Promise<number | null> {
  const end =
    retryAt === null
      ? ({ state: "dead", dueAt: null, endedAt: now } as const)
      : ({ state: "owed", dueAt: retryAt } as const);
  const note = db
    .update(notifications)
    .set({ ...end, lastError: reason, refusals: refused ? sql`refusals + 1` : 0 })
    .where(isHeld(notification));
  const pause = db
    .update(channels)
    .set({
      // What was sent side by side and failed is one failure.
      failures: sql`${channels.failures} + (coalesce(${channels.heldUntil}, 0) <= ${now})`,
      heldUntil: sql`max(coalesce(${channels.heldUntil}, 0), ${retryAt ?? now})`,
    })
    .where(eq(channels.id, channel.id));
  if (refused) {
    const [, same, rest] = await db.batch([note, ...whatWaits(db, notification, now)]);
    return same[0]?.id ?? rest[0]?.id ?? null;
  }
  await db.batch([note, pause]);
  return null;
}

/**
 * The oldest that is due for the same channel and monitor, and for the channel at all. Exported
 * so that their plans can be tested.
 */
export function whatWaits(
  db: Database,
  { channelId, monitorId }: Pick<NotificationRow, "channelId" | "monitorId">,
  now: number,
) {
  const waiting = (monitor: SQL | undefined) =>
    db
      .select({ id: notifications.id })
      .from(notifications)
      .where(
        and(
          eq(notifications.channelId, channelId),
          monitor,
          lte(notifications.dueAt, now),
          sql`due_at IS NOT NULL`,
          isFree(db, now),
        ),
      )
      .orderBy(asc(notifications.id))
      .limit(1);
  return [waiting(eq(notifications.monitorId, monitorId)), waiting(undefined)] as const;
}

/** Where a page of what is owed ended. */
export interface OwedCursor {
  dueAt: number;
  id: number;
}

/**
 * One page of what has been due since `dueBy` and could be taken up now. Read along
 * `notifications_due`. Exported so that its plan can be tested.
 */
export function owedPage(
  db: Database,
  { dueBy, now, after, limit }: { dueBy: number; now: number; after: OwedCursor; limit: number },
) {
  return db
    .select({ id: notifications.id, dueAt: sql<number>`due_at` })
    .from(notifications)
    .where(
      and(
        lte(notifications.dueAt, dueBy),
        sql`due_at IS NOT NULL`,
        sql`(${notifications.dueAt}, ${notifications.id}) > (${after.dueAt}, ${after.id})`,
        isFree(db, now),
      ),
    )
    .orderBy(asc(notifications.dueAt), asc(notifications.id))
    .limit(limit);
}

/** Forgets what came to its end before a time, a few at once: ids grow with time. */
export async function forgetNotifications(
  db: Database,
  before: number,
  limit: number,
): Promise<void> {
  await db.run(sql`
    DELETE FROM ${notifications}
    WHERE id IN (SELECT id FROM ${notifications} ORDER BY id LIMIT ${limit})
      AND due_at IS NULL AND ended_at < ${before}`);
}
