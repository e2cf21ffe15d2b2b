import { findAgent, listAgents as readAgents, type ListedAgent } from "../../store/agent.ts";
import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { type Agent, agentOf } from "./agent.ts";

/** @throws Fault NOT_FOUND */
export async function getAgent(ctx: Ctx, agentId: number): Promise<Agent> {
  return agentOf(await agentInAccount(ctx, assertAccount(ctx).accountId, agentId));
}

/** The account's agents, newest first. */
export async function listAgents(
  ctx: Ctx,
  slice: { offset: number; limit: number },
): Promise<{ agents: Agent[]; total: number }> {
  const { accountId } = assertAccount(ctx);
  const { rows, total } = await readAgents(ctx.db, accountId, slice);
  return { agents: rows.map(agentOf), total };
}

/** @throws Fault NOT_FOUND */
export async function agentInAccount(
  ctx: Pick<Ctx, "db">,
  accountId: string,
  agentId: number,
): Promise<ListedAgent> {
  const row = await findAgent(ctx.db, accountId, agentId);
  if (!row) throw noAgent();
  return row;
}

export function noAgent(): Fault {
  return new Fault("NOT_FOUND", "Agent not found");
}
