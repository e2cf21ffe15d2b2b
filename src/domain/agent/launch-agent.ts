import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";

export interface LaunchAgentInput {
  agentId: number;
  /** `casperjs` or `phantomjs`. Absent: the agent's own; null: what the script itself says. */
  command?: string | null;
  /** JSON text. Absent: the agent's own. */
  argument?: string;
  /** Makes `command` and `argument`, as far as they are given, the agent's own from now on. */
  saveOptions?: boolean;
}

/**
 * Queues a launch; its turn comes when the agent's, the account's and the deployment's running
 * launches leave room for it.
 * @returns Its id, and its number among the agent's launches.
 * @throws Fault NOT_FOUND, BAD_REQUEST that names the field, LIMIT_REACHED when 1,000 of the
 * agent's launches wait already, FORBIDDEN for a read-only key.
 */
export async function launchAgent(
  _ctx: Ctx,
  _input: LaunchAgentInput,
): Promise<{ launchId: number; launchNumber: number }> {
  throw new Fault("UNAVAILABLE", "Nothing can be launched yet.");
}
