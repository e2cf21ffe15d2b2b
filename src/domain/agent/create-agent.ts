import { insertAgent } from "../../store/agent.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { Agent } from "./agent.ts";
import { getAgent } from "./read-agents.ts";
import { DEFAULT_TIME_LIMIT, MAX_AGENTS } from "./rules.ts";
import { type AgentSettings, settingsRow } from "./settings.ts";

export type CreateAgentInput = Pick<AgentSettings, "name"> & Partial<AgentSettings>;

/**
 * Makes an agent.
 * @throws Fault BAD_REQUEST that names the fields, LIMIT_REACHED at 1,000 agents, FORBIDDEN for a
 * read-only key.
 */
export async function createAgent(ctx: Ctx, input: CreateAgentInput): Promise<Agent> {
  const { accountId } = assertCanAct(ctx);
  const given = await settingsRow(ctx, accountId, input);
  const id = await insertAgent(
    ctx.db,
    {
      accountId,
      createdAt: ctx.now(),
      origin: ctx.origin,
      scriptId: null,
      command: null,
      argument: "{}",
      cron: null,
      tz: null,
      nextLaunchAt: null,
      timeLimit: DEFAULT_TIME_LIMIT,
      maxParallel: 1,
      retries: 0,
      notify: "never",
      ...given,
      name: input.name,
    },
    MAX_AGENTS,
  );
  if (id === undefined) {
    throw new Fault("LIMIT_REACHED", `This account has ${MAX_AGENTS} agents: delete one first.`);
  }
  return getAgent(ctx, id);
}
