import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { Launch } from "./launch.ts";

/**
 * Aborts all launches of an agent, those that wait included. A soft abort asks the scripts that run
 * to come to an end by themselves, and puts an end to those that have not after ten seconds.
 * @returns How many launches there were to abort.
 * @throws Fault NOT_FOUND, FORBIDDEN for a read-only key.
 */
export async function abortAgent(
  _ctx: Ctx,
  _input: { agentId: number; soft?: boolean },
): Promise<{ aborted: number }> {
  throw new Fault("UNAVAILABLE", "Nothing can be aborted yet.");
}

/**
 * The same for one launch. One that has ended stays as it is.
 * @throws Fault NOT_FOUND, FORBIDDEN for a read-only key.
 */
export async function abortLaunch(
  _ctx: Ctx,
  _input: { launchId: number; soft?: boolean },
): Promise<Launch> {
  throw new Fault("UNAVAILABLE", "Nothing can be aborted yet.");
}
