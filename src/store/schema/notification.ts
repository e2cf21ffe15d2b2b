import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

export const CHANNEL_TYPES = ["email", "webhook", "slack", "discord", "teams"] as const;
export type ChannelType = (typeof CHANNEL_TYPES)[number];

/** What people are told of. */
export const OCCASIONS = [
  "opened",
  "closed",
  "reminder",
  "certificate",
  "experiment",
  "news",
] as const;
export type Occasion = (typeof OCCASIONS)[number];

/** `owed` waits for its time, `sending` holds a lease, the other two are ends. */
export const NOTIFICATION_STATES = ["owed", "sending", "sent", "dead"] as const;
export type NotificationState = (typeof NOTIFICATION_STATES)[number];

/** Where an account wants to be told. */
export const channels = sqliteTable(
  "channels",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    accountId: text("account_id").notNull(),
    type: text({ enum: CHANNEL_TYPES }).notNull(),
    name: text().notNull(),
    /** Sealed: an address, or a URL that may hold a secret. */
    target: text().notNull(),
    /** The target as it may be shown. */
    targetMasked: text("target_masked").notNull(),
    /** Sealed key of a webhook's signature. */
    secret: text(),
    /** JSON array of monitors' ids; null: all of them. */
    monitors: text(),
    /** Minutes between reminders while a downtime is open; null: none. */
    reminderMinutes: integer("reminder_minutes"),
    /** After the first message of a downtime, silence until its end. */
    quietUntilRecovery: integer("quiet_until_recovery", { mode: "boolean" }).notNull(),
    /** Tries in a row that it did not answer as it should, and until when it is left alone. */
    failures: integer().notNull().default(0),
    heldUntil: integer("held_until"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("channels_by_account").on(table.accountId, table.id)],
);

/**
 * The outbox: one row per occasion, what it is about, and channel. A row is the truth; messages
 * on the queue only wake somebody up. Times in milliseconds since the epoch.
 */
export const notifications = sqliteTable(
  "notifications",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    accountId: text("account_id").notNull(),
    /** 0 for an experiment, and for news. */
    monitorId: integer("monitor_id").notNull(),
    channelId: integer("channel_id").notNull(),
    occasion: text({ enum: OCCASIONS }).notNull(),
    /** A downtime's id, an experiment's, or that of news; for a certificate the time of its end. */
    subject: integer().notNull(),
    /** Which reminder of its downtime, or round of its experiment; 0 for the rest. */
    round: integer().notNull().default(0),
    state: text({ enum: NOTIFICATION_STATES }).notNull(),
    /** When it is to be sent, or when its lease runs out; null at its end. */
    dueAt: integer("due_at"),
    /** Times that it was taken up; says too whose the lease is. */
    attempts: integer().notNull().default(0),
    firstTriedAt: integer("first_tried_at"),
    /** Times in a row that the channel would not have it. */
    refusals: integer().notNull().default(0),
    lastError: text("last_error"),
    createdAt: integer("created_at").notNull(),
    endedAt: integer("ended_at"),
  },
  (table) => [
    uniqueIndex("notifications_once").on(
      table.monitorId,
      table.channelId,
      table.subject,
      table.occasion,
      table.round,
    ),
    index("notifications_due")
      .on(table.dueAt, table.id)
      .where(sql`due_at IS NOT NULL`),
    // What waits for one channel about one monitor: it goes out in this order.
    index("notifications_waiting")
      .on(table.monitorId, table.channelId, table.id)
      .where(sql`due_at IS NOT NULL`),
    index("notifications_waiting_by_channel")
      .on(table.channelId, table.id)
      .where(sql`due_at IS NOT NULL`),
    index("notifications_by_account").on(table.accountId, table.id),
    index("notifications_by_channel").on(table.channelId, table.id),
    index("notifications_unsent")
      .on(table.accountId, table.state, table.id)
      .where(sql`state <> 'sent'`),
  ],
);

export const MOODS = ["bad", "good", "neutral"] as const;

/** What an account is told in words that are written when it happens. */
export const news = sqliteTable(
  "news",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    accountId: text("account_id").notNull(),
    /** What it is of: it is told once. */
    key: text().notNull(),
    /** Names what happened, for programs: `launch.ended`. */
    event: text().notNull(),
    /** Milliseconds since the epoch. */
    at: integer().notNull(),
    mood: text({ enum: MOODS }).notNull(),
    title: text().notNull(),
    text: text().notNull(),
  },
  (table) => [uniqueIndex("news_by_key").on(table.key)],
);
