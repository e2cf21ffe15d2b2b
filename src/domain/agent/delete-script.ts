import { deleteScript as remove } from "../../store/script.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { noScript } from "./read-scripts.ts";

/**
 * Removes a script. Agents that ran it have none from then on: their launches fail.
 * @throws Fault NOT_FOUND, FORBIDDEN for a read-only key.
 */
export async function deleteScript(ctx: Ctx, scriptId: number): Promise<void> {
  const { accountId } = assertCanAct(ctx);
  if (!(await remove(ctx.db, accountId, scriptId))) throw noScript();
}
