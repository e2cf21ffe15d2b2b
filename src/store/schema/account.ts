import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";

/** `read` keys are refused by every verb that changes or acts. */
export const KEY_SCOPES = ["full", "read"] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

export const accounts = sqliteTable(
  "accounts",
  {
    id: text().primaryKey(),
    /** Lower case. */
    email: text().notNull(),
    passwordHash: text("password_hash").notNull(),
    /** IANA time zone. */
    tz: text().notNull().default("UTC"),
    points: integer().notNull().default(0),
    /** When they last came to an end, and when there were some again after that; milliseconds. */
    pointsEndedAt: integer("points_ended_at"),
    pointsAddedAt: integer("points_added_at"),
    /** Status that `POST /sessions` answers with: FlyBrowser's own client takes only 200. */
    flybrowserCreateStatus: integer("flybrowser_create_status").notNull().default(201),
    /** JSON text, kept as sent. */
    craterConfig: text("crater_config"),
    /** When its password last opened it; milliseconds since the epoch. Null: not yet. */
    signedInAt: integer("signed_in_at"),
    /** JSON object; null when it was never given. */
    invoiceInfo: text("invoice_info"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [uniqueIndex("accounts_by_email").on(table.email)],
);

export const keys = sqliteTable(
  "keys",
  {
    id: text().primaryKey(),
    accountId: text("account_id").notNull(),
    name: text().notNull(),
    /** First characters of the key, shown in lists and used to look it up. */
    prefix: text().notNull(),
    /** SHA-256 of the whole key, base64url; the key itself is 238 bits of chance. */
    hash: text().notNull(),
    scope: text({ enum: KEY_SCOPES }).notNull(),
    expiresAt: integer("expires_at"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("keys_by_prefix").on(table.prefix),
    index("keys_by_account").on(table.accountId, table.createdAt, table.id),
  ],
);

/** What an account changes only once a token was given back that went out by mail. */
export const CHANGE_KINDS = ["email", "password"] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** Changes that wait for their token; a new one of a kind replaces the old. */
export const accountChanges = sqliteTable(
  "account_changes",
  {
    accountId: text("account_id").notNull(),
    kind: text({ enum: CHANGE_KINDS }).notNull(),
    /** SHA-256 of the token, base64url; the token itself is 238 bits of chance. */
    tokenHash: text("token_hash").notNull(),
    /** The new address, or the new password's hash. */
    value: text().notNull(),
    /** Key with which it was asked for. */
    keyId: text("key_id").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.kind] }),
    uniqueIndex("account_changes_by_token").on(table.tokenHash),
  ],
);
