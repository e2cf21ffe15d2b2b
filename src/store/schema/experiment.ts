import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";

export const EXPERIMENT_STATUSES = ["queued", "running", "completed", "aborted"] as const;
export type ExperimentStatus = (typeof EXPERIMENT_STATUSES)[number];

/** What happens to experiments, as their accounts' streams tell it. */
export const EXPERIMENT_EVENTS = [
  "experiment_queued",
  "experiment_started",
  "experiment_joined",
  "experiment_handed_on",
  "crate_dealt_again",
  "experiment_completed",
  "experiment_aborted",
  "experiment_retried",
  "experiment_deleted",
  "report_ready",
  "runner_error",
] as const;
export type ExperimentEvent = (typeof EXPERIMENT_EVENTS)[number];

/** Work for runners: crates to be tried under each toolchain. Times in milliseconds. */
export const experiments = sqliteTable(
  "experiments",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    accountId: text("account_id").notNull(),
    name: text().notNull(),
    mode: text().notNull(),
    capLints: text("cap_lints").notNull(),
    /** JSON array, as given; each compared by the key at its place in the other array. */
    toolchains: text().notNull(),
    toolchainKeys: text("toolchain_keys").notNull(),
    /** How many there are. */
    width: integer().notNull(),
    /** JSON array of capabilities that a runner must have. */
    requirements: text().notNull(),
    /** Name of the only runner that may take it; null: any. */
    assignee: text(),
    /** Several runners may work on it at once. */
    shared: integer({ mode: "boolean" }).notNull(),
    priority: integer().notNull(),
    status: text({ enum: EXPERIMENT_STATUSES }).notNull(),
    /** A runner may take it. */
    open: integer({ mode: "boolean" }).notNull(),
    /** The runner that took it last. */
    runnerId: integer("runner_id"),
    crates: integer().notNull().default(0),
    /** Crates that have a result for every toolchain. */
    done: integer().notNull().default(0),
    /** What a shared link to its report holds. */
    reportHash: text("report_hash").notNull(),
    /** When the building of its report is looked after; null: nothing is owed. */
    reportDueAt: integer("report_due_at"),
    /** Pieces that are built, and what they add up to (JSON). */
    reportPieces: integer("report_pieces").notNull().default(0),
    reportNext: integer("report_next").notNull().default(0),
    reportCounts: text("report_counts"),
    /** Grows with each completion: pieces of different ones never mix. */
    round: integer().notNull().default(0),
    reportedAt: integer("reported_at"),
    createdAt: integer("created_at").notNull(),
    startedAt: integer("started_at"),
    completedAt: integer("completed_at"),
  },
  (table) => [
    uniqueIndex("experiments_by_name").on(table.accountId, table.name),
    uniqueIndex("experiments_by_report").on(table.reportHash),
    index("experiments_by_account").on(table.accountId, table.id),
    index("experiments_open")
      .on(table.accountId, sql`priority DESC`, table.id)
      .where(sql`open = 1`),
    index("experiments_report_due")
      .on(table.reportDueAt)
      .where(sql`report_due_at IS NOT NULL`),
    index("experiments_ended")
      .on(table.completedAt)
      .where(sql`completed_at IS NOT NULL`),
  ],
);

/** Kept without row ids (the migration says so): one row written for its key. */
export const experimentCrates = sqliteTable(
  "experiment_crates",
  {
    experimentId: integer("experiment_id").notNull(),
    position: integer().notNull(),
    /** The crate in one spelling, whatever the runner's. */
    key: text().notNull(),
    /** JSON, as it was given. */
    crate: text().notNull(),
    /** 0: to be dealt; when its lease runs out; null: done. */
    dueAt: integer("due_at"),
    /** Who got it last, and how often it was dealt. */
    runnerId: integer("runner_id"),
    deals: integer().notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.experimentId, table.position] }),
    uniqueIndex("experiment_crates_by_key").on(table.experimentId, table.key),
    index("experiment_crates_due")
      .on(table.experimentId, table.dueAt)
      .where(sql`due_at IS NOT NULL`),
  ],
);

/** What a runner found, once per crate and toolchain. Without row ids as well. */
export const experimentResults = sqliteTable(
  "experiment_results",
  {
    experimentId: integer("experiment_id").notNull(),
    position: integer().notNull(),
    /** Place in the experiment's toolchains. */
    toolchain: integer().notNull(),
    result: text().notNull(),
    runnerId: integer("runner_id").notNull(),
    /** Bytes of its log as kept, before compression; 0: none. */
    logSize: integer("log_size").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.experimentId, table.position, table.toolchain] })],
);

/** Experiments that were deleted, and whose crates and files are not all gone yet. */
export const experimentRemains = sqliteTable("experiment_remains", {
  experimentId: integer("experiment_id").primaryKey(),
  accountId: text("account_id").notNull(),
});

/**
 * What the account's stream is still to be told. A row is written together with what it tells of,
 * and goes once the stream has it. Without row ids as well.
 */
export const experimentEvents = sqliteTable(
  "experiment_events",
  {
    accountId: text("account_id").notNull(),
    /** Of the batch that it is sent as, by which the stream knows it again; grows with time. */
    id: text().notNull(),
    /** The experiment's name. */
    experiment: text().notNull(),
    kind: text({ enum: EXPERIMENT_EVENTS }).notNull(),
    /** JSON. */
    details: text().notNull(),
    at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.id] })],
);
