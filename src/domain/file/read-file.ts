import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { StoredFile } from "../ports.ts";

/**
 * A file of the account's.
 * @throws Fault NOT_FOUND when there is none at the path, BAD_REQUEST when it is no path.
 */
export async function readFile(ctx: Ctx, input: { path: string }): Promise<StoredFile> {
  const { accountId } = assertAccount(ctx);
  const file = await ctx.ports.files.get(accountId, input.path);
  if (!file) throw new Fault("NOT_FOUND", "File not found");
  return file;
}
