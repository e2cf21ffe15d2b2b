import { addFileBytes } from "../../store/agent.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";

/**
 * Removes a file of the account's; links to it end with it.
 * @throws Fault NOT_FOUND when there is none at the path, FORBIDDEN for a read-only key.
 */
export async function deleteFile(ctx: Ctx, input: { path: string }): Promise<void> {
  const { accountId } = assertCanAct(ctx);
  const { files } = ctx.ports;
  const { path } = input;
  const size = await files.size(accountId, path);
  if (!(await files.remove(accountId, path))) throw new Fault("NOT_FOUND", "File not found");
  // What a launch left counts until the launch is forgotten.
  const agentId = Number(/^agents\/(\d+)\/(?!launches\/)/.exec(path)?.[1] ?? 0);
  if (agentId > 0 && size !== null) await addFileBytes(ctx.db, accountId, agentId, -size);
}
