import { integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** Every version of the Worker that ever served; its `term` counts them. */
export const deployments = sqliteTable(
  "deployments",
  {
    term: integer().primaryKey({ autoIncrement: true }),
    version: text().notNull(),
    seenAt: integer("seen_at").notNull(),
  },
  (table) => [uniqueIndex("deployments_by_version").on(table.version)],
);
