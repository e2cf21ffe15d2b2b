import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";

/** `http` is probed by checkers; `push` waits for signals. */
export const MONITOR_KINDS = ["http", "push"] as const;
export type MonitorKind = (typeof MONITOR_KINDS)[number];

/** 10: two checkers must have failed. 5: three checks, two checkers among them. */
export const SENSITIVITIES = [5, 10] as const;
export type Sensitivity = (typeof SENSITIVITIES)[number];

export const PROBE_METHODS = ["GET", "HEAD", "POST"] as const;

/** Why a downtime ended. */
export const DOWNTIME_ENDS = ["recovered", "paused"] as const;
export type DowntimeEnd = (typeof DOWNTIME_ENDS)[number];

/** What one check is billed as: with a word to look for, or without. */
export const BILLING_KINDS = ["uptime", "content"] as const;
export type BillingKind = (typeof BILLING_KINDS)[number];

export const REPEATS = ["none", "daily", "weekly"] as const;
export type Repeat = (typeof REPEATS)[number];

/**
 * At most 500 monitors of one account, which one object looks after; a monitor stays in its shard
 * for life. The clock claims a shard by moving `next_minute` on: one guarded row per shard and
 * minute.
 */
export const shards = sqliteTable(
  "shards",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    accountId: text("account_id").notNull(),
    /** Monitors that have a place in it. */
    size: integer().notNull(),
    /** Grows with each change of its monitors: the object reads them again when it lags behind. */
    version: integer().notNull().default(0),
    /** Next minute since the epoch in which a monitor may be due; null: none is active. */
    nextMinute: integer("next_minute"),
    /** JSON `[[interval, phase], …]` of the active monitors; null: too many kinds to list. */
    rhythm: text(),
    /** Points taken from the account for its checks, all told, and before the last time. */
    drawn: integer().notNull().default(0),
    drawnBefore: integer("drawn_before").notNull().default(0),
  },
  (table) => [
    index("shards_by_next").on(table.nextMinute, table.id),
    index("shards_by_account").on(table.accountId, table.id),
  ],
);

export const monitors = sqliteTable(
  "monitors",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    accountId: text("account_id").notNull(),
    shard: integer().notNull(),
    kind: text({ enum: MONITOR_KINDS }).notNull(),
    /** Null for push monitors, as `host` is. */
    url: text(),
    /** Host name without the port: what the limit of checks per host counts by. */
    host: text(),
    name: text().notNull(),
    /** Empty for no rule, as `word_absent` is. */
    word: text().notNull(),
    wordAbsent: text("word_absent").notNull(),
    method: text({ enum: PROBE_METHODS }).notNull(),
    /** Sealed JSON `{headers, body}`; null when there are none. */
    request: text(),
    /** Names of the request's headers, JSON. */
    headerNames: text("header_names").notNull(),
    /** Seconds. */
    interval: integer().notNull(),
    /** Seconds: due whenever `(now - phase) % interval` is 0. */
    phase: integer().notNull(),
    sensitivity: integer().notNull().$type<Sensitivity>(),
    userAgent: text("user_agent").notNull(),
    followRedirects: integer("follow_redirects", { mode: "boolean" }).notNull(),
    active: integer({ mode: "boolean" }).notNull(),
    publicHash: text("public_hash"),
    /** Days before a certificate's end at which its owner is told; null: the end is not read. */
    certificateDays: integer("certificate_days"),
    createdAt: integer("created_at").notNull(),
    /** Last change of what, when or whether it checks: before it nothing is owed. */
    changedAt: integer("changed_at").notNull(),
  },
  (table) => [
    index("monitors_by_account").on(table.accountId, table.id),
    index("monitors_by_shard").on(table.shard, table.id),
    index("monitors_by_host").on(table.host, table.active, table.interval),
    uniqueIndex("monitors_by_public_hash").on(table.publicHash),
  ],
);

/** Times in milliseconds since the epoch. */
export const downtimes = sqliteTable(
  "downtimes",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    accountId: text("account_id").notNull(),
    monitorId: integer("monitor_id").notNull(),
    openedAt: integer("opened_at").notNull(),
    /** The first check that failed. */
    checkId: integer("check_id").notNull(),
    checker: text().notNull(),
    /** What a person is told. */
    reason: text().notNull(),
    closedAt: integer("closed_at"),
    closingCheckId: integer("closing_check_id"),
    closingChecker: text("closing_checker"),
    end: text({ enum: DOWNTIME_ENDS }),
  },
  (table) => [
    index("downtimes_by_monitor").on(table.monitorId, table.openedAt, table.id),
    uniqueIndex("downtimes_by_check").on(table.checkId),
    uniqueIndex("downtimes_open")
      .on(table.monitorId)
      .where(sql`closed_at IS NULL`),
  ],
);

/** One row per monitor, hour and checker. Sums over the hour's checks; seconds, as floats. */
export const hourlyStats = sqliteTable(
  "hourly_stats",
  {
    monitorId: integer("monitor_id").notNull(),
    /** Hours since the epoch. */
    hour: integer().notNull(),
    checker: text().notNull(),
    checks: integer().notNull(),
    passed: integer().notNull(),
    namelookup: real().notNull(),
    connect: real().notNull(),
    pretransfer: real().notNull(),
    starttransfer: real().notNull(),
    total: real().notNull(),
    documentLength: integer("document_length").notNull(),
  },
  (table) => [primaryKey({ columns: [table.monitorId, table.hour, table.checker] })],
);

/** What an account's checks of one hour cost, per shard: written once, from the checks that ran. */
export const billing = sqliteTable(
  "billing",
  {
    accountId: text("account_id").notNull(),
    /** Hours since the epoch. */
    hour: integer().notNull(),
    kind: text({ enum: BILLING_KINDS }).notNull(),
    shard: integer().notNull(),
    units: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.hour, table.kind, table.shard] })],
);

/** Times in which failures do not count. Milliseconds since the epoch. */
export const maintenanceWindows = sqliteTable(
  "maintenance_windows",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    accountId: text("account_id").notNull(),
    /** Null: all of the account's monitors. */
    monitorId: integer("monitor_id"),
    startsAt: integer("starts_at").notNull(),
    endsAt: integer("ends_at").notNull(),
    repeat: text({ enum: REPEATS }).notNull(),
    note: text().notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("maintenance_windows_by_account").on(table.accountId, table.id)],
);
