import { findAccount } from "../../store/account.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { assertAccount } from "./access.ts";
import { type Account, accountOf } from "./account.ts";

/** The account that asks. */
export async function getAccount(ctx: Ctx): Promise<Account> {
  const { accountId } = assertAccount(ctx);
  const row = await findAccount(ctx.db, accountId);
  if (!row) throw new Fault("NOT_FOUND", "Account not found");
  return accountOf(row);
}
