import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { Launch, LaunchDetails } from "./launch.ts";

/**
 * Launches of an agent, newest first, as far as they are kept.
 * @throws Fault NOT_FOUND for an unknown agent.
 */
export async function listLaunches(
  _ctx: Ctx,
  _input: { agentId: number; offset: number; limit: number },
): Promise<{ launches: Launch[]; total: number }> {
  throw new Fault("UNAVAILABLE", "There are no launches yet.");
}

/**
 * Launches of an agent that have ended, newest first, at most 1,000 of the last seven days.
 * @throws Fault NOT_FOUND for an unknown agent.
 */
export async function listEndedLaunches(_ctx: Ctx, _agentId: number): Promise<Launch[]> {
  throw new Fault("UNAVAILABLE", "There are no launches yet.");
}

/** @throws Fault NOT_FOUND */
export async function getLaunch(_ctx: Ctx, _launchId: number): Promise<LaunchDetails> {
  throw new Fault("UNAVAILABLE", "There are no launches yet.");
}
