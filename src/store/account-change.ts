import { and, eq, exists, gt, isNull, ne, or, type SQL } from "drizzle-orm";
import { violatesUnique } from "./constraint.ts";
import type { Database } from "./database.ts";
import { accountChanges, accounts, type ChangeKind, keys } from "./schema/account.ts";

export type AccountChangeRow = typeof accountChanges.$inferSelect;

/** Keeps a change until its token comes; it takes the place of an earlier one of its kind. */
export async function putChange(db: Database, row: AccountChangeRow): Promise<void> {
  const { accountId: _account, kind: _kind, ...rest } = row;
  await db
    .insert(accountChanges)
    .values(row)
    .onConflictDoUpdate({ target: [accountChanges.accountId, accountChanges.kind], set: rest });
}

export interface TokenClaim {
  kind: ChangeKind;
  tokenHash: string;
  now: number;
  /** Whose it must be; null: the token alone is the credential, as behind a link. */
  accountId: string | null;
}

/**
 * The change that a token opens, unless it has expired, or the key that asked for it has ended:
 * whoever revokes a key that was stolen ends what it began.
 */
export function findChange(db: Database, claim: TokenClaim): Promise<AccountChangeRow | undefined> {
  return db.select().from(accountChanges).where(opens(db, claim)).get();
}

/** Forgets a change whose letter did not go out; a later one of its kind stays. */
export async function dropChange(db: Database, tokenHash: string): Promise<void> {
  await db.delete(accountChanges).where(eq(accountChanges.tokenHash, tokenHash));
}

/**
 * Gives the account its new address and ends all that waits for a token, at once or not at all.
 * @returns `used` when another was quicker with the token, `email` when the address has an
 * account by now.
 */
export async function applyEmail(
  db: Database,
  change: AccountChangeRow,
  claim: TokenClaim,
): Promise<"used" | "email" | null> {
  try {
    const [changed] = await db.batch([
      db
        .update(accounts)
        .set({ email: change.value })
        .where(and(eq(accounts.id, change.accountId), stillOpen(db, claim)))
        .returning({ id: accounts.id }),
      db
        .delete(accountChanges)
        .where(and(eq(accountChanges.accountId, change.accountId), stillOpen(db, claim))),
    ]);
    return changed.length > 0 ? null : "used";
  } catch (error) {
    if (violatesUnique(error, "accounts.email")) return "email";
    throw error;
  }
}

/**
 * Gives the account its new password, ends its keys but one, and all that waits for a token: at
 * once or not at all.
 * @returns Ids of the keys that ended; null when another was quicker with the token.
 */
export async function applyPassword(
  db: Database,
  change: AccountChangeRow,
  claim: TokenClaim,
  keptKey: string,
): Promise<string[] | null> {
  const { accountId } = change;
  // The hash is salted: it stands there only if the first statement wrote it.
  const changedNow = exists(
    db
      .select({ id: accounts.id })
      .from(accounts)
      .where(and(eq(accounts.id, accountId), eq(accounts.passwordHash, change.value))),
  );
  const [changed, ended] = await db.batch([
    db
      .update(accounts)
      .set({ passwordHash: change.value })
      .where(and(eq(accounts.id, accountId), stillOpen(db, claim)))
      .returning({ id: accounts.id }),
    db
      .delete(keys)
      .where(and(eq(keys.accountId, accountId), ne(keys.id, keptKey), changedNow))
      .returning({ id: keys.id }),
    db.delete(accountChanges).where(and(eq(accountChanges.accountId, accountId), changedNow)),
  ]);
  return changed.length > 0 ? ended.map(({ id }) => id) : null;
}

function opens(db: Database, { kind, tokenHash, now, accountId }: TokenClaim): SQL | undefined {
  const asker = db
    .select({ id: keys.id })
    .from(keys)
    .where(
      and(
        eq(keys.id, accountChanges.keyId),
        eq(keys.accountId, accountChanges.accountId),
        or(isNull(keys.expiresAt), gt(keys.expiresAt, now)),
      ),
    );
  return and(
    exists(asker),
    eq(accountChanges.tokenHash, tokenHash),
    eq(accountChanges.kind, kind),
    gt(accountChanges.expiresAt, now),
    ...(accountId === null ? [] : [eq(accountChanges.accountId, accountId)]),
  );
}

/** Asked again inside each statement: of two with one token, one finds it gone. */
function stillOpen(db: Database, claim: TokenClaim): SQL {
  return exists(
    db.select({ accountId: accountChanges.accountId }).from(accountChanges).where(opens(db, claim)),
  );
}
