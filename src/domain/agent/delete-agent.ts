import { deleteAgent as remove } from "../../store/agent.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { abortLaunches } from "./abort.ts";
import { noAgent } from "./read-agents.ts";

/**
 * Removes an agent: what runs of it is aborted, and its launches, its console and its files go.
 * @throws Fault NOT_FOUND, FORBIDDEN for a read-only key.
 */
export async function deleteAgent(ctx: Ctx, agentId: number): Promise<void> {
  const { accountId } = assertCanAct(ctx);
  if (!(await remove(ctx.db, accountId, agentId))) throw noAgent();
  // The rest is the clock's, should it not come to it here: see `clearRemains`.
  await abortLaunches(ctx, { accountId, agentId }, false);
}
