import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";

/**
 * Removes a file of the account's; links to it end with it.
 * @throws Fault NOT_FOUND when there is none at the path, FORBIDDEN for a read-only key.
 */
export async function deleteFile(ctx: Ctx, input: { path: string }): Promise<void> {
  const { accountId } = assertCanAct(ctx);
  if (!(await ctx.ports.files.remove(accountId, input.path))) {
    throw new Fault("NOT_FOUND", "File not found");
  }
}
