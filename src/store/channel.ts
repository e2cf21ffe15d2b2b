import { and, count, desc, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { downtimes, monitors } from "./schema/monitor.ts";
import { channels, notifications } from "./schema/notification.ts";

export type ChannelRow = typeof channels.$inferSelect;
export type NewChannelRow = Omit<ChannelRow, "id" | "failures" | "heldUntil">;
export type ChannelChanges = Partial<
  Pick<
    ChannelRow,
    | "name"
    | "target"
    | "targetMasked"
    | "secret"
    | "monitors"
    | "reminderMinutes"
    | "quietUntilRecovery"
  >
>;

/** Adds a channel unless the account has `max` already. Undefined when it has. */
export function insertChannel(
  db: Database,
  row: NewChannelRow,
  max: number,
): Promise<ChannelRow | undefined> {
  const fresh = { ...row, failures: 0, heldUntil: null };
  const values = Object.entries(getTableColumns(channels)).map(([name, column]) =>
    name === "id" ? sql`NULL` : sql`${sql.param(fresh[name as keyof typeof fresh], column)}`,
  );
  const present = sql`(SELECT count(*) FROM ${channels} WHERE account_id = ${row.accountId})`;
  return db
    .insert(channels)
    .select(sql`SELECT ${sql.join(values, sql`, `)} WHERE ${present} < ${max}`)
    .returning()
    .get();
}

export function findChannel(
  db: Database,
  accountId: string,
  id: number,
): Promise<ChannelRow | undefined> {
  return db.select().from(channels).where(owned(accountId, id)).get();
}

/**
 * Undefined: the account has no such channel. What makes a channel worth another try at once, a
 * new target or secret, ends its pause.
 */
export async function changeChannel(
  db: Database,
  accountId: string,
  id: number,
  changes: ChannelChanges,
): Promise<ChannelRow | undefined> {
  const aimed = changes.target !== undefined || changes.secret !== undefined;
  return db
    .update(channels)
    .set({ ...changes, ...(aimed && { failures: 0, heldUntil: null }) })
    .where(owned(accountId, id))
    .returning()
    .get();
}

/** Takes a channel out, with all that it was told and owed. False: there was none. */
export async function deleteChannel(db: Database, accountId: string, id: number): Promise<boolean> {
  const [gone] = await db.batch([
    db.delete(channels).where(owned(accountId, id)).returning({ id: channels.id }),
    db
      .delete(notifications)
      .where(and(eq(notifications.channelId, id), eq(notifications.accountId, accountId))),
  ]);
  return gone.length > 0;
}

/** One page of an account's channels, newest first, and how many there are in all. */
export async function listChannels(
  db: Database,
  accountId: string,
  slice: { offset: number; limit: number },
): Promise<{ rows: ChannelRow[]; total: number }> {
  const [rows, totals] = await db.batch([
    channelPage(db, accountId, slice),
    channelCount(db, accountId),
  ]);
  return { rows, total: totals[0]?.total ?? 0 };
}

/** Read backwards along `channels_by_account`. Exported so that its plan can be tested. */
export function channelPage(
  db: Database,
  accountId: string,
  { offset, limit }: { offset: number; limit: number },
) {
  return db
    .select()
    .from(channels)
    .where(eq(channels.accountId, accountId))
    .orderBy(desc(channels.id))
    .limit(limit)
    .offset(offset);
}

/** Counted in `channels_by_account` alone. Exported so that its plan can be tested. */
export function channelCount(db: Database, accountId: string) {
  return db.select({ total: count() }).from(channels).where(eq(channels.accountId, accountId));
}

/** Those of some ids that are no monitors of the account. */
export async function unknownMonitors(
  db: Database,
  accountId: string,
  ids: readonly number[],
): Promise<number[]> {
  const rows = await db.all<{ id: number }>(sql`
    SELECT value AS id FROM json_each(${JSON.stringify(ids)})
    WHERE NOT EXISTS (SELECT 1 FROM ${monitors} m
      WHERE m.id = value AND m.account_id = ${accountId})`);
  return rows.map(({ id }) => id);
}

/**
 * Sets a channel's reminders anew, for the downtimes that are open now and that it was told of:
 * those that wait are taken back, and the next comes after its `reminderMinutes`, if it has any.
 */
export async function resetReminders(
  db: Database,
  channel: ChannelRow,
  now: number,
): Promise<void> {
  const { id, accountId, reminderMinutes } = channel;
  const takeBack = db
    .delete(notifications)
    .where(
      and(
        eq(notifications.channelId, id),
        sql`due_at IS NOT NULL`,
        eq(notifications.occasion, "reminder"),
        eq(notifications.state, "owed"),
      ),
    );
  if (reminderMinutes === null || channel.quietUntilRecovery) {
    await takeBack;
    return;
  }
  const dueAt = now + reminderMinutes * 60_000;
  // From the account's monitors: all open downtimes are those of everybody.
  await db.batch([
    takeBack,
    db.run(sql`
      INSERT INTO ${notifications}
        (account_id, monitor_id, channel_id, occasion, subject, round, state, due_at, created_at)
      SELECT ${accountId}, m.id, ${id}, 'reminder', d.id, 1 + (SELECT max(round)
          FROM ${notifications} r WHERE r.monitor_id = m.id AND r.channel_id = ${id}
            AND r.subject = d.id), 'owed', ${dueAt}, ${dueAt}
      FROM ${monitors} m CROSS JOIN ${downtimes} d
      WHERE m.account_id = ${accountId} AND d.monitor_id = m.id AND d.closed_at IS NULL
        AND ${chosen(sql`${channel.monitors}`, sql`m.id`)}
        AND EXISTS (SELECT 1 FROM ${notifications} o WHERE o.monitor_id = m.id
          AND o.channel_id = ${id} AND o.subject = d.id AND o.occasion = 'opened'
          AND o.state = 'sent')
      ON CONFLICT DO NOTHING`),
  ]);
}

/** For the batch that deletes a monitor: takes it out of the channels that chose it. */
export function unchooseMonitor(db: Database, accountId: string, monitorId: number) {
  return db.run(sql`
    UPDATE ${channels} SET monitors = (SELECT json_group_array(value)
      FROM json_each(channels.monitors) WHERE value <> ${monitorId})
    WHERE account_id = ${accountId} AND monitors IS NOT NULL
      AND EXISTS (SELECT 1 FROM json_each(channels.monitors) WHERE value = ${monitorId})`);
}

/** Whether a channel's choice of monitors holds one. */
export function chosen(choice: SQL, monitorId: SQL): SQL {
  return sql`(${choice} IS NULL
    OR EXISTS (SELECT 1 FROM json_each(${choice}) WHERE value = ${monitorId}))`;
}

function owned(accountId: string, id: number): SQL | undefined {
  return and(eq(channels.id, id), eq(channels.accountId, accountId));
}
