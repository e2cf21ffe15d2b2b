import { changeScript } from "../../store/script.ts";
import { assertAccount, assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { noScript, scriptInAccount } from "./read-scripts.ts";
import { assertSound, MAX_STORE_INFO_BYTES, textProblem } from "./rules.ts";
import type { StoreInfo } from "./script.ts";

/**
 * Keeps what a script store would show of a script; what is absent stays as it was.
 * @throws Fault NOT_FOUND for an unknown script, BAD_REQUEST that names the fields, FORBIDDEN.
 */
export async function saveStoreInfo(
  ctx: Ctx,
  input: { name: string } & Partial<StoreInfo>,
): Promise<void> {
  const { accountId } = assertCanAct(ctx);
  const { name, infoString, markdown } = input;
  assertSound({
    infoString: infoString && textProblem(infoString, MAX_STORE_INFO_BYTES),
    markdown: markdown && textProblem(markdown, MAX_STORE_INFO_BYTES),
  });
  if (infoString === undefined && markdown === undefined) {
    await scriptInAccount(ctx, accountId, { name });
    return;
  }
  const row = await changeScript(
    ctx.db,
    accountId,
    { name },
    {
      ...(infoString !== undefined && { infoString }),
      ...(markdown !== undefined && { markdown }),
    },
  );
  if (!row) throw noScript();
}

/** @throws Fault NOT_FOUND for an unknown script. */
export async function readStoreInfo(ctx: Ctx, name: string): Promise<StoreInfo> {
  const { accountId } = assertAccount(ctx);
  const { infoString, markdown } = await scriptInAccount(ctx, accountId, { name });
  return { infoString, markdown };
}
