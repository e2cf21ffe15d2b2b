import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";

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
  _ctx: Ctx,
  _request: Request,
  _input: WatchAgentInput,
): Promise<Response> {
  throw new Fault("UNAVAILABLE", "There is nothing to watch yet.");
}
