import { and, count, desc, eq, ne, type SQL, sql } from "drizzle-orm";
import { chosen } from "./channel.ts";
import type { Database } from "./database.ts";
import { experiments } from "./schema/experiment.ts";
import { downtimes } from "./schema/monitor.ts";
import { channels, type NotificationState, notifications } from "./schema/notification.ts";

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
      AND ${stands} AND ${chosen(sql`c.monitors`, sql`d.monitor_id`)}
    ON CONFLICT DO NOTHING
    RETURNING id`);
}

/** For the batch that ends a downtime: once none is open, the reminders that wait are no use. */
export function takeBackReminders(db: Database, accountId: string, monitorId: number) {
  return db.run(sql`
    DELETE FROM ${notifications}
    WHERE monitor_id = ${monitorId} AND account_id = ${accountId} AND due_at IS NOT NULL
      AND occasion = 'reminder' AND state = 'owed'
      AND NOT EXISTS (SELECT 1 FROM ${downtimes} d
        WHERE d.monitor_id = ${monitorId} AND d.closed_at IS NULL)`);
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
    WHERE c.account_id = ${accountId} AND ${chosen(sql`c.monitors`, sql`${monitorId}`)}
    ON CONFLICT DO NOTHING
    RETURNING id`);
}

/**
 * For the batch that finishes an experiment's report: one row for each channel that hears of
 * everything, and its id; once for each round, however often it is called.
 */
export function oweExperimentNews(
  db: Database,
  { id, round }: { id: number; round: number },
  at: number,
) {
  return db.all<{ id: number }>(sql`
    INSERT INTO ${notifications}
      (account_id, monitor_id, channel_id, occasion, subject, round, state, due_at, created_at)
    SELECT e.account_id, 0, c.id, 'experiment', e.id, e.round, 'owed', ${at}, ${at}
    FROM ${experiments} e JOIN ${channels} c ON c.account_id = e.account_id
    WHERE e.id = ${id} AND e.round = ${round} AND e.reported_at IS NOT NULL AND c.monitors IS NULL
    ON CONFLICT DO NOTHING
    RETURNING id`);
}

export interface NotificationQuery {
  accountId: string;
  /** At most one of these two. */
  state?: NotificationState;
  channelId?: number;
  offset: number;
  limit: number;
}

/** One page of an account's notifications, newest first, and how many there are in all. */
export async function listNotifications(
  db: Database,
  query: NotificationQuery,
): Promise<{ rows: NotificationRow[]; total: number }> {
  const [rows, totals, unsent] = await db.batch([
    notificationPage(db, query),
    notificationCount(db, query),
    unsentCount(db, query.accountId),
  ]);
  const total = totals[0]?.total ?? 0;
  return { rows, total: query.state === "sent" ? total - (unsent[0]?.total ?? 0) : total };
}

/**
 * Read backwards along `notifications_by_account`, `_by_channel` or, for a state, `_unsent`; what
 * was sent is nearly all of them. Exported so that its plan can be tested.
 */
export function notificationPage(db: Database, query: NotificationQuery) {
  const { state } = query;
  return db
    .select()
    .from(notifications)
    .where(and(among(query), state === "sent" ? sql`+state = 'sent'` : undefined))
    .orderBy(desc(notifications.id))
    .limit(query.limit)
    .offset(query.offset);
}

/** Counted in one index alone; for `sent` it counts all. Exported so that its plan can be tested. */
export function notificationCount(db: Database, query: NotificationQuery) {
  return db.select({ total: count() }).from(notifications).where(among(query));
}

/** What was sent is the rest. */
export function unsentCount(db: Database, accountId: string) {
  const unsent = and(eq(notifications.accountId, accountId), ne(notifications.state, sql`'sent'`));
  return db.select({ total: count() }).from(notifications).where(unsent);
}

function among({ accountId, state, channelId }: NotificationQuery): SQL | undefined {
  if (channelId !== undefined) {
    return and(eq(notifications.channelId, channelId), eq(sql`+account_id`, accountId));
  }
  const own = eq(notifications.accountId, accountId);
  if (state === undefined || state === "sent") return own;
  // Said outright, so that the index of these alone is used.
  return and(own, eq(notifications.state, state), sql`state <> 'sent'`);
}

export function findNotification(
  db: Database,
  accountId: string,
  id: number,
): Promise<NotificationRow | undefined> {
  return db
    .select()
    .from(notifications)
    .where(and(eq(notifications.id, id), eq(notifications.accountId, accountId)))
    .get();
}

/** Owes a dead one again, as if it were new. Undefined: the account has no such dead one. */
export function reviveNotification(
  db: Database,
  accountId: string,
  id: number,
  now: number,
): Promise<NotificationRow | undefined> {
  const dead = and(
    eq(notifications.id, id),
    eq(notifications.accountId, accountId),
    eq(notifications.state, "dead"),
  );
  return db
    .update(notifications)
    .set({ state: "owed", dueAt: now, endedAt: null, firstTriedAt: null, refusals: 0 })
    .where(dead)
    .returning()
    .get();
}
