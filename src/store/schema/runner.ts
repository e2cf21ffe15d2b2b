import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** Remote machines that pull work. Times in milliseconds since the epoch. */
export const runners = sqliteTable(
  "runners",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    accountId: text("account_id").notNull(),
    name: text().notNull(),
    /** First characters of its token; the token itself is kept as a SHA-256 alone. */
    prefix: text().notNull(),
    hash: text().notNull(),
    /** JSON array of words. */
    capabilities: text().notNull(),
    /** What it says that it was built from. */
    revision: text(),
    /** It sends heartbeats, and is missed sooner. */
    beats: integer({ mode: "boolean" }).notNull().default(false),
    lastSeenAt: integer("last_seen_at"),
    /** What it works on. */
    experimentId: integer("experiment_id"),
    /** What was taken from it when it was not heard of: its results may come yet. */
    lateExperimentId: integer("late_experiment_id"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("runners_by_prefix").on(table.prefix),
    uniqueIndex("runners_by_name").on(table.accountId, table.name),
    index("runners_by_account").on(table.accountId, table.id),
    index("runners_at_work")
      .on(table.lastSeenAt)
      .where(sql`experiment_id IS NOT NULL`),
    index("runners_by_experiment")
      .on(table.experimentId)
      .where(sql`experiment_id IS NOT NULL`),
  ],
);
