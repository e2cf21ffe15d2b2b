import type { Ctx } from "../context.ts";
import type { CreateStatus } from "./account.ts";
import { getAccount } from "./get-account.ts";

/** The status that the account wants a created session to be answered with. */
export async function getCreateStatus(ctx: Ctx): Promise<CreateStatus> {
  return (await getAccount(ctx)).flybrowserCreateStatus;
}
