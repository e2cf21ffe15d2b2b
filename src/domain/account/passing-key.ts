import { deleteKey, insertKey } from "../../store/account.ts";
import type { Database } from "../../store/database.ts";
import { forgetKey } from "./authenticate.ts";
import { storeNewKey } from "./new-key.ts";

export interface PassingKeyWishes {
  accountId: string;
  name: string;
  /** Milliseconds since the epoch, as `now` is: when it ends, should nobody end it. */
  expiresAt: number;
  now: number;
}

/** A key for the time of one piece of work; it does not count against the account's keys. */
export async function makePassingKey(
  db: Database,
  { accountId, name, expiresAt, now }: PassingKeyWishes,
): Promise<{ id: string; secret: string }> {
  const { row, secret } = await storeNewKey(
    { accountId, name, scope: "full", expiresAt, createdAt: now },
    async (key) => (await insertKey(db, key, Number.MAX_SAFE_INTEGER)) === null,
  );
  return { id: row.id, secret };
}

/** The work is done, and its key opens nothing any more. */
export async function endPassingKey(db: Database, accountId: string, keyId: string): Promise<void> {
  await deleteKey(db, accountId, keyId);
  forgetKey(keyId);
}
