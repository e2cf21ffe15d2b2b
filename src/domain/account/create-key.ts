import { insertKey } from "../../store/account.ts";
import type { KeyScope } from "../../store/schema/account.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { assertCanAct } from "./access.ts";
import { type Key, keyOf } from "./account.ts";
import { storeNewKey } from "./new-key.ts";
import { assertValid, expiryProblem, keyNameProblem } from "./rules.ts";

export interface CreateKeyInput {
  name?: string;
  /** Milliseconds since the epoch; absent or null: it does not expire. */
  expiresAt?: number | null;
  scope?: KeyScope;
}

/** Keys of one account. */
export const MAX_KEYS = 1000;

/**
 * Makes another key for the account; the key itself is in the result and nowhere else.
 * @throws Fault BAD_REQUEST that names the fields, LIMIT_REACHED at 1,000 keys, FORBIDDEN for a
 * read-only key.
 */
export async function createKey(
  ctx: Ctx,
  input: CreateKeyInput,
): Promise<{ key: Key; secret: string }> {
  const { accountId } = assertCanAct(ctx);
  const createdAt = ctx.now();
  const { name = "Key", scope = "full", expiresAt = null } = input;
  assertValid({
    name: keyNameProblem(name),
    expires_at: expiresAt === null ? undefined : expiryProblem(expiresAt, createdAt),
  });
  const { row, secret } = await storeNewKey(
    { accountId, name, scope, expiresAt, createdAt },
    async (key) => {
      const refused = await insertKey(ctx.db, key, MAX_KEYS);
      if (refused === "limit") {
        throw new Fault("LIMIT_REACHED", `This account has ${MAX_KEYS} keys: revoke one first.`);
      }
      return refused === null;
    },
  );
  return { key: keyOf(row), secret };
}
