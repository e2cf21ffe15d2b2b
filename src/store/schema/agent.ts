import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";

/** `starting`: claimed, and on its way to a browser. */
export const LAUNCH_STATES = ["queued", "starting", "running", "ended"] as const;
export type LaunchState = (typeof LAUNCH_STATES)[number];

/** By a person or a program, by a schedule, or because the one before failed. */
export const LAUNCH_TYPES = ["manual", "automatic", "retry"] as const;
export type LaunchType = (typeof LAUNCH_TYPES)[number];

export const END_STATUSES = ["success", "error", "launch failed"] as const;
export type EndStatus = (typeof END_STATUSES)[number];

/** When an account's channels are told that a launch has ended. */
export const NOTIFY_WHEN = ["never", "error", "always"] as const;
export type NotifyWhen = (typeof NOTIFY_WHEN)[number];

/** How a launch was asked to come to an end: by itself, or at once. */
export const ABORTS = ["soft", "hard"] as const;
export type Abort = (typeof ABORTS)[number];

/** What an account runs. Times in milliseconds. */
export const scripts = sqliteTable(
  "scripts",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    accountId: text("account_id").notNull(),
    name: text().notNull(),
    /** Bytes of its text. */
    size: integer().notNull(),
    /** What it was uploaded by. */
    source: text(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    // What is large stands last: lists are read without it.
    text: text().notNull(),
    /** What a store would show of it. */
    infoString: text("info_string").notNull().default(""),
    markdown: text().notNull().default(""),
  },
  (table) => [
    uniqueIndex("scripts_by_name").on(table.accountId, table.name),
    index("scripts_by_account").on(table.accountId, table.id),
  ],
);

/** A script with how, when and how often it runs. Times in milliseconds. */
export const agents = sqliteTable(
  "agents",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    accountId: text("account_id").notNull(),
    name: text().notNull(),
    scriptId: integer("script_id"),
    /** Null: what the script itself says. */
    command: text(),
    /** Five fields, and the zone that they are meant in; both null: no schedule. */
    cron: text(),
    tz: text(),
    nextLaunchAt: integer("next_launch_at"),
    /** Seconds. */
    timeLimit: integer("time_limit").notNull(),
    maxParallel: integer("max_parallel").notNull(),
    /** How often a launch that failed is tried again. */
    retries: integer().notNull(),
    notify: text({ enum: NOTIFY_WHEN }).notNull(),
    /** Number of its latest launch. */
    launchNumber: integer("launch_number").notNull().default(0),
    /** Of the launch that ended last. */
    lastEndStatus: text("last_end_status", { enum: END_STATUSES }),
    lastEndMessage: text("last_end_message"),
    /** Bytes of all files in its folder. */
    fileBytes: integer("file_bytes").notNull().default(0),
    /** Months since year 0, UTC; what its launches took in that month. */
    month: integer().notNull().default(0),
    monthSeconds: integer("month_seconds").notNull().default(0),
    monthLetters: integer("month_letters").notNull().default(0),
    /** Where its owner last found us: what links to its files begin with. */
    origin: text(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    /** JSON. */
    argument: text().notNull(),
  },
  (table) => [
    index("agents_by_account").on(table.accountId, table.id),
    index("agents_by_script")
      .on(table.scriptId)
      .where(sql`script_id IS NOT NULL`),
    index("agents_due")
      .on(table.nextLaunchAt)
      .where(sql`next_launch_at IS NOT NULL`),
  ],
);

/** Each run of an agent, for as long as it is kept. Times in milliseconds. */
export const launches = sqliteTable(
  "launches",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    accountId: text("account_id").notNull(),
    agentId: integer("agent_id").notNull(),
    /** Counts the agent's launches from 1. */
    launchNumber: integer("launch_number").notNull(),
    type: text({ enum: LAUNCH_TYPES }).notNull(),
    state: text({ enum: LAUNCH_STATES }).notNull(),
    /** Who has it while it is starting or running: nobody else may write of it. */
    claim: text(),
    /**
     * Queued: not before then. Starting: given up then by whoever claimed it. Running: its end is
     * overdue from then on.
     */
    dueAt: integer("due_at"),
    abort: text({ enum: ABORTS }),
    /** Null: what the script itself says. */
    command: text(),
    /** How often it was tried before. */
    retryCount: integer("retry_count").notNull(),
    queuedAt: integer("queued_at").notNull(),
    startedAt: integer("started_at"),
    endedAt: integer("ended_at"),
    exitCode: integer("exit_code"),
    endStatus: text("end_status", { enum: END_STATUSES }),
    endMessage: text("end_message"),
    /** What it left behind: JSON `[[name, bytes], …]`; null for nothing. */
    files: text(),
    /** JSON. */
    argument: text().notNull(),
  },
  (table) => [
    uniqueIndex("launches_by_number").on(table.agentId, table.launchNumber),
    index("launches_queued")
      .on(table.accountId, table.agentId, table.id)
      .where(sql`state = 'queued'`),
    index("launches_claimed")
      .on(table.accountId, table.agentId, table.id)
      .where(sql`claim IS NOT NULL`),
    index("launches_ended")
      .on(table.endedAt)
      .where(sql`ended_at IS NOT NULL`),
  ],
);

/** JSON objects that scripts keep: an agent's own, and its account's under 0. */
export const agentObjects = sqliteTable(
  "agent_objects",
  {
    accountId: text("account_id").notNull(),
    agentId: integer("agent_id").notNull(),
    /** JSON. */
    object: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.agentId] })],
);

/** Agents that were deleted, and whose launches and files are not all gone yet. */
export const agentRemains = sqliteTable("agent_remains", {
  agentId: integer("agent_id").primaryKey(),
  accountId: text("account_id").notNull(),
});
