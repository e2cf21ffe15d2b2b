import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The index of live sessions: a row goes when its session ends. */
export const sessions = sqliteTable(
  "sessions",
  {
    id: text().primaryKey(),
    accountId: text("account_id").notNull(),
    region: text().notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    index("sessions_by_account").on(table.accountId, table.createdAt, table.id, table.region),
  ],
);

/** Who holds, or stands in line for, one of the deployment's browsers. */
export const browserHolders = sqliteTable(
  "browser_holders",
  {
    /** A session's id. */
    holder: text().primaryKey(),
    /** When it got in line; milliseconds since the epoch. */
    wantedAt: integer("wanted_at").notNull(),
    /** When its turn came; null while it waits. */
    heldAt: integer("held_at"),
  },
  (table) => [index("browser_holders_by_turn").on(table.heldAt, table.wantedAt, table.holder)],
);
