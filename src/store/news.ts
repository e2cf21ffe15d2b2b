import { sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { channels, news, notifications } from "./schema/notification.ts";

export type NewsRow = typeof news.$inferSelect;

/**
 * Owes news to each of an account's channels that hear of everything: once for each key, however
 * often it is called. Nothing is written where there is no such channel.
 * @returns The notifications' ids.
 */
export async function oweNews(db: Database, row: Omit<NewsRow, "id">): Promise<number[]> {
  const { accountId, key, event, at, mood, title, text } = row;
  const hears = sql`c.account_id = ${accountId} AND c.monitors IS NULL`;
  const [, owed] = await db.batch([
    db.run(sql`
      INSERT INTO ${news} (account_id, key, event, at, mood, title, text)
      SELECT ${accountId}, ${key}, ${event}, ${at}, ${mood}, ${title}, ${text}
      WHERE EXISTS (SELECT 1 FROM ${channels} c WHERE ${hears})
      ON CONFLICT DO NOTHING`),
    db.all<{ id: number }>(sql`
      INSERT INTO ${notifications}
        (account_id, monitor_id, channel_id, occasion, subject, state, due_at, created_at)
      SELECT n.account_id, 0, c.id, 'news', n.id, 'owed', ${at}, ${at}
      FROM ${news} n JOIN ${channels} c ON ${hears}
      WHERE n.key = ${key} AND n.account_id = ${accountId}
      ON CONFLICT DO NOTHING
      RETURNING id`),
  ]);
  return owed.map(({ id }) => id);
}

/** Forgets what is older than a time, a few at once: ids grow with time. */
export async function forgetNews(db: Database, before: number, limit: number): Promise<void> {
  await db.run(sql`
    DELETE FROM ${news}
    WHERE id IN (SELECT id FROM ${news} ORDER BY id LIMIT ${limit}) AND at < ${before}`);
}
