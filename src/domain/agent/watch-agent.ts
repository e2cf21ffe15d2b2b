import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { agentInAccount } from "./read-agents.ts";

export interface WatchAgentInput {
  agentId: number;
  /** Name of the wire's frame encoder. */
  frame: string;
  /** The newest launch's console from this byte on, before what is new. */
  sinceByte?: number;
}

/**
 * Opens a socket on the console and the messages of an agent's launches.
 * @throws Fault NOT_FOUND, or LIMIT_REACHED at too many subscribers, before the upgrade.
 */
export async function watchAgent(
  ctx: Ctx,
  request: Request,
  input: WatchAgentInput,
): Promise<Response> {
  const { accountId, keyId, keyExpiresAt } = assertAccount(ctx);
  const { agentId, frame, sinceByte } = input;
  await agentInAccount(ctx, accountId, agentId);
  return ctx.ports.agents.watch(agentId, request, {
    accountId,
    keyId,
    keyExpiresAt,
    frame,
    ack: false,
    ...(sinceByte !== undefined && { since: sinceByte }),
  });
}
