import { findKeyByPrefix, hasKey } from "../../store/account.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { assertAccount } from "./access.ts";
import { sameHash } from "./authenticate.ts";
import { fingerprintKey } from "./key.ts";

/**
 * The id of one of the account's keys, given its id or the key itself.
 * @throws Fault NOT_FOUND for another account's, as for one that never was.
 */
export async function findKeyId(ctx: Ctx, idOrSecret: string): Promise<string> {
  const { accountId } = assertAccount(ctx);
  if (await hasKey(ctx.db, accountId, idOrSecret)) return idOrSecret;
  const { prefix, hash } = await fingerprintKey(idOrSecret);
  const row = await findKeyByPrefix(ctx.db, prefix);
  if (row?.accountId === accountId && sameHash(row.hash, hash)) return row.id;
  throw new Fault("NOT_FOUND", "Key not found");
}
