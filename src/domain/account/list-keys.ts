import { listKeys as readKeys } from "../../store/account.ts";
import type { Ctx } from "../context.ts";
import { assertAccount } from "./access.ts";
import { type Key, keyOf } from "./account.ts";

/** The account's keys, newest first, expired ones included. */
export async function listKeys(
  ctx: Ctx,
  slice: { offset: number; limit: number },
): Promise<{ keys: Key[]; total: number }> {
  const { accountId } = assertAccount(ctx);
  const { rows, total } = await readKeys(ctx.db, accountId, slice);
  return { keys: rows.map(keyOf), total };
}
