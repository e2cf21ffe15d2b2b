import { changeAgent } from "../../store/agent.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import type { Agent } from "./agent.ts";
import { getAgent, noAgent } from "./read-agents.ts";
import { type AgentSettings, settingsRow } from "./settings.ts";

/**
 * Changes an agent; launches that run keep what they began with.
 * @throws Fault NOT_FOUND, and as `createAgent` does.
 */
export async function updateAgent(
  ctx: Ctx,
  agentId: number,
  input: Partial<AgentSettings>,
): Promise<Agent> {
  const { accountId } = assertCanAct(ctx);
  const changes = await settingsRow(ctx, accountId, input);
  if (Object.keys(changes).length > 0) {
    const row = { ...changes, updatedAt: ctx.now() };
    if (!(await changeAgent(ctx.db, accountId, agentId, row))) throw noAgent();
  }
  return getAgent(ctx, agentId);
}
