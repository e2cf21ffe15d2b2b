import { and, count, desc, eq, gt, lte, sql } from "drizzle-orm";
import { violatesUnique } from "./constraint.ts";
import type { Database } from "./database.ts";
import { accounts, keys } from "./schema/account.ts";
import { shards } from "./schema/monitor.ts";
import { sessions } from "./schema/session.ts";

export type AccountRow = typeof accounts.$inferSelect;
export type NewAccountRow = typeof accounts.$inferInsert;
export type KeyRow = typeof keys.$inferSelect;

/** What `updateAccount` may change. */
export type AccountChanges = Partial<
  Pick<AccountRow, "tz" | "flybrowserCreateStatus" | "craterConfig" | "invoiceInfo" | "signedInAt">
>;

/** Why a row was not made: another one has its e-mail address, or its key's prefix. */
export type Taken = "email" | "prefix";

/** An account is made with its first key, or not at all. */
export async function insertAccount(
  db: Database,
  account: NewAccountRow,
  key: KeyRow,
): Promise<Taken | null> {
  try {
    await db.batch([db.insert(accounts).values(account), db.insert(keys).values(key)]);
    return null;
  } catch (error) {
    if (violatesUnique(error, "accounts.email")) return "email";
    if (violatesUnique(error, "keys.prefix")) return "prefix";
    throw error;
  }
}

export async function isEmailTaken(db: Database, email: string): Promise<boolean> {
  const query = db.select({ id: accounts.id }).from(accounts).where(eq(accounts.email, email));
  return (await query.get()) !== undefined;
}

export function findAccount(db: Database, accountId: string): Promise<AccountRow | undefined> {
  return db.select().from(accounts).where(eq(accounts.id, accountId)).get();
}

export function findAccountByEmail(db: Database, email: string): Promise<AccountRow | undefined> {
  return db.select().from(accounts).where(eq(accounts.email, email)).get();
}

export function changeAccount(
  db: Database,
  accountId: string,
  changes: AccountChanges,
): Promise<AccountRow | undefined> {
  return db.update(accounts).set(changes).where(eq(accounts.id, accountId)).returning().get();
}

/**
 * Adds points, two at once both. Checks that stopped for want of them go on: what is due is
 * looked at in the minute after. Undefined: no such account.
 */
export async function increasePoints(
  db: Database,
  accountId: string,
  points: number,
  now: number,
): Promise<Pick<AccountRow, "id" | "points"> | undefined> {
  const minute = Math.floor(now / 60_000);
  const [, rows] = await db.batch([
    db
      .update(shards)
      .set({ nextMinute: minute })
      .where(and(eq(shards.accountId, accountId), gt(shards.nextMinute, minute))),
    db
      .update(accounts)
      .set({
        points: sql`${accounts.points} + ${points}`,
        pointsAddedAt: sql`CASE WHEN points <= 0 THEN ${now} ELSE points_added_at END`,
      })
      .where(eq(accounts.id, accountId))
      .returning({ id: accounts.id, points: accounts.points }),
  ]);
  return rows[0];
}

/**
 * Adds a key unless the account has `max` already.
 * @returns Why it was not added; null when it was.
 */
export async function insertKey(
  db: Database,
  key: KeyRow,
  max: number,
): Promise<"limit" | "prefix" | null> {
  try {
    const rows = await db.all(sql`
      INSERT INTO ${keys} (id, account_id, name, prefix, hash, scope, expires_at, created_at)
      SELECT ${key.id}, ${key.accountId}, ${key.name}, ${key.prefix}, ${key.hash}, ${key.scope},
        ${key.expiresAt}, ${key.createdAt}
      WHERE (SELECT count(*) FROM ${keys} WHERE account_id = ${key.accountId}) < ${max}
      RETURNING id`);
    return rows.length > 0 ? null : "limit";
  } catch (error) {
    if (violatesUnique(error, "keys.prefix")) return "prefix";
    throw error;
  }
}

/** The only read that is not an account's own: it finds out whose the key is. */
export function findKeyByPrefix(db: Database, prefix: string): Promise<KeyRow | undefined> {
  return db.select().from(keys).where(eq(keys.prefix, prefix)).get();
}

/** One page of an account's keys, newest first, and how many there are in all. */
export async function listKeys(
  db: Database,
  accountId: string,
  slice: { offset: number; limit: number },
): Promise<{ rows: KeyRow[]; total: number }> {
  const [rows, counts] = await db.batch([keyPage(db, accountId, slice), keyCount(db, accountId)]);
  return { rows, total: counts[0]?.total ?? 0 };
}

/** Read backwards along `keys_by_account`. Exported so that its plan can be tested. */
export function keyPage(
  db: Database,
  accountId: string,
  { offset, limit }: { offset: number; limit: number },
) {
  return db
    .select()
    .from(keys)
    .where(eq(keys.accountId, accountId))
    .orderBy(desc(keys.createdAt), desc(keys.id))
    .limit(limit)
    .offset(offset);
}

/** Counted in `keys_by_account` alone. Exported so that its plan can be tested. */
export function keyCount(db: Database, accountId: string) {
  return db.select({ total: count() }).from(keys).where(eq(keys.accountId, accountId));
}

/** Whether the account has a key of this id. */
export async function hasKey(db: Database, accountId: string, keyId: string): Promise<boolean> {
  const query = db
    .select({ id: keys.id })
    .from(keys)
    .where(and(eq(keys.id, keyId), eq(keys.accountId, accountId)));
  return (await query.get()) !== undefined;
}

/** Removes the account's keys that open nothing any more. */
export async function deleteExpiredKeys(
  db: Database,
  accountId: string,
  now: number,
): Promise<void> {
  await db.delete(keys).where(and(eq(keys.accountId, accountId), lte(keys.expiresAt, now)));
}

/** @returns False when the account has no such key. */
export async function deleteKey(db: Database, accountId: string, keyId: string): Promise<boolean> {
  const query = db
    .delete(keys)
    .where(and(eq(keys.id, keyId), eq(keys.accountId, accountId)))
    .returning({ id: keys.id });
  return (await query.get()) !== undefined;
}

/** Those of the keys that exist and have not expired. One parameter, whatever their number. */
export async function selectLiveKeyIds(
  db: Database,
  ids: string[],
  now: number,
): Promise<Set<string>> {
  const rows = await db
    .select({ id: keys.id })
    .from(keys)
    .where(
      sql`${keys.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))
        AND (${keys.expiresAt} IS NULL OR ${keys.expiresAt} > ${now})`,
    );
  return new Set(rows.map(({ id }) => id));
}

/** Ids of all live sessions of an account. */
export async function listSessionIds(db: Database, accountId: string): Promise<string[]> {
  const rows = await db
    .select({ id: sessions.id })
    .from(sessions)
    .where(eq(sessions.accountId, accountId));
  return rows.map(({ id }) => id);
}
